"""report: all claims and what the last runs say of them, on one page."""

from invoke.context import Context
from invoke.exceptions import Exit

from ops.commands.frame import command


@command(strict="Also fail when a claim was not run.")
def report(_context: Context, strict: bool = False) -> None:
    """Put what the last runs prove of each claim on a page."""
    from ops.claims import runner  # here, because the other commands need not wait for what only this one needs

    if code := runner.collect(strict=strict):
        raise Exit(code=code)
