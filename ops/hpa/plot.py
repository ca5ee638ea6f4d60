"""The picture of a load test: rate, p95, replicas and CPU over one time, the phases, and the instants above them."""

from typing import Any

from ops.hpa.history import History, points
from ops.hpa.timeline import Instant, Timeline
from ops.report.charts import COLOURS, TEXT, THEME, Spec, axis

WIDTH, HEIGHT, ROW = 760, 110, 15
BLUE, AMBER, GREEN, RED, VIOLET = COLOURS
LAST_THIRD = 2 / 3  # of the time: from there on a label has more room to its left


def picture(history: History, timeline: Timeline, p95_ms: float, title: str) -> Spec:
    """Return the plot; what the load test did not have (an autoscaler) is left out."""
    panels = [_instants(history, timeline), _rate(history, timeline), _latency(history, timeline, p95_ms)]
    if history.limits:
        panels += [_replicas(history, timeline), _cpu(history, timeline, history.limits.target_percent)]
    last = panels[-1]
    last["encoding"]["x"]["axis"] |= {"labels": True, "ticks": True, "title": "seconds since the load began"}
    config = {**THEME, "concat": {"spacing": 8}}
    return {"title": title, "config": config, "vconcat": panels, "resolve": {"scale": {"color": "independent"}}}


def _panel(history: History, timeline: Timeline, *layers: Spec, height: int = HEIGHT) -> Spec:
    """Layers over the same seconds, on a ground that shows the phases and the instants."""
    span = {"domain": [0, history.end - history.begin], "nice": False}
    x = axis(
        "t",
        "quantitative",
        "",
        scale=span,
        axis={"labels": False, "ticks": False, "title": None, "grid": False, "labelOverlap": True},
    )
    ground = [_peak(history), _rules(history, timeline)]
    return {"width": WIDTH, "height": height, "encoding": {"x": x}, "layer": [*ground, *layers]}


def _peak(history: History) -> Spec:
    peak = history.peak
    spans = [{"t": peak.begin - history.begin, "end": history.rest_begin - history.begin}] if peak else []
    encoding = {"x2": {"field": "end"}, "y": {"value": 0}, "y2": {"value": "height"}}
    return {"data": {"values": spans}, "mark": {"type": "rect", "color": BLUE, "opacity": 0.08}, "encoding": encoding}


def _rules(history: History, timeline: Timeline) -> Spec:
    times = [{"t": each.t - history.begin} for each in (*timeline.up, *timeline.down) if each.t is not None]
    return {"data": {"values": times}, "mark": {"type": "rule", "color": VIOLET, "opacity": 0.5, "strokeDash": [3, 3]}}


def _instants(history: History, timeline: Timeline) -> Spec:
    """A row for each instant, with the seconds from the step that it belongs to."""
    span = history.end - history.begin
    rows = [
        {"t": each.t - history.begin, "row": number, "text": _told(each, way[0]),
         "side": "left" if each.t - history.begin > LAST_THIRD * span else "right"}
        for way in (timeline.up, timeline.down)
        for number, each in enumerate(way)
        if each.t is not None
    ]  # fmt: skip
    y = axis("row", "ordinal", "", axis=None, scale={"domain": list(range(len(timeline.up or timeline.down)))})
    dots = {"data": {"values": rows}, "mark": {"type": "point", "filled": True, "color": VIOLET, "size": 40}}
    texts = [
        {
            "data": {"values": [row for row in rows if row["side"] == side]},
            "mark": {"type": "text", "align": align, "dx": dx, "color": TEXT, "baseline": "middle"},
            "encoding": {"y": y, "text": {"field": "text"}},
        }
        for side, align, dx in (("right", "left", 8), ("left", "right", -8))
    ]
    layers = [{**dots, "encoding": {"y": y}}, *texts]
    return _panel(history, timeline, *layers, height=ROW * max(len(timeline.up), len(timeline.down), 1))


def _told(instant: Instant, step: Instant) -> str:
    since = (instant.t or 0) - (step.t or 0)
    return instant.name if instant is step else f"{instant.name} +{since:.1f} s"


def _rate(history: History, timeline: Timeline) -> Spec:
    begin = history.begin
    last = int(history.end - begin) - 1  # the very last one falls due at the end, not in a second of its own
    per_second: dict[int, list[int]] = {}
    highest = max(phase.rate for phase in history.phases)
    for request in history.requests:
        counts = per_second.setdefault(min(int(request.due - begin), last), [0, 0])
        counts[0] += 1
        counts[1] += request.failed
    due = [{"t": second + 0.5, "rate": count} for second, (count, _) in sorted(per_second.items())]
    bad = [{"t": second + 0.5, "rate": failed} for second, (_, failed) in sorted(per_second.items()) if failed]
    y = axis("rate", "quantitative", "requests/s", scale={"zero": True, "domainMax": round(1.3 * highest)})
    line = {"data": {"values": due}, "mark": {"type": "line", "color": BLUE}, "encoding": {"y": y}}
    dots = {"data": {"values": bad}, "mark": {"type": "point", "filled": True, "color": RED}, "encoding": {"y": y}}
    return _panel(history, timeline, line, dots, _phases(history), *([_failed()] if bad else []))


def _latency(history: History, timeline: Timeline, p95_ms: float) -> Spec:
    values = [
        {"t": point.t - history.begin, "p95": point.p95}
        for point in points(history.requests, history.begin, history.end)
        if point.p95 is not None
    ]
    y = axis("p95", "quantitative", "p95, ms", scale={"type": "symlog", "constant": 100, "domainMin": 0})
    line = {"data": {"values": values}, "mark": {"type": "line", "color": AMBER}, "encoding": {"y": y}}
    return _panel(history, timeline, line, _bound("p95", p95_ms, f"target {p95_ms:g} ms"))


def _replicas(history: History, timeline: Timeline) -> Spec:
    kinds = {"desired": VIOLET, "Ready": GREEN}
    values: list[dict[str, Any]] = []
    for scale in history.scales:
        t = scale.t - history.begin
        if 0 <= t <= history.end - history.begin and scale.desired is not None:
            values += [{"t": t, "count": scale.desired, "kind": "desired"}]
            values += [{"t": t, "count": scale.ready, "kind": "Ready"}]
    color = axis("kind", "nominal", "", scale={"domain": list(kinds), "range": list(kinds.values())})
    most = {"zero": True, "domainMax": history.limits.most if history.limits else None}
    y = axis("count", "quantitative", f"pods, at most {most['domainMax']}", axis={"tickMinStep": 1}, scale=most)
    ready = {"transform": [{"filter": "datum.kind == 'Ready'"}], "mark": {"type": "area", "opacity": 0.25}}
    lines = {"mark": {"type": "line", "strokeWidth": 2}}
    layers = [
        {**mark, "data": {"values": values}, "encoding": {"y": y, "color": {**color, "legend": _legend()}}}
        for mark in (_stepped(ready), _stepped(lines))
    ]
    return _panel(history, timeline, *layers)


def _cpu(history: History, timeline: Timeline, target: int) -> Spec:
    values = [
        {"t": scale.t - history.begin, "cpu": scale.cpu_percent}
        for scale in history.scales
        if scale.cpu_percent is not None and 0 <= scale.t - history.begin <= history.end - history.begin
    ]
    most = 1.2 * max([target, *(value["cpu"] or 0 for value in values)])
    y = axis("cpu", "quantitative", "CPU, % of request", scale={"zero": True, "domainMax": round(most)})
    line: Spec = {"data": {"values": values}, "mark": {"type": "line", "color": GREEN}, "encoding": {"y": y}}
    return _panel(history, timeline, _stepped(line), _bound("cpu", target, f"target {target} %"))


def _stepped(layer: Spec) -> Spec:
    return {**layer, "mark": {**layer["mark"], "interpolate": "step-after"}}


def _legend() -> Spec:
    return {"orient": "top-left", "direction": "horizontal", "symbolType": "stroke", "symbolOpacity": 1, "offset": 2}


def _bound(field: str, value: float, text: str) -> Spec:
    """A line across at the target, with its name at the left."""
    y = {"field": field, "type": "quantitative"}
    values = {"data": {"values": [{field: value, "text": text}]}}
    rule = {"mark": {"type": "rule", "color": RED, "opacity": 0.7}, "encoding": {"x": None, "y": y}}
    name = {
        "mark": {"type": "text", "align": "left", "baseline": "bottom", "dx": 4, "dy": -2, "color": RED},
        "encoding": {"x": {"value": 0}, "y": y, "text": {"field": "text"}},
    }
    return {**values, "layer": [rule, name]}


def _phases(history: History) -> Spec:
    """The names of the phases, in their middle."""
    values = [{"t": (phase.begin + phase.end) / 2 - history.begin, "name": phase.name} for phase in history.phases]
    mark = {"type": "text", "color": TEXT, "opacity": 0.8}
    encoding = {"y": {"value": 8}, "text": {"field": "name"}}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _failed() -> Spec:
    """What red dots are, in the upper right corner."""
    mark = {"type": "text", "align": "right", "color": RED}
    encoding = {"x": {"value": WIDTH - 4}, "y": {"value": 24}, "text": {"value": "● failed"}}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": encoding}
