"""Writes the files of a run while it runs: a row a request, a row a second, and the end."""

import csv
import json
import resource
from pathlib import Path
from typing import Any

from loadtest.limits import limits
from loadtest.plan import Plan
from loadtest.records import GENERATOR, REQUESTS, SECONDS, Ended, Request, Second


class Journal:
    """Keeps count of what falls due, leaves and is answered. Who calls it says what time it is."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        """Make the CSV files in `folder`, with nothing but their heads."""
        self._folder, self._plan = folder, plan
        self._requests = (folder / REQUESTS).open("w", newline="")
        self._seconds = (folder / SECONDS).open("w", newline="")
        self._rows, self._ticks = (csv.writer(f, lineterminator="\n") for f in (self._requests, self._seconds))
        self._rows.writerow(Request._fields)
        self._ticks.writerow(Second._fields)
        self.due = self.done = self.failed = self.in_flight = self._peak = 0
        self._lags: list[float] = []
        self._all: list[Second] = []
        self._before = (0, 0, 0)
        self._cpu, self._clock = _cpu_seconds(), 0.0
        self.begin = 0.0

    def began(self, begin: float) -> None:
        """The first request is due at `begin`, unix time."""
        self.begin = self._clock = begin
        self._cpu = _cpu_seconds()
        self.end("running")

    def fell_due(self) -> None:
        """One more request is due."""
        self.due += 1

    def left(self, lag: float) -> None:
        """A request has left, `lag` seconds after it was due."""
        self.in_flight += 1
        self._peak = max(self._peak, self.in_flight)
        self._lags.append(lag)

    def answered(self, request: Request) -> None:
        """A request was answered or given up."""
        self._rows.writerow(request.row())
        self.done += 1
        self.failed += request.failed
        if request.sent is not None:
            self.in_flight -= 1

    def tick(self, now: float) -> Second:
        """Write the row of the second that ends at `now`, and let all rows be seen by whoever reads along."""
        lags, self._lags = sorted(self._lags), []
        p50, p99 = ((lags[min(len(lags) - 1, int(len(lags) * share))] if lags else 0.0) for share in (0.5, 0.99))
        counts, cpu = (self.due, self.done, self.failed), _cpu_seconds()
        due, done, failed = (now_ - before for now_, before in zip(counts, self._before, strict=True))
        percent = 100 * (cpu - self._cpu) / max(now - self._clock, 1e-3)
        second = Second(
            round(now, 3), due, done, failed, max(self._peak, self.in_flight),
            round(p50 * 1e3, 3), round(p99 * 1e3, 3), round(percent, 1),
        )  # fmt: skip
        self._before, self._cpu, self._clock, self._peak = counts, cpu, now, self.in_flight
        self._all.append(second)
        self._ticks.writerow(second)
        self._requests.flush()
        self._seconds.flush()
        return second

    def close(self, ended: Ended, now: float) -> None:
        """Write what is left, and how the run has ended; once, whoever asks again."""
        if self._requests.closed:
            return
        if self.begin:
            self.tick(now)
        self._requests.close()
        self._seconds.close()
        self.end(ended, now)

    def end(self, ended: Ended, now: float | None = None) -> None:
        """Write generator.json: never half of it, because others wait for it."""
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        words: dict[str, Any] = {
            "ended": ended, "begin": self.begin, "end": now, "due": self.due, "done": self.done,
            "failed": self.failed, "unfinished": self.due - self.done, "memory_mib": round(memory, 1),
            "peak_in_flight": max((s.in_flight for s in self._all), default=0),
            "limits": limits(self._all, self._plan.connections),
        }  # fmt: skip
        words["was_the_limit"] = bool(words["limits"])
        draft = self._folder / f"{GENERATOR}.new"
        draft.write_text(json.dumps(words, indent=1) + "\n")
        draft.replace(self._folder / GENERATOR)


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
