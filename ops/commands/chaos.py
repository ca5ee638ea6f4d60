"""chaos: faults under load, the healing measured, and the proof that nothing acknowledged was lost."""

from invoke.context import Context
from invoke.exceptions import Exit

from ops import console, targets
from ops.commands.frame import command
from ops.errors import OpsError


@command(
    on="Target to break: kind, the default; compose or embedded, with the faults that they can have.",
    fault="Faults to inject, such as app-killed,database-killed; all that can be had when left out.",
    count="How often each fault is injected.",
    seed="Number that picks the victims; drawn, and printed, when left out.",
    seconds="How long a fault that lasts is held.",
    retries="How often a writer repeats a write that was left open, with the same key.",
    list_="List the faults: what each does, what it should cost, on which targets.",
    break_="Prove that the proof can fail: run it on a private copy broken in this way: database-emptydir,"
    " no-readiness, no-prestop, one-replica, liveness-database, synchronous-commit.",
    undo="Only undo what an interrupted run has left.",
)
def chaos(
    _context: Context,
    on: str | None = None,
    fault: str = "",
    count: int = 1,
    seed: str = "",
    seconds: float = 5.0,
    retries: int = 0,
    break_: str = "",
    list_: bool = False,
    undo: bool = False,
) -> None:
    """Break things under load, prove that no write is lost."""
    from ops.chaos import (
        controls,
        runner,
        site,
    )  # here, because the other commands need not wait for what only this one needs

    if list_:
        console.table(("fault", "what", "what it should cost", *site.TARGETS), site.catalogue())
        return
    if seed and not seed.isdecimal():
        raise OpsError("'--seed' is no number", f"'{seed}'", "give a whole number, or leave it out")
    asked = runner.Asked(fault, count, int(seed) if seed else None, seconds, retries)
    if break_:
        raise Exit(code=controls.run(break_, asked))
    target = targets.named(on or site.DEFAULT)
    if undo:
        controls.sweep()
        runner.undo_only(target)
        return
    if code := runner.chaos(target, asked):
        raise Exit(code=code)
