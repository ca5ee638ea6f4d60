"""What the load generator hands back: a sample for each request (CSV), and what it says of itself (JSON)."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import NamedTuple


class Sample(NamedTuple):
    """One request: microseconds since the run began; status 0 and an `error` when there was no answer.

    `sent_us` is -1 when the request never left the generator.
    """

    label: str
    due_us: int
    sent_us: int
    done_us: int
    status: int
    retry_after: int
    size: int
    error: str

    @property
    def latency_ms(self) -> float:
        """Milliseconds from when the request was due, not from when it was sent."""
        return (self.done_us - self.due_us) / 1000


def write_samples(path: Path, samples: Iterable[Sample]) -> None:
    """Write samples as CSV with a header line."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(Sample._fields)
        writer.writerows(samples)


def _sample(label: str, due: str, sent: str, done: str, status: str, retry: str, size: str, error: str) -> Sample:
    return Sample(label, int(due), int(sent), int(done), int(status), int(retry), int(size), error)


def read_samples(path: Path) -> list[Sample]:
    """Return the samples of a CSV file that `write_samples` has written."""
    with path.open(newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return [_sample(*row) for row in rows]


@dataclass(frozen=True)
class Self:
    """What the generator says of itself: how late it was, and what it cost.

    A request is late by the time between due and the moment the generator turned to it; lateness is the generator's,
    not the server's, and stays inside the latencies.
    """

    lag_p50_ms: float
    lag_p99_ms: float
    lag_max_ms: float
    cpu_seconds: float
    connections_opened: int
    waited_for_connection: int

    @classmethod
    def read(cls, path: Path) -> "Self":
        """Return what a generator has written beside its samples."""
        values = json.loads(path.read_text())
        return cls(**{field.name: values[field.name] for field in fields(cls)})
