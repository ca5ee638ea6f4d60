"""When the generator itself is the limit: then latencies say as much of it as of what is measured."""

from collections.abc import Sequence

from loadtest.records import Second

LAG_MS = 50.0
"""A tenth of the threshold of latency: a request that leaves later is measured wrong by more than that."""
CPU_PERCENT = 90.0
"""Of one core, which is all that a Locust process can use."""
LASTING = 3
"""Seconds in a row. A single one may be the machine's, not the load's."""


def limits(seconds: Sequence[Second], connections: int) -> list[str]:
    """Return a sentence for each way in which the generator was the limit; none when it was not."""
    found = []
    worst = max((second.lag_p99_ms for second in seconds), default=0.0)
    if count := lasting([second.lag_p99_ms > LAG_MS for second in seconds]):
        found.append(
            f"requests left up to {worst:.0f} ms after they were due, in {count} s on end more than {LAG_MS:.0f} ms: "
            "lower the rate, or free the machine it runs on"
        )
    if count := lasting([second.cpu_percent >= CPU_PERCENT for second in seconds]):
        found.append(f"its process used a whole core for {count} s on end: lower the rate")
    if any(second.in_flight >= connections for second in seconds):
        found.append(f"all of its {connections} connections were busy, so that requests waited for one: allow more")
    return found


def lasting(flags: Sequence[bool]) -> int:
    """Return the longest run of true flags if it is at least LASTING long, else 0."""
    longest = current = 0
    for flag in flags:
        current = current + 1 if flag else 0
        longest = max(longest, current)
    return longest if longest >= LASTING else 0
