"""What a run has come to: a pure function over its rows."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from loadtest.limits import limits
from loadtest.plan import Plan
from loadtest.records import Request, Second
from loadtest.thresholds import STEADY, THRESHOLDS, Threshold
from ops.bench.stats import of_sorted


@dataclass(frozen=True)
class Numbers:
    """Some of the requests: how many, how many failed and how (by kind), and latencies, from due, in milliseconds."""

    requests: int
    failures: dict[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return sum(self.failures.values())


@dataclass(frozen=True)
class Summary:
    """The whole run, its parts by label, connection and phase; and what is wrong with it, in words.

    `missed` names the thresholds that were not kept; `limits` the ways in which the generator was the limit, so that
    the numbers say as much of it as of what was measured.
    """

    all: Numbers
    labels: dict[str, Numbers] = field(default_factory=dict)
    connections: dict[str, Numbers] = field(default_factory=dict)
    phases: dict[str, Numbers] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


def summary(
    requests: Sequence[Request], seconds: Sequence[Second], plan: Plan, threshold: Threshold | None = None
) -> Summary:
    """Return what the run has come to. Errors and time-outs are requests like others. A run of nothing misses all."""
    bound = threshold or THRESHOLDS.get(plan.shape, STEADY)
    whole = numbers(requests)
    return Summary(
        all=whole,
        labels=_by(requests, [request.label for request in requests]),
        connections=_by(requests, [request.connection for request in requests]),
        phases=_by(requests, _phases(requests, plan)),
        missed=missed(whole, bound),
        limits=limits(seconds, plan.connections),
    )


def numbers(requests: Sequence[Request]) -> Numbers:
    """Return the numbers of some requests; latencies are 0 when there are none."""
    ordered = sorted(request.latency_ms for request in requests) or [0.0]
    failures = dict(Counter(request.kind for request in requests if request.failed))
    p50, p95, p99, p999, most = (of_sorted(ordered, share) for share in (0.5, 0.95, 0.99, 0.999, 1.0))
    return Numbers(len(requests), failures, p50, p95, p99, p999, most)


def missed(found: Numbers, bound: Threshold) -> list[str]:
    """Return a sentence for each threshold that was not kept."""
    if not found.requests:
        return ["nothing was measured"]
    words = []
    if found.p95_ms > bound.p95_ms:
        words.append(f"p95 is {found.p95_ms:.0f} ms, at most {bound.p95_ms:.0f} ms are allowed")
    if (share := found.failed / found.requests) > bound.failure_share:
        kinds = ", ".join(f"{count} x {kind}" for kind, count in found.failures.items())
        words.append(f"{share:.2%} of the requests failed ({kinds}), at most {bound.failure_share:.2%} may")
    return words


def _phases(requests: Sequence[Request], plan: Plan) -> list[str]:
    begin = min((request.due for request in requests), default=0.0)
    edges, end = [], 0.0
    for phase in plan.phases:
        end += phase.seconds
        edges.append((end, phase.name))
    return [next((name for edge, name in edges if r.due - begin < edge), edges[-1][1]) for r in requests]


def _by(requests: Sequence[Request], keys: Sequence[str]) -> dict[str, Numbers]:
    groups: dict[str, list[Request]] = {}
    for key, request in zip(keys, requests, strict=True):
        groups.setdefault(key, []).append(request)
    return {key: numbers(group) for key, group in groups.items()}
