"""Where a load test can go: a target of ours, brought up and seeded when it has to be, or any address."""

from dataclasses import replace
from pathlib import Path

from ops import console, files, targets, watchers
from ops.hpa.autoscaler import Autoscaler
from ops.hpa.trial import Site
from ops.load.plan import check_accounts
from ops.marks import Marks, NullMarks
from ops.paths import STATE
from ops.ports import HOST
from ops.settings import OBSERVABILITY
from ops.targets.base import Target
from ops.targets.kind import Kind

ACCOUNTS, NOTES = 20, 100
"""Enough that no two of a hundred requests in flight need be of one account, and that a list has several pages."""
DEFAULT = "kind"
SEED = ("python", "-m", "notes", "seed", "--accounts", str(ACCOUNTS), "--notes", str(NOTES))


def of_address(url: str, accounts: Path) -> Site:
    """Any address at which the application answers, with the tokens of accounts that are there."""
    check_accounts(accounts)
    return Site(url.rstrip("/"), accounts=accounts)


def of_target(on: str | None) -> Site:
    """That target, up and seeded. Raises OpsError when it cannot be brought up."""
    target = targets.named(on or DEFAULT)
    seen = watchers.of(target)
    target.up(without=[part for part in OBSERVABILITY if part not in seen.parts])  # what watches is asked for by `up`
    accounts, marks = _seeded(target), seen.marks()
    if isinstance(target, Kind):
        found = of_kind(target, accounts, marks)
    else:
        found = Site(target.url("notes"), accounts=accounts, marks=marks)
    return replace(found, target=target.name, image=target.digest())


def of_kind(target: Kind, accounts: Path, marks: Marks | None = None) -> Site:
    """A namespace of the kind target that is up and seeded: through the gateway, with its autoscaler."""
    gateway = f"http://{HOST}:{target.place.gateway_port}"
    scaler = Autoscaler(target.kubectl, overlay=target.overlay)
    return Site(gateway, target.hosts["notes"] or None, accounts, scaler, marks or NullMarks())


def seeded(target: Target, place: Path) -> Path:
    """Make the accounts of the load at that target, as far as they are not there; their tokens are kept in `place`."""
    with console.step("accounts for the load") as step:
        files.make_folder(place.parent)
        files.write(place, target.run_in("notes", SEED))
        step.note = f"{ACCOUNTS} with {NOTES} notes each"
    return place


def _seeded(target: Target) -> Path:
    return seeded(target, STATE / "loadtest" / f"{target.name}.json")
