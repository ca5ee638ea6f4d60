"""Figure P9's verdict: do two that measured the same at the same time say the same? Pure functions over samples."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ops.bench import stats
from ops.bench.verdicts import LEAST_PAIRS, Verdict

TOLERANCE = 0.05
SHARES = {"p50": 0.50, "p99": 0.99, "p99.9": 0.999}
LEAST_REQUESTS = 200  # in a spell: with fewer, the 99th percentile is next to the longest, or the longest of all
SLACK = 2  # requests at the edges of a spell may fall to either side


LATE_MS = 5.0
"""A recorder that was itself later than that, at its p99, was kept waiting by the machine: its spell proves nothing."""


class Spell(NamedTuple):
    """What one side has measured in one spell: latencies, from due, in milliseconds, failures by kind, its own lag."""

    latencies: Sequence[float]
    failures: Mapping[str, int]
    lag_p99_ms: float = 0.0


Pair = tuple[Spell, Spell]


def usable(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs whose second side, the recorder, was not late. How late the first was is what is judged."""
    return [pair for pair in pairs if pair[1].lag_p99_ms <= LATE_MS]


def ratios(pairs: Sequence[Pair], share: float) -> list[float]:
    """Return the ratio of the first side's percentile to the second's, by round."""
    return [stats.percentile(a.latencies, share) / stats.percentile(b.latencies, share) for a, b in pairs]


def agreement(name: str, measured_pairs: Sequence[Pair]) -> Verdict:
    """Judge one pathology: each percentile's median ratio within the tolerance, as many requests, the same failures."""
    pairs = usable(measured_pairs)
    what, reach = f"p50, p99, p99.9 to the recorder's: {name}", f"within {TOLERANCE:.0%}, failures alike"
    least = min((len(spell.latencies) for pair in pairs for spell in pair), default=0)
    if not pairs or not least:
        return Verdict("P9", what, reach, "nothing", False, "a side measured nothing, or the recorder was late")
    found = {label: ratios(pairs, share) for label, share in SHARES.items()}
    middles = {label: stats.median(values) for label, values in found.items()}
    failed = [sum(sum(pair[side].failures.values()) for pair in pairs) for side in (0, 1)]
    why = [f"{label} off by {middle - 1:+.0%}" for label, middle in middles.items() if abs(middle - 1) > TOLERANCE]
    why += other_counts(pairs)
    if len(pairs) < LEAST_PAIRS:
        why.append(f"{len(pairs)} of {len(measured_pairs)} pairs can be used, {LEAST_PAIRS} are needed")
    if least < LEAST_REQUESTS:
        why.append(f"{least} requests in a spell, {LEAST_REQUESTS} are needed")
    everything = [value for values in found.values() for value in values]
    listed = " ".join(f"{middle:.3f}" for middle in middles.values())
    measured = f"{listed} x; {failed[0]} and {failed[1]} failed, {len(pairs)} pairs"
    worst = max(middles.values(), key=lambda middle: abs(middle - 1))
    return Verdict("P9", what, reach, measured, not why, "; ".join(why), worst, min(everything), max(everything))


def other_counts(pairs: Sequence[Pair]) -> list[str]:
    """Return a sentence for each count, over all rounds, in which the two sides differ by more than they may."""
    kinds = sorted({kind for pair in pairs for spell in pair for kind in spell.failures})
    counts = {"requests": [sum(len(pair[side].latencies) for pair in pairs) for side in (0, 1)]}
    counts |= {kind: [sum(pair[side].failures.get(kind, 0) for pair in pairs) for side in (0, 1)] for kind in kinds}
    return [
        f"{one} {label}, not {other}"
        for label, (one, other) in counts.items()
        if abs(one - other) > max(SLACK * len(pairs), TOLERANCE * other if label != "requests" else 0)
    ]


def control(verdicts: Sequence[Verdict]) -> Verdict:
    """Judge the check itself: a closed loop, which waits for its answers, must be found out by percentiles."""
    caught = [verdict for verdict in verdicts if " off by " in verdict.why]
    what, reach = "the same check of a closed loop", "fails"
    if not caught:
        why = "the check cannot tell a closed loop from an open one" if verdicts else "no closed loop was measured"
        return Verdict("P9", what, reach, "passes" if verdicts else "nothing", False, why)
    worst = max(caught, key=lambda verdict: abs((verdict.median or 1) - 1))
    return Verdict("P9", what, reach, f"fails in {len(caught)}: {worst.what.split(': ')[1]} {worst.measured}", True, "")
