"""Live numbers: reads the files of a run while they are written, and keeps what is left of the last seconds."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from loadtest.records import REQUESTS, SECONDS, Request, Second
from ops.bench.stats import of_sorted


@dataclass(frozen=True)
class Live:
    """A snapshot. Rates are a second; latencies, from due, of what was answered or given up in the last seconds.

    `due_rate` is what should have been sent, `done_rate` what was answered or failed; `failures` counts those of the
    window by kind, `failed` and `done` are of the whole run so far. Before the first second everything is 0.
    """

    t: float = 0.0
    due_rate: float = 0.0
    done_rate: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    failures: dict[str, int] = field(default_factory=dict)
    done: int = 0
    failed: int = 0
    in_flight: int = 0
    lag_p99_ms: float = 0.0
    cpu_percent: float = 0.0


class Lines:
    """The rows of a CSV file as they come: whole lines only, the head left out."""

    def __init__(self, path: Path) -> None:
        """Follow `path`, which need not be there yet."""
        self._path, self._place, self._rest, self._is_head = path, 0, "", True

    def new(self) -> Iterator[list[str]]:
        """Yield the rows that were written since the last call."""
        if not self._path.is_file():
            return
        with self._path.open(newline="") as file:
            file.seek(self._place)
            text = self._rest + file.read()
            self._place = file.tell()
        *whole, self._rest = text.split("\n")
        for row in csv.reader(whole):
            if self._is_head:
                self._is_head = False
            elif row:
                yield row


class Tail:
    """Follows the folder of a run."""

    def __init__(self, folder: Path) -> None:
        """Follow the files of `folder`."""
        self._requests, self._seconds = Lines(folder / REQUESTS), Lines(folder / SECONDS)
        self._recent: deque[Request] = deque()
        self._ticks: deque[Second] = deque(maxlen=600)
        self._done = self._failed = 0

    def live(self, window: int = 5) -> Live:
        """Return the numbers of the last `window` whole seconds of the generator."""
        self._ticks.extend(Second.parse(row) for row in self._seconds.new())
        for row in self._requests.new():
            request = Request.parse(row)
            self._done += 1
            self._failed += request.failed
            self._recent.append(request)
        if not self._ticks:
            return Live(done=self._done, failed=self._failed)
        ticks = list(self._ticks)[-window:]
        end = ticks[-1].t
        while self._recent and self._recent[0].done < end - window:
            self._recent.popleft()
        latencies = sorted(request.latency_ms for request in self._recent) or [0.0]
        return Live(
            t=end,
            due_rate=sum(tick.due for tick in ticks) / len(ticks),
            done_rate=sum(tick.done for tick in ticks) / len(ticks),
            p50_ms=of_sorted(latencies, 0.50),
            p95_ms=of_sorted(latencies, 0.95),
            failures=dict(Counter(request.kind for request in self._recent if request.failed)),
            done=self._done,
            failed=self._failed,
            in_flight=ticks[-1].in_flight,
            lag_p99_ms=max(tick.lag_p99_ms for tick in ticks),
            cpu_percent=ticks[-1].cpu_percent,
        )
