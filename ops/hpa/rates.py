"""Which rate at rest makes the load's step a question with one right answer: arithmetic on the HPA's own numbers."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ops.hpa.history import Limits

IDLE_SHARE = 0.2
"""10m of an idle pod to 60m under the load that is measured, and a little more."""


class Band(NamedTuple):
    """CPU in percent of the request, of the least number of pods, for which the HPA goes to `pods` at once.

    Above `low` it acts; up to `high` it wants `pods`. Below, nothing happens; above, `pods` is not enough.
    """

    low: float
    high: float
    pods: int

    @property
    def goal(self) -> float:
        """The middle, by ratio: what may be wrong by as much either way."""
        return math.sqrt(self.low * self.high)


class Cost(NamedTuple):
    """What one pod uses, in thousandths of a core: with nothing to do, and more for each request a second."""

    idle: float
    request: float


class Look(NamedTuple):
    """What pods had used until a moment (unix seconds): processor seconds by pod."""

    t: float
    used: Mapping[str, float]


def band(limits: Limits) -> Band:
    """The smallest step up that an HPA with these limits can take.

    It wants ceil(pods * use / target), and nothing while use / target is within its tolerance of 1. So the first use it
    acts on asks for `pods`, and so does a measurement that saw only a part of the load: it goes there in one step.
    """
    count = math.floor(limits.least * (1 + limits.tolerance) + 1e-9) + 1
    low, high = limits.target_percent * (1 + limits.tolerance), limits.target_percent * count / limits.least
    return Band(low, high, count)


def rest_rate(limits: Limits, request: float, cost: Cost, factor: float) -> float:
    """The requests a second at rest, `factor` times which bring the least number of pods to the band's middle.

    `request` is what a pod requests, in thousandths of a core.
    """
    to_spend = request * band(limits).goal / 100 - cost.idle
    return max(to_spend, 0.0) * limits.least / cost.request / factor


def thousandths(quantity: str) -> float:
    """Thousandths of a core of a quantity as Kubernetes writes it: 100m, 0.1, 1."""
    return float(quantity[:-1]) if quantity.endswith("m") else float(quantity) * 1000


def cost(looks: Sequence[Look], done: Sequence[float]) -> Cost | None:
    """What a pod uses, from looks around a time of nothing and around one of load; `done` is when requests ended.

    A pod that has just started, or was just asked, is busier with nothing than later: more than IDLE_SHARE of the time
    of load is not believed. None when the pods are not the same ones all along, or when the requests cost nothing that
    can be measured.
    """
    calm, begun, warm, end = looks
    requests = sum(warm.t <= t < end.t for t in done)
    if not calm.used or any(look.used.keys() != calm.used.keys() for look in looks) or not requests:
        return None
    busy, seconds = spent(warm, end), end.t - warm.t
    idle = min(spent(calm, begun) / (begun.t - calm.t), IDLE_SHARE * busy / seconds)
    left = busy - idle * seconds
    return Cost(1000 * idle / len(calm.used), 1000 * left / requests) if left > 0 else None


def spent(before: Look, after: Look) -> float:
    """Processor seconds that all pods used between two looks."""
    return sum(after.used[pod] - before.used[pod] for pod in before.used)
