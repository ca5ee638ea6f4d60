"""test: the whole proof."""

from invoke.context import Context

from ops import suite
from ops.commands.frame import command


@command(
    unit="Only what needs no socket and no database.",
    k="Only tests that match this expression, as pytest's -k.",
    cov="Measure coverage, and fail below the bar.",
)
def test(_context: Context, unit: bool = False, k: str | None = None, cov: bool = False) -> None:
    """Check style and types, then run every test."""
    suite.prove(unit=unit, select=k, coverage=cov)
