"""up, down, status, logs, psql, shell: the stack on a target; image: what it is made of."""

import sys

from invoke.context import Context
from invoke.exceptions import Exit

from ops import console, paths, run, targets
from ops import image as image_
from ops.commands.frame import ON, command
from ops.errors import OpsError
from ops.settings import OBSERVABILITY
from ops.targets.base import DOWN, Target


@command(
    **ON,
    demo="Seed a demo account with pads and notes, and show its password.",
    minimal="Leave out all that watches: notes, the small services and the database only.",
    without="Part of observability to leave out, such as grafana; may be given again.",
    watch="Stay, and bring changed code into the containers until Ctrl-C.",
    iterable=["without"],
)
def up(
    _context: Context,
    without: list[str],
    on: str | None = None,
    demo: bool = False,
    minimal: bool = False,
    watch: bool = False,
) -> None:
    """Start everything, or say that it runs already."""
    _target(on).up(demo=demo, without=OBSERVABILITY if minimal else without, watch=watch)


@command(
    **ON,
    wipe="Remove the data as well: notes, accounts, passwords, logs.",
    yes="Do not ask before data is removed.",
)
def down(_context: Context, on: str | None = None, wipe: bool = False, yes: bool = False) -> None:
    """Stop everything; the data stays."""
    target = _target(on)
    if wipe and not yes:
        ask(f"Remove all data of target {target.name} in '{paths.STATE}'?")
    target.down(wipe=wipe)


@command(**ON)
def status(_context: Context, on: str | None = None) -> None:
    """Show each part: state, address, since when."""
    target = targets.named(on)
    parts = target.status()
    console.table(
        ("part", "state", "address", "since"),
        [(part.name, part.state, part.address, part.since or "-") for part in parts],
    )
    if all(part.state == DOWN for part in parts):
        console.say(f"target {target.name} is down; ./inv up starts it")
    if not all(part.is_ready for part in parts):
        raise Exit(code=1)


@command(
    "part", **ON, part="Part whose log to show; all when left out.", follow="Keep showing what comes, until Ctrl-C."
)
def logs(_context: Context, part: str | None = None, on: str | None = None, follow: bool = False) -> None:
    """Show the last lines of the logs."""
    targets.named(on).logs(part or None, follow=follow)


@command(**ON, database="Database to open: notes (the default) or auth.", c="SQL to run instead of asking for it.")
def psql(_context: Context, on: str | None = None, database: str = "notes", c: str | None = None) -> None:
    """Open psql on a database, as the application's role."""
    raise Exit(code=targets.named(on).psql(database, ["--command", c] if c else []))


@command("part", **ON, part="Part to open a shell in; notes when left out.")
def shell(_context: Context, part: str | None = None, on: str | None = None) -> None:
    """Open a shell where a part runs."""
    raise Exit(code=targets.named(on).shell(part or "notes"))


@command(no_cache="Build every layer anew.")
def image(_context: Context, no_cache: bool = False) -> None:
    """Build the application's image."""
    console.data(image_.build(cache=not no_cache))


def _target(on: str | None) -> Target:
    """The target of that name; where none is named, it is said which one is meant."""
    if on is None:
        console.say("target {}: {}".format(*targets.default()))
    return targets.named(on)


def ask(question: str) -> None:
    """Go on only after a yes; the default is No. Raises OpsError where nobody can answer."""
    if run.is_dry():
        return
    if not sys.stdin.isatty():
        raise OpsError(question, "standard input is no terminal to ask on", "add --yes if you mean it")
    if input(f"{question} [y/N] ").strip().lower() not in ("y", "yes"):
        raise OpsError("nothing was removed", "the answer was not yes", "add --yes, or answer y")
