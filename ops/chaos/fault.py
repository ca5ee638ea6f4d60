"""What a fault is, and what a target lends to faults: hands."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Record = dict[str, Any]
"""What a fault needs to undo itself in another process, as JSON.

`victim` says in words what was hit; `pods` are those that were, and `part` theirs, on a cluster; `least` is how many
seconds it must last to mean anything.
"""


@dataclass(frozen=True)
class Process:
    """A process of a part; `born` tells it from a later one with its number. Seconds of whatever clock it came from."""

    pid: int
    born: float


class Hands(Protocol):
    """What faults can do to the parts of one target. Methods raise OpsError for what a user can mend."""

    memory_mib: int
    """What memory pressure takes: far enough below a limit to end nobody."""
    rest_seconds: float
    """How long a part must have run before it is killed again: sooner, a restart's own back-off is measured."""

    def group(self, part: str) -> list[Process]:
        """The processes of a part, its main one first; none when it does not run."""

    def signal(self, processes: Sequence[Process], number: int) -> None:
        """Send that signal to those that are still there."""

    def stopped(self, processes: Sequence[Process]) -> list[Process]:
        """Those of them that are stopped (SIGSTOP)."""

    def halt(self, part: str) -> None:
        """Stop a part in order, so that nothing starts it again by itself."""

    def resume(self, part: str) -> None:
        """Start a part that was halted; one that runs is left alone."""

    def press(self, kind: str, amount: int, seconds: float, token: str) -> None:
        """Let a helper where notes runs take processors (`cpu`) or MiB (`memory`), for so long at most."""

    def release(self, token: str) -> None:
        """End the helpers that were started with that token."""

    def pressing(self, token: str) -> int:
        """How many of them there are."""

    def query(self, statement: str) -> str:
        """Run one statement on the database of notes."""

    def unwell(self) -> list[str]:
        """What of notes and its database does not answer now, in words; empty when both do."""

    def url(self) -> str:
        """Address of notes."""


class Fault(Protocol):
    """Something that can be broken and put back. `undo` may be called at any time, and again."""

    name: str
    lasts: bool
    """Whether it goes on until it is undone; else it strikes once, and what is broken heals by itself."""
    rest: float
    """Seconds that its victim needs before the next fault."""

    def missing(self) -> str:
        """Why it cannot be had here as things are; empty when it can."""

    def plan(self, chance: random.Random) -> Record:
        """Choose a victim and return all that undoing will need. Changes nothing."""

    def inject(self, record: Record) -> None:
        """Do it."""

    def undo(self, record: Record) -> None:
        """Put back what is not as it was; nothing when all is."""

    def traces(self, record: Record) -> list[str]:
        """What is not, or not yet, as it was before, in words; empty when the fault has left nothing behind."""


def by_name(faults: Sequence[Fault]) -> Mapping[str, Fault]:
    """The faults by their names."""
    return {fault.name: fault for fault in faults}
