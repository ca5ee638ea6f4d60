"""What a load test shows while it runs: one table that changes, on a terminal; a line now and then through a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ops import console
from ops.hpa.samples import Scale
from ops.load import Live

LINE_EVERY_SECONDS = 5.0  # through a pipe: a log that can be read afterwards

NOBODY = "-"


class Show(Protocol):
    """Where the state of a load test is shown, about once a second."""

    def update(self, second: float, phase: str, live: Live, scale: Scale | None) -> None:
        """Show the state at that second of the load; `scale` is None where there is no autoscaler."""


def cells(second: float, phase: str, live: Live, scale: Scale | None) -> dict[str, str]:
    """The state by column, as text; what nobody knows is a dash."""
    found = {
        "second": f"{second:.0f}",
        "phase": phase,
        "users": str(live.in_flight),  # each user waits for one answer at a time
        "rate": f"{live.done_rate:.0f}/s of {live.due_rate:.0f}",
        "p95": f"{live.p95_ms:.0f} ms",
        "failed": f"{live.failed}" + (f" ({', '.join(live.failures)})" if live.failures else ""),
    }
    if scale is not None:
        known = NOBODY if scale.desired is None else f"{scale.desired}/{scale.ready}"
        found["desired/ready"] = known
        found["CPU"] = NOBODY if scale.cpu_percent is None else f"{scale.cpu_percent} %"
    return found


class Lines:
    """Plain lines on stderr."""

    def __init__(self) -> None:
        """Show the first state at once."""
        self._next = 0.0

    def update(self, second: float, phase: str, live: Live, scale: Scale | None) -> None:
        """Say a line, if the last one is old enough."""
        if second >= self._next:
            self._next = second + LINE_EVERY_SECONDS
            console.say("  ".join(f"{name} {text}" for name, text in cells(second, phase, live, scale).items()))


class Table:
    """One table in place, by rich."""

    def __init__(self, screen: "object") -> None:
        """Draw into that rich.live.Live."""
        self._screen = screen

    def update(self, second: float, phase: str, live: Live, scale: Scale | None) -> None:
        """Draw the state."""
        from rich.table import Table as Grid

        state = cells(second, phase, live, scale)
        grid = Grid(*state)
        grid.add_row(*state.values())
        self._screen.update(grid)  # type: ignore[attr-defined]


@contextmanager
def shown() -> Iterator[Show]:
    """A table while it lasts, where stderr is a terminal; else lines."""
    if not sys.stderr.isatty():
        yield Lines()
        return
    from rich.console import Console
    from rich.live import Live as Screen

    with Screen(console=Console(stderr=True), auto_refresh=False) as screen:
        yield Table(screen)
