"""Five instants of growing, and five of shrinking: what happened between a step of the load and quiet."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ops.hpa.history import WINDOW_SECONDS, History, Phase, Point, points
from ops.hpa.samples import Scale


class Instant(NamedTuple):
    """What happened when, in unix seconds; None when it did not happen."""

    name: str
    t: float | None


class Timeline(NamedTuple):
    """The five instants of each way, in their order; none of a way that the load did not ask for."""

    up: tuple[Instant, ...]
    down: tuple[Instant, ...]


FAILED_SHARE = 0.05  # what a p95 leaves out
UP = ("load step", "desired > current", "pod created", "pod Ready", "p95 under target")
DOWN = ("load step down", "desired < current", "pod deleted", "back to min", "p95 under target")


def timeline(history: History, p95_ms: float) -> Timeline:
    """Read the instants of both ways from a history; `p95_ms` is the latency that users are to get."""
    measured = points(history.requests, history.begin, history.end)
    peak, rest = history.peak, history.rest
    up = _up(history, peak, measured, p95_ms) if peak else ()
    down = _down(history, rest, measured, p95_ms) if peak and rest else ()
    return Timeline(up, down)


def _up(history: History, peak: Phase, measured: Sequence[Point], p95_ms: float) -> tuple[Instant, ...]:
    begin, end = peak.begin, history.rest_begin
    new = [pod for pod in history.pods if begin <= pod.created < end]
    created = first(sorted(pod.created for pod in new))
    times = (
        begin,
        sooner(first(s.t for s in history.seen(begin, end) if is_growing(s)), created),
        created,
        first(sorted(pod.ready for pod in new if pod.ready is not None and pod.ready < end)),
        quiet(measured, begin, end, p95_ms),
    )
    return tuple(map(Instant, UP, times))


def _down(history: History, rest: Phase, measured: Sequence[Point], p95_ms: float) -> tuple[Instant, ...]:
    begin, end = rest.begin, history.end
    deleted = first(sorted(pod.deleted for pod in history.pods if pod.deleted is not None and begin <= pod.deleted))
    times = (
        begin,
        sooner(first(s.t for s in history.seen(begin, end) if is_shrinking(s)), deleted),
        deleted,
        back_to_min(history),
        quiet(measured, begin, end, p95_ms),
    )
    return tuple(map(Instant, DOWN, times))


def sooner(looked: float | None, done: float | None) -> float | None:
    """When the HPA had made up its mind: as the looks tell, once a second, but not after what it led to was seen."""
    return looked if looked is None or done is None else min(looked, done)


def is_growing(scale: Scale) -> bool:
    """Whether the HPA wanted more than it had."""
    return scale.desired is not None and scale.current is not None and scale.desired > scale.current


def is_shrinking(scale: Scale) -> bool:
    """Whether the HPA wanted less than it had."""
    return scale.desired is not None and scale.current is not None and scale.desired < scale.current


def back_to_min(history: History) -> float | None:
    """Since when, after the load went down, there are no more pods than the least, until the end; None if not so."""
    if history.limits is None:
        return None
    since = None
    for scale in history.seen(history.rest_begin, float("inf")):
        least = history.limits.least
        at_least = scale.desired == least and (scale.ready or 0) <= least  # `current` is as old as the HPA's last sync
        since = (since or scale.t) if at_least else None
    return since


def quiet(measured: Sequence[Point], begin: float, end: float, p95_ms: float) -> float | None:
    """Since when the p95 stays within the target until `end`: `begin` if it never left it, None if it never came back.

    The window of a point reaches back, so the first ones still hold what was due before `begin`.
    """
    inside = [point for point in measured if begin < point.t <= end and point.p95 is not None]
    if not inside:
        return None
    since: float | None = begin
    for point in inside:
        if not _is_quiet(point, p95_ms):
            since = None
        elif since is None:
            since = point.t
    return since


def _is_quiet(point: Point, p95_ms: float) -> bool:
    """Whether 95 of 100 requests were answered well and in time: a quick failure is no quick answer."""
    few_failed = point.failed <= FAILED_SHARE * point.rate * WINDOW_SECONDS
    return point.p95 is not None and point.p95 <= p95_ms and few_failed


def first(times: Iterable[float]) -> float | None:
    """The first of these, if there is one."""
    return next(iter(times), None)
