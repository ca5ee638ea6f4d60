"""Lets requests fall due by the shape's rate, whatever the answers do, and hands them to users who are free."""

import time
from typing import NamedTuple

import gevent
from gevent.queue import SimpleQueue

from loadtest.journal import Journal
from loadtest.plan import Plan
from loadtest.shapes import arrivals

POLL_SECONDS = 0.02
TICK_SECONDS = 1.0


class Arrival(NamedTuple):
    """A request that is due: its number and when, in seconds of the monotonic clock."""

    number: int
    due: float


class Pace:
    """The clock of a run. Times in its files are unix times that pass as steadily as the monotonic clock."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        """Prepare the run; nothing falls due yet."""
        self.plan, self.journal = plan, journal
        self._due: SimpleQueue[Arrival | None] = SimpleQueue()
        self._begin = 0.0
        self.is_closed = self.complete = False

    def unix(self, moment: float) -> float:
        """Return a moment of the monotonic clock as unix time."""
        return self.journal.begin + (moment - self._begin)

    def run(self) -> None:
        """Let everything fall due, and return when all of it was answered or given up, or after `close`."""
        ahead = max(self.plan.begin - time.time(), 0.0)
        self._begin = time.monotonic() + ahead
        self.journal.began(time.time() + ahead)
        ticking = gevent.spawn(self._tick)
        try:
            for index, offset in enumerate(arrivals(self.plan.phases, self.plan.rate)):
                if not self._sleep_until(self._begin + offset):
                    break
                self.journal.fell_due()
                self._due.put(Arrival(index, self._begin + offset))
            self._sleep_until(self._begin + self.plan.seconds)
            while not self.is_closed and self.journal.done < self.journal.due:
                gevent.sleep(POLL_SECONDS)
            self.complete = not self.is_closed
        finally:
            ticking.kill()

    def take(self) -> Arrival | None:
        """Wait until something is due and return it; None when nothing more will be."""
        return None if self.is_closed else self._due.get()

    def close(self) -> None:
        """Let nothing more fall due and nobody wait for it."""
        self.is_closed = True
        for _ in range(self.plan.connections):
            self._due.put(None)

    def _sleep_until(self, moment: float) -> bool:
        """Sleep until then; False when the run was closed meanwhile."""
        while not self.is_closed and (left := moment - time.monotonic()) > 0:
            gevent.sleep(min(left, TICK_SECONDS))
        return not self.is_closed

    def _tick(self) -> None:
        second = 0
        while True:
            second += 1
            gevent.sleep(max(self._begin + second * TICK_SECONDS - time.monotonic(), 0.0))
            self.journal.tick(self.unix(time.monotonic()))
