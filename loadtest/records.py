"""The files of a run: a row a request, a row a second of the generator, and how it ended. Their only definition."""

import csv
import json
from pathlib import Path
from typing import Any, Literal, NamedTuple

REQUESTS, SECONDS, GENERATOR = "requests.csv", "generator.csv", "generator.json"
Connection = Literal["keepalive", "fresh"]
Ended = Literal["running", "complete", "interrupted", "failed"]


class Request(NamedTuple):
    """A request: unix seconds; `sent` is None when its time was out before it left. `status` is 0 without an answer.

    `error` names what went wrong where a status does not say it: no answer, or an answer that is not the one asked
    for. `retried` is always 0: the generator asks once.
    """

    due: float
    sent: float | None
    done: float
    label: str
    method: str
    status: int
    error: str
    connection: str
    retried: int = 0

    @property
    def latency_ms(self) -> float:
        """Milliseconds from when the request was due, not from when it was sent."""
        return (self.done - self.due) * 1000

    @property
    def failed(self) -> bool:
        """Whether it was not answered, or not with what it was for."""
        return bool(self.error) or not 200 <= self.status < 400

    @property
    def kind(self) -> str:
        """The name of the failure: the error, or the status; empty when there is none."""
        return (self.error or str(self.status)) if self.failed else ""

    def row(self) -> list[object]:
        """Return the row of the file; times with six decimals."""
        times = [f"{time:.6f}" if time is not None else "" for time in (self.due, self.sent, self.done)]
        return [*times, *self[3:]]

    @classmethod
    def parse(cls, row: list[str]) -> "Request":
        """Return the request of a row. Raises ValueError when it is not a whole one."""
        if len(row) != len(cls._fields):
            raise ValueError(f"{len(row)} columns")
        due, sent, done, label, method, status, error, connection, retried = row
        left = float(sent) if sent else None
        return cls(float(due), left, float(done), label, method, int(status), error, connection, int(retried))


class Second(NamedTuple):
    """What the generator did in the second that ended at `t`, and what that cost it.

    `in_flight` is the most at once in that second; lag is by how much requests left after they were due;
    `cpu_percent` is of one core.
    """

    t: float
    due: int
    done: int
    failed: int
    in_flight: int
    lag_p50_ms: float
    lag_p99_ms: float
    cpu_percent: float

    @classmethod
    def parse(cls, row: list[str]) -> "Second":
        """Return the second of a row. Raises ValueError when it is not a whole one."""
        if len(row) != len(cls._fields):
            raise ValueError(f"{len(row)} columns")
        return cls(float(row[0]), *map(int, row[1:5]), *map(float, row[5:8]))


def read_requests(folder: Path) -> list[Request]:
    """Return the requests of a finished run, in the order of their answers."""
    with (folder / REQUESTS).open(newline="") as file:
        return [Request.parse(row) for row in list(csv.reader(file))[1:]]


def read_seconds(folder: Path) -> list[Second]:
    """Return the seconds of a finished run."""
    with (folder / SECONDS).open(newline="") as file:
        return [Second.parse(row) for row in list(csv.reader(file))[1:]]


def read_end(folder: Path) -> dict[str, Any]:
    """Return what generator.json says, empty before the generator began."""
    path = folder / GENERATOR
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found
