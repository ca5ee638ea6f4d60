"""Everything a verdict is read from: the load as it was planned and answered, and the autoscaler as it was seen."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from loadtest.plan import Plan
from loadtest.records import Request
from loadtest.shapes import stretches
from ops.hpa.samples import Event, Pod, Scale

STEP = 2.0  # times the rate before: less is a slope, which an HPA may follow in several steps
GREW, SHRANK = "growing", "shrinking"
ONCE = ("PUT", "DELETE")
LOST_SECONDS = 5.0  # after a kill: requests in a killed pod's hands have failed by then
WINDOW_SECONDS = 5.0  # that a p95 is taken over: at a few requests a second, less is a handful of samples


class Phase(NamedTuple):
    """A stretch of the load in unix seconds; its rate goes from `first` to `rate`, in requests a second."""

    name: str
    begin: float
    end: float
    first: float
    rate: float


class Limits(NamedTuple):
    """What the HPA was told: bounds, CPU in percent of the request, its window before it shrinks, in seconds.

    `tolerance` is by which share of the target use may be above it before the HPA adds pods.
    """

    least: int
    most: int
    target_percent: int
    window: float
    tolerance: float = 0.1


class Point(NamedTuple):
    """The last seconds before `t`: p95 in milliseconds (None without requests), requests a second, failures."""

    t: float
    p95: float | None
    rate: float
    failed: int


class Kill(NamedTuple):
    """A pod that was killed at a moment (unix seconds), while the number of pods was GREW or SHRANK."""

    t: float
    when: str
    pod: str


@dataclass(frozen=True)
class History:
    """One load test. Without `limits` there was no autoscaler to watch."""

    phases: Sequence[Phase]
    requests: Sequence[Request]
    scales: Sequence[Scale] = ()
    pods: Sequence[Pod] = ()
    events: Sequence[Event] = ()
    kills: Sequence[Kill] | None = None  # None where no pod was to be killed
    limits: Limits | None = None
    limited: str = ""  # why the generator itself was the limit, if it was
    interrupted: bool = False

    @property
    def begin(self) -> float:
        """When the load began."""
        return self.phases[0].begin

    @property
    def end(self) -> float:
        """When the load was to end."""
        return self.phases[-1].end

    @property
    def peak(self) -> Phase | None:
        """The first phase with the highest rate, if it comes after a lower one: where the HPA has work to do."""
        highest = max(self.phases, key=lambda phase: phase.rate)
        return highest if highest.rate > self.phases[0].rate else None

    @property
    def rest(self) -> Phase | None:
        """The phase after the last one with the highest rate: where the HPA takes back what it gave, to the end."""
        rates = [phase.rate for phase in self.phases]
        last = len(rates) - 1 - rates[::-1].index(max(rates))
        return self.phases[last + 1] if last + 1 < len(self.phases) else None

    @property
    def is_step(self) -> bool:
        """Whether the highest rate comes at once, so that it can be told how long the HPA took for it."""
        before = [phase.rate for phase, peak in zip(self.phases, self.phases[1:], strict=False) if peak == self.peak]
        return bool(self.peak and before and self.peak.first >= STEP * before[0])

    @property
    def rest_begin(self) -> float:
        """When the load went down, or ended."""
        return self.rest.begin if self.rest else self.end

    def is_lost(self, request: Request) -> bool:
        """Whether it failed in the hands of a pod that was killed, and may not be done twice: an edit, a deletion.

        The rest the gateway sends again (docs/adr/0008): the load's other requests are GETs, and POSTs with a key.
        """
        near = any(kill.t <= request.done < kill.t + LOST_SECONDS for kill in self.kills or ())
        return request.failed and request.method in ONCE and near

    def broken(self, requests: Iterable[Request]) -> list[Request]:
        """Those of them that failed and had no excuse."""
        return [request for request in requests if request.failed and not self.is_lost(request)]

    def seen(self, begin: float, end: float) -> list[Scale]:
        """The looks at the autoscaler in that time that saw something."""
        return [scale for scale in self.scales if begin <= scale.t < end and scale.desired is not None]


def phases(plan: Plan, begin: float) -> list[Phase]:
    """The phases of a plan whose first request was due then."""
    return [
        Phase(part.name, begin + part.start, begin + part.start + part.seconds, part.first, part.last)
        for part in stretches(plan.phases, plan.rate)
    ]


def points(requests: Sequence[Request], begin: float, end: float) -> list[Point]:
    """One point for each second from `begin` to `end`, over the requests that were due in the window before it.

    Latency counts from when a request was due. The rate, too, is of requests due, whatever became of them.
    """
    by_second: dict[int, list[Request]] = {}
    for request in requests:
        by_second.setdefault(math.floor(request.due - begin), []).append(request)
    window = int(WINDOW_SECONDS)
    found = []
    for second in range(1, math.ceil(end - begin) + 1):
        inside = [r for index in range(max(0, second - window), second) for r in by_second.get(index, [])]
        latencies = sorted((request.done - request.due) * 1000 for request in inside)
        p95 = latencies[math.ceil(round(0.95 * len(latencies), 6)) - 1] if latencies else None
        failed = sum(request.failed for request in inside)
        found.append(Point(begin + second, p95, len(inside) / min(window, second), failed))
    return found
