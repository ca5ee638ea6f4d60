"""bench's plots: each side's rounds, latencies, answers by second, round trips."""

import math
from collections.abc import Mapping, Sequence

from ops.bench import stats
from ops.bench.samples import Sample
from ops.report.charts import COLOURS, Spec, axis, chart

OF_SIDE = {"ours": "#3b82f6", "stock": "#f59e0b", "floor": "#10b981", "psycopg": "#8b5cf6"}  # in all plots alike


def rounds(title: str, results: Mapping[str, Sequence[float]], unit: str) -> Spec:
    """Return a plot of each side's result in each round, so that a drift of the machine can be seen."""
    values = [
        {"side": side, "round": index + 1, "value": value}
        for side, measured in results.items()
        for index, value in enumerate(measured)
    ]
    colours = [OF_SIDE.get(side, COLOURS[index % len(COLOURS)]) for index, side in enumerate(results)]
    encoding = {
        "x": axis("round", "ordinal", "round", axis={"labelAngle": 0}),
        "y": axis("value", "quantitative", unit, scale={"zero": True}),
        "color": axis("side", "nominal", "", scale={"domain": list(results), "range": colours}),
    }
    return chart(title, values, {"type": "line", "point": True}, encoding)


def percentiles(title: str, samples: Sequence[Sample]) -> Spec:
    """Return the latency by share of requests, the last ones stretched: 90 %, 99 %, 99.9 % at equal distances."""
    ordered = sorted(sample.latency_ms for sample in samples)
    shares = [1 - 10 ** (-step / 20) for step in range(81)]
    values = [
        {"nines": -math.log10(1 - share), "latency": stats.of_sorted(ordered, share)}
        for share in shares
        if share <= 1 - 1 / max(len(ordered), 1)
    ]
    label = "datum.value == 0 ? '0 %' : format(100 * (1 - pow(10, -datum.value)), '.7~') + ' %'"
    ticks = {"values": [0, 1, 2, 3, 4], "labelExpr": label}
    encoding = {
        "x": axis("nines", "quantitative", "share of requests", axis=ticks),
        "y": axis("latency", "quantitative", "latency from due, ms", scale={"type": "log"}),
    }
    return chart(title, values, {"type": "line", "color": COLOURS[0]}, encoding)


def seconds(title: str, samples: Sequence[Sample]) -> Spec:
    """Return p50, p99 and the worst latency of each second in which requests were due."""
    by_second: dict[int, list[float]] = {}
    for sample in samples:
        by_second.setdefault(sample.due_us // 1_000_000, []).append(sample.latency_ms)
    values = [
        {"second": second, "what": what, "latency": stats.percentile(latencies, share)}
        for second, latencies in sorted(by_second.items())
        for what, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    ]
    encoding = {
        "x": axis("second", "quantitative", "second"),
        "y": axis("latency", "quantitative", "latency from due, ms", scale={"type": "log"}),
        "color": axis("what", "nominal", "", sort=["p50", "p99", "max"]),
    }
    return chart(title, values, "line", encoding)


def outcomes(title: str, samples: Sequence[Sample], end: float) -> Spec:
    """Return how many requests of each second until `end` were answered well, refused with 503, or failed."""
    counts: dict[tuple[int, str], int] = {}
    for sample in samples:
        kind = "good" if stats.good(sample) else "refused (503)" if sample.status == 503 else "failed"
        key = (sample.done_us // 1_000_000, kind)
        counts[key] = counts.get(key, 0) + 1
    values = [{"second": s, "kind": kind, "count": n} for (s, kind), n in sorted(counts.items()) if s < end]
    encoding = {
        "x": axis("second", "quantitative", "second"),
        "y": axis("count", "quantitative", "answers a second"),
        "color": axis("kind", "nominal", "", sort=["good", "refused (503)", "failed"]),
    }
    return chart(title, values, "line", encoding)


def trips(title: str, counts: Mapping[str, Mapping[int, int]], budgets: Mapping[str, int]) -> Spec:
    """Return each route's round trips for each number of rows, beside its budget."""
    values = [
        {"route": route, "trips": number, "rows": f"{rows} rows"}
        for route, by_rows in counts.items()
        for rows, number in by_rows.items()
    ]
    values += [{"route": route, "trips": allowed, "rows": "budget"} for route, allowed in budgets.items()]
    encoding = {
        "y": axis("route", "nominal", "", axis={"labelLimit": 300}),
        "x": axis("trips", "quantitative", "round trips", axis={"tickMinStep": 1}, scale={"zero": True}),
        "shape": axis("rows", "nominal", ""),
        "color": axis("rows", "nominal", ""),
    }
    return chart(title, values, {"type": "point", "size": 60}, encoding, height={"step": 16})
