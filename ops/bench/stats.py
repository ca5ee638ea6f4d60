"""The few numbers a verdict needs: nearest-rank percentiles, medians, rates."""

import math
from collections.abc import Sequence

from ops.bench.samples import Sample


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the least value that at least `share` (0..1) of the values do not exceed.

    No interpolation, so that the result is a latency that some request really had. Raises ValueError without values.
    """
    return of_sorted(sorted(values), share)


def of_sorted(ordered: Sequence[float], share: float) -> float:
    """Return `percentile` of values that are sorted already."""
    if not ordered:
        raise ValueError("no values, no percentile")
    # Rounded first: binary fractions would ask for the 100th of 100 values at 0.99.
    rank = math.ceil(round(share * len(ordered), 6))
    return ordered[max(rank, 1) - 1]


def median(values: Sequence[float]) -> float:
    """Return the middle value, or the mean of the two middle ones. Raises ValueError without values."""
    if not values:
        raise ValueError("no values, no median")
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def good(sample: Sample) -> bool:
    """Tell whether the request was answered and did what it was for."""
    return not sample.error and 200 <= sample.status < 400


def rate(samples: Sequence[Sample], begin: float, end: float) -> float:
    """Return good answers a second between `begin` and `end`, in seconds since the run began."""
    inside = sum(1 for sample in samples if good(sample) and begin * 1e6 <= sample.done_us < end * 1e6)
    return inside / (end - begin)


def failures(samples: Sequence[Sample]) -> dict[str, int]:
    """Count what was not good, by status or by the name of the error."""
    counts: dict[str, int] = {}
    for sample in samples:
        if not good(sample):
            key = sample.error or str(sample.status)
            counts[key] = counts.get(key, 0) + 1
    return counts
