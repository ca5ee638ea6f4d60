"""Whether a target is well: what its parts say of themselves, and what a prober sees of it for a few seconds."""

import time

from ops import console, wait
from ops.chaos import steady
from ops.chaos.probing import Probing
from ops.chaos.site import Site
from ops.chaos.steady import Steady
from ops.errors import OpsError
from ops.targets.ready import unready

SECONDS = 3.0  # each look at the steady state: 120 requests of the prober
MOST = 3  # looks at the steady state before


def refuse_unwell(site: Site) -> None:
    """Raise OpsError unless every part says that it is ready: on a sick target a fault proves nothing."""
    if unwell := unready(site.target):
        mend = f"./inv up --on {site.target.name}, then ./inv chaos --on {site.target.name}"
        raise OpsError(f"target {site.target.name} is not well", ", ".join(unwell), mend)


def first_look(site: Site, probe: Probing) -> Steady:
    """The steady state before, looked at again a few times: what has just come up is slow at first."""
    for _ in range(MOST):
        before = look(probe, "steady state before")
        if before.is_well:
            return before
    raise OpsError(f"target {site.target.name} is not well", "; ".join(before.why), "./inv status")


def look(probe: Probing, name: str) -> Steady:
    """What the prober sees from now on, as a step of that name."""
    with console.step(name) as step:
        began = time.time()
        wait.hold(SECONDS)
        ended = time.time()
        wait.hold(steady.LIMIT_MS / 1000)  # so that those due last have ended
        seen = steady.judge(probe.rows(), began, ended, probe.rate)
        step.note = f"{seen.requests} requests, {seen.failed} failed, p95 {seen.p95_ms:.0f} ms"
    return seen
