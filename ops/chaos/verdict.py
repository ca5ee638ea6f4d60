"""The verdict of a run: ledger, recoveries and steady state, put together by a pure function."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.chaos.recovery import Recovery
from ops.chaos.steady import Steady
from ops.ledger.check import FAIL, FATAL, PASS, READERS, UNDECIDED, Ledger

CODES = {PASS: 0, FAIL: 1, UNDECIDED: 2}


@dataclass(frozen=True)
class Verdict:
    """PASS, FAIL or UNDECIDED, with each reason in words."""

    word: str
    why: tuple[str, ...] = ()

    @property
    def code(self) -> int:
        """The exit code: 0 pass, 1 fail, 2 nothing is proved."""
        return CODES[self.word]


def judge(
    ledger: Ledger, recoveries: Sequence[Recovery], after: Steady, planned: int, late: Sequence[str] = ()
) -> Verdict:
    """The verdict of a run that was to inject `planned` faults; `late` are parts of healings that took too long.

    FAIL when a promise was broken, a budget was exceeded, or the target was not well afterwards; else UNDECIDED when
    there is no final read, no acknowledged write, or not every fault was injected; else PASS.
    """
    broken = [f"{ledger.count(kind)} {kind}" for kind in FATAL if ledger.count(kind)]
    broken += [f"{each.injury.fault}: {reason}" for each in recoveries for reason in each.over]
    broken += late
    broken += [f"not well afterwards: {reason}" for reason in after.why]
    if broken:
        return Verdict(FAIL, tuple(broken))
    open_ = [f"no final read by {reader}" for reader in READERS if ledger.reads.get(reader) is None]
    if not ledger.acknowledged:
        open_.append("no write was acknowledged")
    if len(recoveries) < planned:
        open_.append(f"{len(recoveries)} of {planned} faults were injected")
    if not planned:
        open_.append("no fault was to be injected")
    return Verdict(UNDECIDED, tuple(open_)) if open_ else Verdict(PASS)
