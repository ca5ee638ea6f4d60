"""The timeline of a run: what the prober met and what writers were told, second by second, with the faults marked."""

from collections import Counter
from collections.abc import Iterable, Sequence

from ops.chaos.drive import Outcome
from ops.chaos.probes import Probe, p95_ms
from ops.chaos.recovery import Recovery
from ops.ledger.writes import ACKNOWLEDGED, REJECTED, UNKNOWN
from ops.report import charts
from ops.report.charts import Spec

GOOD, BAD, OPEN = "#10b981", "#ef4444", "#f59e0b"
LATE_MS = 1000.0


def timelines(outcome: Outcome, began: float) -> list[Spec]:
    """Requests by outcome, their latency, writes by outcome, and ready pods, over seconds since `began`."""
    marks = _marks(outcome.recoveries, began)
    asked = Counter((int(probe.due - began), _outcome(probe)) for probe in outcome.probes)
    told = Counter((int(write.began - began), write.outcome) for write in outcome.writes)
    drawn = [
        _counts("GET requests of the prober, by second due", asked, ["answered", "late (> 1 s)", "failed"], marks),
        _latency(outcome.probes, began, marks),
        _counts("writes, by second begun", told, [ACKNOWLEDGED, UNKNOWN, REJECTED], marks),
    ]
    return [*drawn, _ready(outcome, began, marks)] if outcome.ready else drawn


def _outcome(probe: Probe) -> str:
    if probe.failed:
        return "failed"
    return "answered" if probe.latency_ms <= LATE_MS else "late (> 1 s)"


def _counts(title: str, counts: Counter[tuple[int, str]], kinds: Sequence[str], marks: list[Spec]) -> Spec:
    values: list[Spec] = [{"second": second, "kind": kind, "count": n} for (second, kind), n in sorted(counts.items())]
    colours = {"domain": list(kinds), "range": [GOOD, OPEN, BAD]}
    encoding = {
        "x": charts.axis("second", "quantitative", "seconds", scale={"domainMin": 0, "nice": False}),
        "y": charts.axis("count", "quantitative", "a second", stack="zero"),
        "color": charts.axis("kind", "nominal", "", scale=colours, sort=list(kinds)),
        "order": {"field": "kind", "sort": "ascending"},
    }
    return _with_marks(title, values, {"type": "bar", "binSpacing": 0, "width": 3}, encoding, marks)


def _latency(probes: Sequence[Probe], began: float, marks: list[Spec]) -> Spec:
    by_second: dict[int, list[Probe]] = {}
    for probe in probes:
        by_second.setdefault(int(probe.due - began), []).append(probe)
    values: list[Spec] = [
        {"second": second, "latency": p95_ms(several)}
        for second, several in sorted(by_second.items())
        if not all(probe.failed for probe in several)
    ]
    encoding = {
        "x": charts.axis("second", "quantitative", "seconds", scale={"domainMin": 0, "nice": False}),
        "y": charts.axis("latency", "quantitative", "p95 from due, ms", scale={"type": "log"}),
    }
    return _with_marks("latency of those that were answered", values, {"type": "line"}, encoding, marks)


def _ready(outcome: Outcome, began: float, marks: list[Spec]) -> Spec:
    """Each count holds until the next; the last one to the end."""
    end = max((probe.due for probe in outcome.probes), default=began)
    steps = [*outcome.ready, (end, outcome.ready[-1][1])]
    values: list[Spec] = [{"second": max(t - began, 0), "pods": pods} for t, pods in steps if t <= end]
    encoding = {
        "x": charts.axis("second", "quantitative", "seconds", scale={"domainMin": 0, "nice": False}),
        "y": charts.axis("pods", "quantitative", "pods", axis={"tickMinStep": 1}),
    }
    line = {"type": "line", "interpolate": "step-after"}
    return _with_marks("pods of notes that got requests", values, line, encoding, marks)


def _marks(recoveries: Iterable[Recovery], began: float) -> list[Spec]:
    return [
        {
            "from": each.injury.began - began,
            "to": (each.injury.healed or each.injury.ended) - began,
            "fault": each.injury.fault,
        }
        for each in recoveries
    ]


def _with_marks(title: str, values: list[Spec], mark: Spec, encoding: Spec, marks: list[Spec]) -> Spec:
    """A plot with a band from each fault's beginning until it had healed, and its name."""
    band = {"x": {"field": "from", "type": "quantitative"}, "x2": {"field": "to"}}
    name = {"x": {"field": "from", "type": "quantitative"}, "y": {"value": 2}, "text": {"field": "fault"}}
    label = {"type": "text", "angle": 90, "align": "left", "baseline": "bottom", "fontSize": 8, "color": charts.TEXT}
    layers: list[Spec] = [
        {"data": {"values": marks}, "mark": {"type": "rect", "color": BAD, "opacity": 0.15}, "encoding": band},
        {"data": {"values": values}, "mark": mark, "encoding": encoding},
        {"data": {"values": marks}, "mark": label, "encoding": name},
    ]
    return {"width": charts.WIDTH, "height": charts.HEIGHT, "config": charts.THEME, "title": title, "layer": layers}
