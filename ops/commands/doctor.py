"""doctor: what this machine has and lacks."""

from invoke.context import Context
from invoke.exceptions import Exit

from ops import doctor as doctor_
from ops.commands.frame import command


@command()
def doctor(_context: Context) -> None:
    """Show what this machine has and what it lacks."""
    if not doctor_.report():
        raise Exit(code=1)
