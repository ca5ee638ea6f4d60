"""What clients outside saw: one row a request, and what these rows say of a span of time."""

import csv
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ops.ledger.writes import ACKNOWLEDGED, CREATE, Write

FRESH, KEEPALIVE = "fresh", "keepalive"
COLUMNS = ("due", "sent", "done", "label", "method", "status", "error", "connection", "retried")


class Probe(NamedTuple):
    """One request: unix seconds; status 0 and an `error` when there was no answer."""

    due: float
    sent: float
    done: float
    label: str
    method: str
    status: int
    error: str
    connection: str

    @property
    def latency_ms(self) -> float:
        """Milliseconds from when it was due, not from when it was sent."""
        return (self.done - self.due) * 1000

    @property
    def failed(self) -> bool:
        """Whether it was not answered with success."""
        return bool(self.error) or not 200 <= self.status < 300

    @property
    def kind(self) -> str:
        """The error's name, or the status."""
        return self.error or str(self.status)


def read(path: Path) -> list[Probe]:
    """The rows of a prober's file, in the order they were due; a last row that is not whole yet is left out."""
    text = path.read_text() if path.is_file() else ""
    rows = csv.reader(text[: text.rfind("\n") + 1].splitlines()[1:])
    return sorted(
        Probe(float(due), float(sent), float(done), label, method, int(status), error, connection)
        for due, sent, done, label, method, status, error, connection, _ in rows
    )


def of_writes(writes: Iterable[Write]) -> list[Probe]:
    """The writers' POSTs, which carry a key, as rows of the same kind; one without an end is left out."""
    found = []
    for each in writes:
        if each.verb == CREATE and each.ended:
            is_good = each.outcome == ACKNOWLEDGED
            kind = "" if is_good else f"POST {each.reason}"
            found.append(Probe(each.began, each.began, each.ended, "write", "POST", 201 if is_good else 0, kind, ""))
    return found


def between(probes: Sequence[Probe], begin: float, end: float) -> list[Probe]:
    """Those that were due in that span."""
    return [probe for probe in probes if begin <= probe.due < end]


def p95_ms(probes: Sequence[Probe]) -> float:
    """The nearest-rank 95th percentile of the latencies of the GETs that succeeded; not a number without any."""
    return percentile([probe.latency_ms for probe in probes if probe.method == "GET" and not probe.failed], 0.95)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: a value that was really measured; not a number without values."""
    ordered = sorted(values)
    return ordered[max(math.ceil(round(share * len(ordered), 6)), 1) - 1] if ordered else math.nan


@dataclass(frozen=True)
class Impact:
    """What a fault cost its users: GETs, and POSTs with a key.

    Times are unix seconds, None without a failure; counts by status or error name.
    """

    requests: int
    failed: int
    first_failed: float | None
    last_failed: float | None
    kinds: Mapping[str, int] = field(default_factory=dict)
    p95_ms: float = math.nan
    added_ms: float = math.nan
    """How much more the 95th percentile of the GETs that succeeded was than before the fault."""


def impact(probes: Sequence[Probe], begin: float, end: float, before_ms: float) -> Impact:
    """What the requests that ended between `begin` and `end` met; `before_ms` is the 95th percentile to compare with.

    Ended, not due: a fault hits those that are in hand when it strikes.
    """
    inside = [probe for probe in probes if begin <= probe.done < end]
    failed = [probe for probe in inside if probe.failed]
    p95 = p95_ms(inside)
    return Impact(
        len(inside),
        len(failed),
        min((probe.done for probe in failed), default=None),
        max((probe.done for probe in failed), default=None),
        dict(sorted(Counter(probe.kind for probe in failed).items())),
        p95,
        p95 - before_ms,
    )
