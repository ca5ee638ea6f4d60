"""What was attempted, and what is found: the two things that a ledger compares."""

from collections.abc import Sequence
from dataclasses import dataclass

CREATE, EDIT, DELETE = "create", "edit", "delete"

ACKNOWLEDGED = "acknowledged"
"""The service said yes: the write must be there for good."""
REJECTED = "rejected"
"""The service said no, or was never reached: the write must not be there."""
UNKNOWN = "unknown"
"""No answer, or one that does not tell (5xx): the write may be there or not."""


@dataclass(frozen=True)
class Write:
    """One write that was attempted. `note` is the name given to the note when it was made, which no other note has.

    `text` is the note's text after the write, which no other write has; empty for a deletion. `began` and `ended`
    are unix seconds; `ended` is 0 when the journal knows of no end. `reason` is the status or the error's name.
    """

    op: str
    account: str
    note: str
    verb: str
    text: str
    outcome: str
    began: float = 0.0
    ended: float = 0.0
    reason: str = ""


@dataclass(frozen=True)
class Found:
    """A note of the writers' accounts as a final read found it, in the trash or not."""

    id: int
    account: str
    name: str
    text: str
    trashed: bool


def rate(writes: Sequence[Write]) -> float:
    """Acknowledged writes a second, from the first intent to the last outcome."""
    times = [time for write in writes for time in (write.began, write.ended) if time]
    told = sum(write.outcome == ACKNOWLEDGED for write in writes)
    return told / (max(times) - min(times)) if len(times) > 1 else 0.0
