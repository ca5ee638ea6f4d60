"""Where to look when a run was red: the setting that breaks the promise, by its name and place."""

from collections.abc import Sequence

from ops.chaos import causes
from ops.chaos.recovery import Recovery
from ops.errors import OpsError
from ops.ledger.check import LOST, STALE, Ledger
from ops.targets.base import Target
from ops.targets.kind import Kind

KINDS = "statefulsets,deployments,horizontalpodautoscalers"

DURABLE = {
    "synchronous_commit": "PostgreSQL says yes before the write is on the disk, so a crash takes it back",
    "fsync": "PostgreSQL never waits for the disk, so a power cut takes writes back",
    "full_page_writes": "a page that was torn by a power cut cannot be mended",
}
"""Settings of PostgreSQL that must not be off, and what happens when they are."""
STATEMENT = (
    "SELECT name, setting, coalesce(sourcefile || ' line ' || sourceline, source) FROM pg_settings "
    f"WHERE name IN ({', '.join(repr(name) for name in DURABLE)})"
)


def of(target: Target, ledger: Ledger, recoveries: Sequence[Recovery] = ()) -> list[str]:
    """Advice for what was seen: from the cluster's objects, where there is one, and from the database's own words."""
    return _of_cluster(target, ledger, recoveries) or _of_database(target, ledger)


def _of_cluster(target: Target, ledger: Ledger, recoveries: Sequence[Recovery]) -> list[str]:
    if not isinstance(target, Kind):
        return []
    found = causes.causes(recoveries, ledger, causes.Setup(target.kubectl.get(KINDS)))
    return [f"{each.what}: {each.where}: {each.change}" for each in found]


def _of_database(target: Target, ledger: Ledger) -> list[str]:
    """What the database says of its settings; nothing for a ledger without losses."""
    if not (ledger.count(LOST) or ledger.count(STALE)):
        return []
    try:
        rows = [line.split("|", 2) for line in target.query("notes", STATEMENT).splitlines()]
    except OpsError as error:
        return [f"the database's settings cannot be read: {error.seen}"]
    return for_settings([(name, value, place) for name, value, place in rows])


def for_settings(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """What to say of these settings (name, value, where it was set)."""
    return [
        f"'{name}' is {value}, set in {place}: {DURABLE[name]}; ALTER SYSTEM RESET {name}"
        for name, value, place in rows
        if value == "off"
    ] or ["the database's settings are sound: look at where its data lies, and at what the findings have in common"]
