"""What the load must be answered with, as data. Both numbers are the promises of docs/runbooks/slo.md."""

from typing import NamedTuple


class Threshold(NamedTuple):
    """The 95th percentile of the latency, from due, in milliseconds; and the share of requests that may fail (0..1)."""

    p95_ms: float
    failure_share: float


STEADY = Threshold(p95_ms=250, failure_share=0.0)
"""While the load stays what it is: a quarter of a second, and nothing fails."""

CHANGING = Threshold(p95_ms=250, failure_share=0.001)
"""Over a whole run in which the load jumps: the thousandth that the promise leaves."""

THRESHOLDS = {"steps": CHANGING, "business-day": CHANGING, "soak": STEADY, "spike": CHANGING}
