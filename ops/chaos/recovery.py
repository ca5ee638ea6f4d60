"""How a fault went, and whether it kept to its budget."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.chaos.probes import Impact, Probe, impact, percentile

BUDGETS = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True)
class Budget:
    """What a fault may cost, as budgets.toml explains it."""

    ready: float
    errors: float
    failed: int | None = None
    floor: int | None = None
    restarts: int | None = None
    grace: float | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Injury:
    """One fault as it went, in unix seconds. `ended` is when it was undone, or for a strike when it struck.

    `healed` is when no trace was left, None when some was to the end. `parts` are seconds from `began`, for targets
    that can tell more of how they recover.
    """

    fault: str
    victim: str
    planned: float
    began: float
    ended: float
    healed: float | None
    until: float
    """Requests that end before this are put down to it: the next fault's beginning, or the end."""
    parts: Mapping[str, float] = field(default_factory=dict)
    part: str = ""
    pods: tuple[str, ...] = ()
    """The uids of the pods that were hit, and the part that they are of."""
    floor: int | None = None
    """The least number of pods of notes that got requests meanwhile; None where nobody counts them."""
    restarts: int | None = None
    """How often containers that were not hit started again; None where nobody counts that."""
    grace: float | None = None
    """Seconds that a pod which was told to end ran on when it was no endpoint any more; None where none was told."""


@dataclass(frozen=True)
class Recovery:
    """What an injury cost; seconds from its end, and none of them below 0."""

    injury: Injury
    impact: Impact
    ready: float | None
    errors: float
    over: tuple[str, ...]
    """Each way in which it broke its budget, in words."""


def budgets(target: str, path: Path = BUDGETS) -> dict[str, Budget]:
    """The budget of each fault of that target."""
    told = tomllib.loads(path.read_text()).get(target, {})
    return {name: Budget(**values) for name, values in told.items()}


def judge(injury: Injury, probes: Sequence[Probe], before_ms: float, budget: Budget) -> Recovery:
    """What the injury cost by these probes, held against its budget."""
    cost = impact(probes, injury.began, injury.until, before_ms)
    ready = None if injury.healed is None else max(injury.healed - injury.ended, 0.0)
    errors = max((cost.last_failed or injury.ended) - injury.ended, 0.0)
    over = []
    if ready is None:
        over.append("did not recover")
    elif ready > budget.ready:
        over.append(f"ready after {ready:.1f} s, budget {budget.ready:g} s")
    if errors > budget.errors:
        over.append(f"errors until {errors:.1f} s after its end, budget {budget.errors:g} s")
    if budget.failed is not None and cost.failed > budget.failed:
        over.append(f"{cost.failed} failed requests, budget {budget.failed}")
    over += _beside(injury, budget)
    if not cost.requests:
        over.append("no request was made, so nothing was measured")
    return Recovery(injury, cost, ready, errors, tuple(over))


def _beside(injury: Injury, budget: Budget) -> list[str]:
    """How pods ended and what happened to others, where the budget says something of it and somebody looked."""
    over = []
    if budget.floor is not None and injury.floor is not None and injury.floor < budget.floor:
        over.append(f"only {injury.floor} pods got requests, budget {budget.floor}")
    if budget.restarts is not None and injury.restarts is not None and injury.restarts > budget.restarts:
        over.append(f"{injury.restarts} restarts of pods that were not hit, budget {budget.restarts}")
    if budget.grace is not None and injury.grace is not None and injury.grace < budget.grace:
        over.append(
            f"a pod served {injury.grace:.1f} s after it left the endpoints, at least {budget.grace:g} s are due"
        )
    return over


@dataclass(frozen=True)
class Spread:
    """p50, p95 and maximum of some seconds; not a number without values."""

    p50: float
    p95: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """The spread of these values."""
        return cls(*(percentile(values, share) for share in (0.5, 0.95, 1.0)))


def by_fault(recoveries: Sequence[Recovery]) -> dict[str, list[Recovery]]:
    """The recoveries of each fault, in the order they came."""
    grouped: dict[str, list[Recovery]] = {}
    for each in recoveries:
        grouped.setdefault(each.injury.fault, []).append(each)
    return grouped


def spreads(recoveries: Sequence[Recovery]) -> dict[str, dict[str, Spread]]:
    """For each fault, and each part of its healings that any of them has told: the spread over all of them.

    One that has not told a part counts as endless.
    """
    found: dict[str, dict[str, Spread]] = {}
    for fault, several in by_fault(recoveries).items():
        told = [each.injury.parts for each in several]
        names = dict.fromkeys(name for parts in told for name in parts)
        if names:
            found[fault] = {name: Spread.of([parts.get(name, math.inf) for parts in told]) for name in names}
    return found


def late(recoveries: Sequence[Recovery], allowed: Mapping[str, Budget]) -> list[str]:
    """Each part of a healing whose p95, over all times that its fault was injected, is over its budget; in words."""
    told = spreads(recoveries)
    over = []
    for fault in by_fault(recoveries):
        for part, limit in allowed[fault].parts.items():
            spread = told.get(fault, {}).get(part)
            if spread is None:
                over.append(f"{fault}: '{part}' was never seen, budget {limit:g} s")
            elif spread.p95 > limit:
                over.append(f"{fault}: p95 of '{part}' {spread.p95:.1f} s, budget {limit:g} s")
    return over
