"""loadtest: load on a target, the autoscaler's answer to it, and a verdict."""

from pathlib import Path
from typing import TYPE_CHECKING

from invoke.context import Context
from invoke.exceptions import Exit

from ops.commands.frame import command
from ops.errors import OpsError

if TYPE_CHECKING:
    from ops.hpa.trial import Killer


@command(
    on="Target to load: kind, the default, which is made when it is not there; compose or embedded, without the HPA.",
    url="Address to load instead of a target; needs --accounts.",
    accounts="File with the accounts at --url: a JSON list of {email, token}.",
    shape="Shape of the load: steps (rest, x4, rest), business-day, soak or spike.",
    kill="On kind: kill a pod while the autoscaler adds some, and one while it takes some away.",
    rate="Requests a second at rest; when left out it is measured on kind, so that x4 asks for one step of the HPA.",
)
def loadtest(
    _context: Context,
    on: str | None = None,
    url: str = "",
    accounts: str = "",
    shape: str = "steps",
    rate: float = 0.0,
    kill: bool = False,
) -> None:
    """Drive load, watch the autoscaler act, and judge it."""
    from loadtest.shapes import SHAPES
    from ops.hpa import sites  # here, because the other commands need not wait for what only this one needs
    from ops.hpa.loadtest import loadtest as drive

    if shape not in SHAPES:
        raise OpsError(f"no shape '{shape}'", f"known: {', '.join(SHAPES)}", "./inv loadtest --shape steps")
    if bool(url) != bool(accounts) or (url and on):
        mend = "./inv loadtest --url URL --accounts FILE, or: ./inv loadtest --on TARGET"
        raise OpsError("'--url' and '--accounts' go together, without '--on'", f"url '{url}', on '{on or ''}'", mend)
    if kill and (url or (on or sites.DEFAULT) != sites.DEFAULT):
        raise OpsError(
            "'--kill' needs an autoscaler", url or f"--on {on}", f"./inv loadtest --on {sites.DEFAULT} --kill"
        )
    words = [f"--on {on or sites.DEFAULT}"] if not url else [f"--url {url}", f"--accounts {accounts}"]
    words += [f"--shape {shape}", *([f"--rate {rate:g}"] if rate else []), *(["--kill"] if kill else [])]
    site = sites.of_address(url, Path(accounts)) if url else sites.of_target(on)
    if code := drive(site, shape, rate, f"./inv loadtest {' '.join(words)}", killer=_killer() if kill else None):
        raise Exit(code=code)


def _killer() -> "Killer":
    from ops import targets
    from ops.chaos import site as places
    from ops.chaos.growth import Kills

    return Kills(places.site(targets.named("kind")))
