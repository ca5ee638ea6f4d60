"""Figures P1, P2, P3 and P6: how many requests a second each side answers, and what one of them costs.

A capacity is found in the closed loop: a fixed number of keep-alive connections, each asking again when it is answered.
That is fair here because only the ratio of two capacities is read from it, never a latency.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ops import console
from ops.bench import pairs, stats
from ops.bench.lab import Lab
from ops.bench.plan import Call, Plan
from ops.bench.server import CONCURRENCY, Server

# As many as one worker process takes at once: however the kernel deals them out, none is refused.
CONNECTIONS = CONCURRENCY


@dataclass(frozen=True)
class Contestant:
    """A running side and the calls it gets."""

    server: Server
    calls: tuple[Call, ...]


@dataclass
class Comparison:
    """What interleaved runs have found: by side and round, good answers a second and processor seconds a request."""

    rates: dict[str, list[float]]
    costs: dict[str, list[float]]
    spoilt: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)

    @property
    def reason(self) -> str:
        """Why the runs cannot be compared; empty when they can."""
        return "; ".join(self.spoilt)

    def rate_ratios(self, side: str, reference: str) -> list[float]:
        """Return side's capacity over the reference's, by round."""
        return pairs.ratios(self.rates, side, reference)

    def cost_ratios(self, side: str, reference: str) -> list[float]:
        """Return side's processor time a request over the reference's, by round."""
        return pairs.ratios(self.costs, side, reference)


def compare(lab: Lab, figure: str, sides: Mapping[str, Contestant], connections: int = CONNECTIONS) -> Comparison:
    """Load each side in turn, A B B A; errors of either side spoil the comparison, because a failure is cheap."""
    found = Comparison({}, {name: [] for name in sides})

    def measured(index: int, name: str) -> float:
        side, scale = sides[name], lab.scale
        plan = Plan("127.0.0.1", side.server.port, "closed", connections, scale.warm_up + scale.seconds, side.calls)
        before = side.server.cpu_seconds()
        outcome = lab.load(f"{figure}-{index}-{name}", plan)
        found.costs[name].append((side.server.cpu_seconds() - before) / max(len(outcome.samples), 1))
        found.raw.append(outcome.raw)
        failed = stats.failures(outcome.samples)
        if failed:
            found.spoilt.append(f"{name}, round {index + 1}: {_listed(failed)}")
        return stats.rate(outcome.samples, scale.warm_up, plan.seconds)

    with console.step(f"{figure}: {', '.join(sides)}, {lab.scale.rounds} rounds of {lab.scale.seconds:g} s"):
        found.rates = pairs.measure(list(sides), lab.scale.rounds, measured)
    table = lab.folder / f"{figure}.pairs.json"
    table.write_text(json.dumps({"rates": found.rates, "cpu_seconds_a_request": found.costs, "spoilt": found.spoilt}))
    found.raw.insert(0, table.name)
    return found


def _listed(failed: Mapping[str, int]) -> str:
    return ", ".join(f"{count} x {name}" for name, count in failed.items())
