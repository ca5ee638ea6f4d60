"""How much the machine itself disturbs a measurement, looked at just before each figure.

Two things: what others take of the processors, and how steady the processors are. A virtual machine may be slowed down
by its neighbours, tenfold and for tens of milliseconds at a time, while its own numbers show nothing (steal stays 0):
no server has a shorter tail than the processor that it runs on.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ops.bench import stats

BUSY_SECONDS = 1.0
STEADY_SECONDS = 3.0  # slow spells come every second or two
LOOPS = 10_000  # a fifth of a millisecond: shorter than the spells, longer than the clock's own cost


@dataclass(frozen=True)
class Noise:
    """What was seen: percent of the processors in use, and a fixed piece of work's p99 and maximum, of its median."""

    busy_percent: float
    p99: float
    most: float

    def __str__(self) -> str:
        return f"{self.busy_percent:.0f} % busy, p99 {self.p99:.1f} x, at most {self.most:.0f} x"


def look() -> Noise:
    """Look for four seconds, while nothing of ours runs but PostgreSQL."""
    import psutil

    return of(psutil.cpu_percent(interval=BUSY_SECONDS), _pieces(STEADY_SECONDS))


def of(busy_percent: float, pieces: Sequence[float]) -> Noise:
    """Return what these seconds a piece of work say."""
    ordered = sorted(pieces)
    median = stats.median(ordered)
    return Noise(
        round(busy_percent, 1), round(stats.of_sorted(ordered, 0.99) / median, 2), round(ordered[-1] / median, 1)
    )


def _pieces(seconds: float) -> list[float]:
    end, found = time.perf_counter() + seconds, []
    while (begin := time.perf_counter()) < end:
        for _ in range(LOOPS):
            pass
        found.append(time.perf_counter() - begin)
    return found
