"""Waiting: always for a condition, always with a deadline, never in silence."""

import time
from collections.abc import Callable
from typing import TypeVar

from ops import run
from ops.errors import OpsError

T = TypeVar("T")


class Pending(Exception):  # noqa: N818 - a state, not an error
    """Raised by a probe: the state it saw instead of the one awaited."""


def until(probe: Callable[[], T], what: str, *, seconds: float, mend: str, every: float = 0.1) -> T | None:
    """Call `probe` until it no longer raises Pending and return its value (None in a dry run, which does not wait).

    `what` names the awaited state. Raises OpsError with the last state seen after `seconds`; an OpsError of the
    probe itself ends the wait at once.
    """
    if run.is_dry():
        return None
    deadline = time.monotonic() + seconds
    while True:
        try:
            return probe()
        except Pending as pending:
            if time.monotonic() >= deadline:
                raise OpsError(f"waited {seconds:g} s for {what}", f"last state: {pending}", mend) from None
        time.sleep(min(every, max(0.0, deadline - time.monotonic())))


def hold(seconds: float) -> None:
    """Let that long go by, for what is to last that long; nothing in a dry run."""
    if not run.is_dry() and seconds > 0:
        time.sleep(seconds)
