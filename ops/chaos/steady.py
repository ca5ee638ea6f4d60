"""The steady state: what a well target looks like from outside, as a pure function over probes."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.chaos.probes import Probe, between, p95_ms

LIMIT_MS = 1000.0  # far above what an idle target needs, and what 2 busy cores were seen to need (150 ms)
LEAST = 0.8  # of the requests that were due must have ended, or the prober itself was the limit


@dataclass(frozen=True)
class Steady:
    """Whether the target was well in a span; `why` says what was not."""

    requests: int
    failed: int
    p95_ms: float
    why: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing was wrong."""
        return not self.why


def judge(probes: Sequence[Probe], begin: float, end: float, rate: float, limit_ms: float = LIMIT_MS) -> Steady:
    """The state between two moments (unix seconds): no failures, p95 within the limit, and enough requests at all.

    `rate` is how many requests a second were to be made.
    """
    inside = between(probes, begin, end)
    failed = [probe for probe in inside if probe.failed]
    p95 = p95_ms(inside)
    why = []
    if len(inside) < LEAST * rate * (end - begin):
        why.append(f"{len(inside)} requests ended of {rate * (end - begin):.0f} that were due")
    if failed:
        why.append(f"{len(failed)} of {len(inside)} requests failed, the first with {failed[0].kind}")
    if p95 > limit_ms:
        why.append(f"p95 is {p95:.0f} ms, limit {limit_ms:g} ms")
    return Steady(len(inside), len(failed), p95, tuple(why))
