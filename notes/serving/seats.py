"""How many connections each process of one service has, in memory that they share.

The master makes it, because its workers inherit it; a worker has a seat there for as long as it lives.
"""

from __future__ import annotations

import mmap

FREE = -1
MOST = 64  # seats; a worker that finds none is not counted


class Seats:
    """One number a seat. Each is written by its own worker alone, so that no lock is needed."""

    def __init__(self) -> None:
        # anonymous and shared: a fork copies the mapping, not the memory
        self._counts = memoryview(mmap.mmap(-1, MOST * 4)).cast("i")
        for seat in range(MOST):
            self._counts[seat] = FREE

    def take(self) -> int | None:
        """Return a seat with no connections; None when all are taken."""
        for seat, count in enumerate(self._counts):
            if count == FREE:
                self._counts[seat] = 0
                return seat
        return None

    def leave(self, seat: int | None) -> None:
        """Free a seat: its worker has ended."""
        if seat is not None:
            self._counts[seat] = FREE

    def tell(self, seat: int | None, count: int) -> None:
        """Note how many connections the worker of that seat has."""
        if seat is not None:
            self._counts[seat] = count

    def least(self) -> int:
        """The number of connections of the worker that has the fewest; 0 when no seat is taken."""
        return min((count for count in self._counts if count != FREE), default=0)
