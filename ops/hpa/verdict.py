"""The verdict on a load test: all findings together, and what would make them mean nothing."""

import itertools
from dataclasses import dataclass, replace
from typing import Literal

from loadtest.thresholds import Threshold
from ops.hpa.findings import ASKED, Finding
from ops.hpa.history import History, points

Result = Literal["pass", "fail", "interrupted", "unknown"]

MOST_GAP_SECONDS = 5.0
"""Without a look at the autoscaler. A pod of ours is Ready in less: a longer gap may hide what is asked for."""


@dataclass(frozen=True)
class Verdict:
    """What came of a load test. `pass` only when all was measured and all of it is well; `why` says why not."""

    result: Result
    why: str
    findings: tuple[Finding, ...]

    @property
    def bad(self) -> list[str]:
        """The names of what is not well, in the order of the findings."""
        return [finding.name for finding in self.findings if not finding.ok]

    def is_bad(self, *names: str) -> bool:
        """Whether any of these was asked and is not well."""
        return not set(names).isdisjoint(self.bad)


def judge(history: History, wanted: Threshold) -> Verdict:
    """Judge a history. Without an autoscaler only the answers are judged.

    A generator that was itself the limit, or a time without a look at the autoscaler, makes it unknown: what was
    measured then is not, or not only, what was to be measured.
    """
    measured = points(history.requests, history.begin, history.end)
    findings = tuple(found for ask in ASKED if (found := ask(history, measured, wanted)))
    if history.interrupted:
        return Verdict("interrupted", "it was ended before its time", findings)
    if history.limited:
        return Verdict("unknown", f"the generator itself was the limit: {history.limited}", findings)
    if why := _unseen(history):
        return Verdict("unknown", why, findings)
    whole = Verdict("pass", "", findings)
    return replace(whole, result="fail", why=", ".join(whole.bad)) if whole.bad else whole


def _unseen(history: History) -> str:
    """Why the history does not hold what the findings are read from; empty when it does."""
    if not history.requests:
        return "no request was recorded"
    if history.limits is None:
        return ""
    looks = [scale.t for scale in history.seen(history.begin, history.end)]
    times = [history.begin, *looks, history.end]
    gap, since = max((after - before, before) for before, after in itertools.pairwise(times))
    if gap <= MOST_GAP_SECONDS:
        return ""
    reasons = [scale.gap for scale in history.scales if scale.gap and since <= scale.t <= since + gap]
    because = f" ({reasons[0]})" if reasons else ""
    return f"nobody looked at the autoscaler for {gap:.0f} s, from second {since - history.begin:.0f}{because}"
