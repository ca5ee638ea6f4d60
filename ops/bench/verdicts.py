"""Verdicts: pure functions over what was recorded. None of them measures, and none passes for want of data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ops.bench import stats
from ops.bench.samples import Sample

LEAST_PAIRS = 5
REFUSAL_MS = 50.0
GOODPUT, OVERLOAD = 0.90, 4.0
LEAST_FOR_TAIL = 10_000  # ten samples beyond the p99.9

# Round trips by route and by number of rows.
Counts = Mapping[str, Mapping[int, int]]


@dataclass(frozen=True)
class Verdict:
    """One figure's result. `reached` is True only when everything asked for was measured and within its bound."""

    figure: str
    what: str
    reach: str
    measured: str
    reached: bool
    why: str
    median: float | None = None
    low: float | None = None
    high: float | None = None
    raw: tuple[str, ...] = ()


Sense = Literal["at least", "at most"]


def ratio(figure: str, what: str, pairs: Sequence[float], sense: Sense, bound: float, spoilt: str = "") -> Verdict:
    """Judge the median of the pairs' ratios; `spoilt` says why the runs cannot be compared, if they cannot."""
    reach = f"{'>=' if sense == 'at least' else '<='} {bound:g} x"
    if not pairs:
        return Verdict(figure, what, reach, "nothing", False, spoilt or "no pair was measured")
    middle, low, high = stats.median(pairs), min(pairs), max(pairs)
    within = middle >= bound if sense == "at least" else middle <= bound
    if spoilt:
        why = spoilt
    elif len(pairs) < LEAST_PAIRS:
        why = f"{len(pairs)} pairs, {LEAST_PAIRS} are needed"
    elif not within:
        why = f"off by {abs(middle / bound - 1):.0%}"
    else:
        why = ""
    measured = f"{middle:.2f} x ({low:.2f} .. {high:.2f})"
    return Verdict(figure, what, reach, measured, not why, why, middle, low, high)


def limit(figure: str, what: str, values: Sequence[float], bound: float, unit: str) -> Verdict:
    """Judge the median of repeated measurements that have an absolute bound."""
    reach = f"<= {bound:g} {unit}"
    if len(values) < LEAST_PAIRS:
        return Verdict(figure, what, reach, "nothing", False, f"{len(values)} tries, {LEAST_PAIRS} are needed")
    middle, low, high = stats.median(values), min(values), max(values)
    why = f"off by {middle / bound - 1:.0%}" if middle > bound else ""
    measured = f"{middle:.2f} {unit} ({low:.2f} .. {high:.2f})"
    return Verdict(figure, what, reach, measured, not why, why, middle, low, high)


def tail(samples: Sequence[Sample], lag_p99_ms: float, floor: Sequence[Sample] = ()) -> list[Verdict]:
    """P7: p99 <= 4 x p50, p99.9 <= 10 x p50, no errors. A generator that was itself late proves nothing.

    What the floor had at the same rate is told beside it, and excuses nothing.
    """
    latencies = [sample.latency_ms for sample in samples]
    what = "{} at half of saturation"
    if len(latencies) < LEAST_FOR_TAIL:
        short = f"{len(latencies)} samples are too few for a p99.9"
        return [Verdict("P7", what.format("tail"), "<= 10 x p50", "nothing", False, short)]
    p50 = stats.percentile(latencies, 0.5)
    late = f"the generator was {lag_p99_ms:.1f} ms late at its p99" if lag_p99_ms > p50 else ""
    found = []
    for name, share, bound in (("p99", 0.99, 4.0), ("p99.9", 0.999, 10.0)):
        value = stats.percentile(latencies, share)
        times = value / p50
        why = late or (f"off by {times / bound - 1:.0%}" if times > bound else "")
        measured = f"{times:.1f} x ({value:.1f} ms to {p50:.1f} ms){_beside(floor, share)}"
        found.append(Verdict("P7", what.format(name), f"<= {bound:g} x p50", measured, not why, why, times))
    why = _listed(stats.failures(samples))
    count = sum(stats.failures(samples).values())
    found.append(Verdict("P7", what.format("errors"), "0", str(count), not why, why, count))
    return found


def _beside(floor: Sequence[Sample], share: float) -> str:
    if not floor:
        return ""
    latencies = sorted(sample.latency_ms for sample in floor)
    return f"; floor {stats.of_sorted(latencies, share) / stats.of_sorted(latencies, 0.5):.1f} x"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} x {name}" for name, number in counts.items())


def overload(samples: Sequence[Sample], seconds: float, peak: float) -> list[Verdict]:
    """P8: goodput >= 0.90 of the peak at 4 x saturation; each other answer a 503 with Retry-After within 50 ms."""
    what, reach = "goodput at 4 x saturation", f">= {GOODPUT} of the peak"
    if peak <= 0 or not samples:
        return [Verdict("P8", what, reach, "nothing", False, "no peak or no load")]
    share = stats.rate(samples, 0, seconds) / peak
    offered = len(samples) / seconds
    why = "" if share >= GOODPUT else f"off by {1 - share / GOODPUT:.0%}"
    if offered < OVERLOAD * peak * 0.98:
        why = f"only {offered:.0f} requests a second were offered"
    measured = f"{share:.2f} ({share * peak:.0f} of {peak:.0f} a second, {offered:.0f} offered)"
    first = Verdict("P8", what, reach, measured, not why, why, share)
    refused = [sample for sample in samples if not stats.good(sample)]
    return [first, *_refusals(refused)]


def _refusals(refused: Sequence[Sample]) -> list[Verdict]:
    forms, times = "the rest is 503 with Retry-After", f"the rest is answered within {REFUSAL_MS:.0f} ms"
    if not refused:
        why = "nothing was refused: this was no overload"
        return [Verdict("P8", what, "all", "nothing", False, why) for what in (forms, times)]
    wrong = stats.failures([sample for sample in refused if sample.status != 503 or not sample.retry_after])
    right = 1 - sum(wrong.values()) / len(refused)
    late = sum(1 for sample in refused if sample.latency_ms > REFUSAL_MS)
    p99 = stats.percentile([sample.latency_ms for sample in refused], 0.99)
    prompt = 1 - late / len(refused)
    why = f"{late} were later" if late else ""
    return [
        Verdict("P8", forms, "all", f"{right:.2%} of {len(refused)}", not wrong, _listed(wrong), right),
        Verdict("P8", times, "all", f"{prompt:.2%}, p99 {p99:.0f} ms", not late, why, prompt),
    ]


def round_trips(
    counts: Counts, budgets: Mapping[str, int], rows: Sequence[int], failed: Sequence[str] = ()
) -> list[Verdict]:
    """P5: each route's round trips within its budget for every number of rows; a route not exercised fails.

    `failed` names routes that were refused: what is refused early is cheap, and proves nothing.
    """
    found = []
    for budget in sorted(set(budgets.values())):
        routes = [route for route, allowed in budgets.items() if allowed == budget]
        worst = {route: max(counts.get(route, {}).values(), default=-1) for route in routes}
        over = [f"{route}: {trips}" for route, trips in worst.items() if trips > budget]
        missing = [f"{route}: not exercised" for route in routes if set(counts.get(route, {})) != set(rows)]
        refused = [f"{text} is not what it was asked for" for text in failed if text.split(": ")[0] in routes]
        why = "; ".join(over + missing + refused)
        what = f"round trips of {len(routes)} routes with a budget of {budget}"
        most = max(worst.values(), default=-1)
        found.append(Verdict("P5", what, f"<= {budget}", f"at most {most}", not why, why, most))
    return found or [Verdict("P5", "round trips", "budgets", "nothing", False, "the application named no route")]
