"""What a load test is asked: each question a pure function over what was recorded, with what was seen and wanted."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from loadtest.records import Request
from loadtest.thresholds import Threshold
from ops.hpa.history import GREW, SHRANK, History, Point
from ops.hpa.timeline import back_to_min

FIRST_READY_SECONDS = 45.0
"""For the first extra pod. Up to 15 s until CPU is measured over a whole interval of the load, 15 s until the next
sync of a stock control plane, 10 s for the measurement's own age, 5 s for a pod of ours to be Ready."""
SETTLED_SECONDS = 15.0
"""The last seconds of the peak, in which all is to be well: three windows of a p95."""
SETTLING_SECONDS = 60.0
"""A peak that is shorter is gone before an HPA can have settled; nothing is asked of its end then."""
RETURN_SECONDS = 45.0
"""Beyond the window before shrinking: for the measurement to fall, for a sync, and for the pods to end."""

IN_TIME = "scaled up in time"
ONE_STEP = "right count in one step"
ENOUGH = "enough"
STEADY = "no flapping"
BACK = "back to min after the window"
SHRINKING = "no failed request while shrinking"
FAILED = "failed requests"
FLOOR = "floor of ready pods held while pods were killed"


class Finding(NamedTuple):
    """One thing that was looked at: what was seen, and what was wanted."""

    name: str
    ok: bool
    seen: str
    wanted: str


def scaled_up_in_time(history: History, _measured: Sequence[Point], _wanted: Threshold) -> Finding | None:
    """The first extra pod was Ready soon after the load's step."""
    peak = history.peak
    if history.limits is None or peak is None or not history.is_step or peak.end - peak.begin < FIRST_READY_SECONDS:
        return None
    new = [pod for pod in history.pods if peak.begin <= pod.created < history.rest_begin]
    ready = min((pod.ready for pod in new if pod.ready is not None), default=None)
    goal = f"first extra pod Ready within {FIRST_READY_SECONDS:g} s of the load's step"
    if ready is None:
        seen = f"{len(new)} pods were made, none was Ready" if new else "no pod was made"
        return Finding(IN_TIME, False, seen, goal)
    return Finding(IN_TIME, ready - peak.begin <= FIRST_READY_SECONDS, f"after {ready - peak.begin:.1f} s", goal)


def enough(history: History, measured: Sequence[Point], wanted: Threshold) -> Finding | None:
    """At the end of the peak all that is wanted is Ready, and requests are answered as they should be."""
    end = history.rest_begin
    if not _is_long(history):
        return None
    last = [point for point in measured if end - SETTLED_SECONDS < point.t <= end]
    slowest = max((point.p95 for point in last if point.p95 is not None), default=None)
    failed = sum(r.failed for r in history.requests if end - SETTLED_SECONDS <= r.due < end)
    seen = ["nothing was answered" if slowest is None else f"p95 up to {slowest:.0f} ms", f"{failed} failed"]
    goal = f"in its last {SETTLED_SECONDS:g} s p95 <= {wanted.p95_ms:g} ms, none failed"
    ok = slowest is not None and slowest <= wanted.p95_ms and not failed
    if history.limits:
        looks = history.seen(end - SETTLED_SECONDS, end)
        most, least = history.limits.most, min((s.ready or 0 for s in looks), default=0)
        desired = max((scale.desired or 0 for scale in looks), default=0)
        grew = desired > history.limits.least or not history.peak
        loads = sorted(s.cpu_percent for s in looks if s.cpu_percent is not None)
        ok = ok and grew and least >= desired and bool(loads)
        seen += [f"{least} of {desired} pods Ready", f"CPU {loads[len(loads) // 2]} %" if loads else "CPU unknown"]
        goal += f", more pods than {history.limits.least} (at most {most}), all Ready, CPU known"
    return Finding(ENOUGH, ok, ", ".join(seen), goal)


def no_flapping(history: History, _measured: Sequence[Point], _wanted: Threshold) -> Finding | None:
    """The autoscaler turns round no more often than the load does."""
    if history.limits is None:
        return None
    desired = [scale.desired or 0 for scale in history.seen(history.begin, float("inf"))]
    turned, allowed = turns(desired), turns([rate for phase in history.phases for rate in (phase.first, phase.rate)])
    path = " ".join(map(str, changes(desired)))
    return Finding(STEADY, bool(desired) and turned <= allowed, f"{turned} turns: {path}", f"at most {allowed}")


def back_to_least(history: History, _measured: Sequence[Point], _wanted: Threshold) -> Finding | None:
    """After the load went down, and the window before shrinking, no more pods than the least are left."""
    rest = history.rest
    if history.limits is None or history.peak is None or rest is None:
        return None
    # the start of a pod in a killed one's place is a need, which the window remembers once more
    allowed = history.limits.window * (2 if history.kills else 1) + RETURN_SECONDS
    if history.end - rest.begin < allowed:
        return None
    since = back_to_min(history)
    goal = f"{history.limits.least} pods within {allowed:g} s ({history.limits.window:g} s of them its window)"
    if since is None:
        last = history.seen(rest.begin, float("inf"))[-1:]
        return Finding(
            BACK,
            False,
            f"{last[0].ready} pods Ready at the end, {last[0].desired} wanted" if last else "nothing was seen",
            goal,
        )
    return Finding(BACK, since - rest.begin <= allowed, f"after {since - rest.begin:.0f} s", goal)


def none_failed_while_shrinking(history: History, _measured: Sequence[Point], _wanted: Threshold) -> Finding | None:
    """No request failed from the moment the load went down, while pods ended."""
    rest = history.rest
    if history.limits is None or history.peak is None or rest is None:
        return None
    due = [request for request in history.requests if request.due >= rest.begin]
    return Finding(SHRINKING, bool(due) and not history.broken(due), _counted(due), "0" + _but_lost(history))


def floor_held(history: History, _measured: Sequence[Point], _wanted: Threshold) -> Finding | None:
    """While a pod was killed in each direction, never more than that one was missing from the least number."""
    if history.limits is None or history.kills is None:
        return None
    floor = history.limits.least - 1
    ready = [scale.ready or 0 for scale in history.seen(history.begin, float("inf"))]
    missing = {GREW, SHRANK} - {kill.when for kill in history.kills}
    killed = ", ".join(f"one while {kill.when}" for kill in history.kills) or "none"
    seen = f"{min(ready, default=0)} Ready at least, killed: {killed}"
    return Finding(
        FLOOR, not missing and min(ready, default=0) >= floor, seen, f"{floor}, one killed in each direction"
    )


def one_step(history: History, _measured: Sequence[Point], _wanted: Threshold) -> Finding | None:
    """The first number that the autoscaler went up to is the one it stayed at."""
    peak = history.peak
    if history.limits is None or peak is None or not history.is_step or not _is_long(history):
        return None
    path = changes([scale.desired or 0 for scale in history.seen(peak.begin, history.rest_begin)])
    return Finding(ONE_STEP, len(path) == 2 and path[1] > path[0], " ".join(map(str, path)) or "-", "two numbers")


def few_failed(history: History, _measured: Sequence[Point], wanted: Threshold) -> Finding:
    """Of all requests, no more failed than the shape's threshold allows."""
    failed = len(history.broken(history.requests))
    ok = bool(history.requests) and failed <= wanted.failure_share * len(history.requests)
    goal = f"at most {wanted.failure_share:.1%}{_but_lost(history)}"
    return Finding(FAILED, ok, _counted(history.requests), goal)


Ask = Callable[[History, Sequence[Point], Threshold], Finding | None]
ASKED: tuple[Ask, ...] = (
    scaled_up_in_time,
    one_step,
    enough,
    no_flapping,
    back_to_least,
    none_failed_while_shrinking,
    few_failed,
    floor_held,
)
"""The questions, in the order of the report. One that the load does not raise is answered with None."""


def changes(values: Iterable[int]) -> list[int]:
    """The values without those that are the same as the one before."""
    found: list[int] = []
    for value in values:
        if not found or value != found[-1]:
            found.append(value)
    return found


def turns(values: Sequence[float]) -> int:
    """How often a row of values goes the other way."""
    signs = [after > before for before, after in itertools.pairwise(values) if after != before]
    return sum(after != before for before, after in itertools.pairwise(signs))


def _but_lost(history: History) -> str:
    return "" if history.kills is None else ", but edits and deletions in a killed pod's hands"


def _is_long(history: History) -> bool:
    peak = history.peak or history.phases[0]
    return history.rest_begin - peak.begin >= SETTLING_SECONDS


def _counted(requests: Sequence[Request]) -> str:
    kinds: dict[str, int] = {}
    for request in requests:
        if request.failed:
            kinds[request.kind] = kinds.get(request.kind, 0) + 1
    listed = ", ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items()))
    return f"{sum(kinds.values())} of {len(requests)}" + (f": {listed}" if listed else "")
