"""Figures P7 and P8: latency at half of saturation, and what happens at four times saturation. Open loop.

The mix is a team at work, by number of requests: most read, some list, few search, few write.

    50 %  GET /api/v1/notes/<id>       20 %  GET /api/v1/notes (a keyset page of 20)
    15 %  GET / (the list page)        10 %  GET /api/v1/notes?q= (search)        5 %  POST /api/v1/notes
"""

import json
import random
from collections.abc import Sequence

from ops import console
from ops.bench import charts, stats, verdicts
from ops.bench.capacity import CONNECTIONS
from ops.bench.dataset import NAME, TEXT
from ops.bench.lab import Lab, Outcome
from ops.bench.plan import MOST_CONNECTIONS, Call, Plan, request
from ops.bench.report import Findings

SHARES = {"read": 50, "list": 20, "page": 15, "search": 10, "create": 5}
SEED = 3  # the order of the requests is mixed, and the same in every run
CYCLE = 20  # how often the hundred requests of the shares occur in a plan before it starts again

# At the limit of 50 ms that refusals have, this many connections carry the whole load; they are never what slows it.
OVERLOAD_CONNECTIONS = 1000


def calls(reader: str, writer: str, cookie: str, ids: Sequence[int], pages: Sequence[str]) -> tuple[Call, ...]:
    """Return the mix: a user reads with token `reader` and session `cookie`, another writes with token `writer`.

    `ids` are the reader's notes, `pages` paths of its keyset pages. Two users, because with one, whose list grows by
    thousands within minutes, the last minute would be another load than the first.
    """
    auth = {"Authorization": f"Bearer {reader}"}
    own = {"Authorization": f"Bearer {writer}", "Content-Type": "application/json"}
    body = json.dumps({"name": NAME, "text": TEXT}).encode()
    dice = random.Random(SEED)
    makers = {
        "read": lambda: request("read", "GET", f"/api/v1/notes/{dice.choice(ids)}", auth),
        "list": lambda: request("list", "GET", dice.choice(pages), auth),
        "page": lambda: request("page", "GET", "/", {"Cookie": cookie}),
        "search": lambda: request("search", "GET", f"/api/v1/notes?q={dice.randrange(100, 1000)}", auth),
        "create": lambda: request("create", "POST", "/api/v1/notes", own, body),
    }
    names = [name for name, share in SHARES.items() for _ in range(share * CYCLE)]
    dice.shuffle(names)
    return tuple(makers[name]() for name in names)


def saturation(lab: Lab, port: int, mix: tuple[Call, ...]) -> float:
    """Return the most good answers a second that the application gives to the mix: the median of closed-loop runs."""
    scale = lab.scale
    plan = Plan("127.0.0.1", port, "closed", CONNECTIONS, scale.warm_up + scale.seconds, mix)
    with console.step(f"P7, P8: saturation, {scale.rounds} runs of {scale.seconds:g} s") as step:
        runs = [lab.load(f"saturation-{index}", plan) for index in range(scale.rounds)]
        peak = stats.median([stats.rate(run.samples, scale.warm_up, plan.seconds) for run in runs])
        step.note = f"{peak:,.0f} a second"
    return peak


def half(lab: Lab, port: int, mix: tuple[Call, ...], peak: float, reference: Outcome) -> Findings:
    """P7: run at half of saturation and judge the tail; `reference` is what `floor` has found."""
    found = _at_half(lab, "P7", port, mix, peak, lab.scale.tail_seconds)
    plots = [
        charts.percentiles("P7: latency by share of requests", found.samples),
        charts.seconds("P7: latency by second", found.samples),
        charts.seconds("P7: the floor's latency by second, at the same rate", reference.samples),
    ]
    judged = verdicts.tail(found.samples, found.about.lag_p99_ms, reference.samples)
    return Findings.of(judged, plots, [found.raw, reference.raw])


def floor(lab: Lab, port: int, reads: tuple[Call, ...], peak: float) -> Outcome:
    """Run the floor at the rate of P7, for half of its time: no application has a shorter tail on this machine."""
    return _at_half(lab, "P7-floor", port, reads, peak, lab.scale.tail_seconds / 2)


def _at_half(lab: Lab, name: str, port: int, calls: tuple[Call, ...], peak: float, seconds: float) -> Outcome:
    plan = Plan("127.0.0.1", port, "open", MOST_CONNECTIONS, seconds, calls, rate=peak / 2)
    with console.step(f"{name}: {plan.rate:,.0f} a second for {seconds:g} s"):
        return lab.load(name, plan)


def fourfold(lab: Lab, port: int, mix: tuple[Call, ...], peak: float) -> Findings:
    """P8: run at four times saturation and judge what is still answered well, and how the rest is refused."""
    seconds = lab.scale.overload_seconds
    plan = Plan("127.0.0.1", port, "open", OVERLOAD_CONNECTIONS, seconds, mix, rate=verdicts.OVERLOAD * peak)
    with console.step(f"P8: {plan.rate:,.0f} a second for {seconds:g} s"):
        found = lab.load("P8", plan)
    refused = [sample for sample in found.samples if not stats.good(sample)]
    plots = [charts.outcomes("P8: answers by second", found.samples, seconds)]
    plots += [charts.seconds("P8: latency of what was refused", refused)] if refused else []
    return Findings.of(verdicts.overload(found.samples, seconds, peak), plots, [found.raw])
