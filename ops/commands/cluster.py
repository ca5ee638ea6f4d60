"""cluster.up, cluster.down, cluster.load, cluster.status: the kind cluster itself, whatever runs on it."""

from invoke.context import Context
from invoke.exceptions import Exit

from ops import console
from ops.cluster import lifecycle
from ops.cluster.place import place
from ops.commands.frame import command
from ops.commands.stack import ask
from ops.targets.base import DOWN


@command()
def up(_context: Context) -> None:
    """Make the kind cluster, or say that it is there."""
    lifecycle.up(place())


@command(yes="Do not ask first.")
def down(_context: Context, yes: bool = False) -> None:
    """Remove the kind cluster with all its data."""
    meant = place()
    if not yes:
        ask(f"Remove the cluster '{meant.name}' with all that is in it?")
    lifecycle.remove(meant)


@command()
def load(_context: Context) -> None:
    """Push the image, and copy those of others to the nodes."""
    console.data(lifecycle.load(place()))


@command()
def status(_context: Context) -> None:
    """Show the cluster's nodes, registry and add-ons."""
    meant = place()
    rows = lifecycle.status(meant)
    console.table(("part", "state", "address"), [(part.name, part.state, part.address) for part in rows])
    if all(part.state == DOWN for part in rows):
        console.say(f"there is no cluster '{meant.name}'; ./inv cluster.up makes it")
    if not all(part.is_ready for part in rows):
        raise Exit(code=1)
