"""bench: the figures of speed, measured against the floor and the stock reference."""

from invoke.context import Context
from invoke.exceptions import Exit

from ops.commands.frame import command


@command(
    on="Where: kind measures what needs a cluster (P10), and makes it; all else starts what it measures when left out.",
    only="Figures to measure, such as P1,P3; all when left out.",
    quick="Short runs over few rows, to try things out: no evidence.",
)
def bench(_context: Context, on: str = "", only: str = "", quick: bool = False) -> None:
    """Measure the figures of speed and write a report."""
    from ops.bench import runner  # here, because the other commands need not wait for what only this one needs
    from ops.bench.lab import FULL, QUICK

    if not runner.bench(runner.wanted(only, on), QUICK if quick else FULL):
        raise Exit(code=1)
