"""Figure P4: notes created through the API against rows inserted by psycopg itself, both committed to disk.

Beside it what the floor, a server that does nothing but insert, reaches: what HTTP alone takes on the same processors.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace

from ops import console, run
from ops.bench import charts, pairs, stats
from ops.bench.capacity import CONNECTIONS
from ops.bench.dataset import NAME, TEXT, Account
from ops.bench.lab import Lab
from ops.bench.plan import Plan, request
from ops.bench.report import Findings
from ops.bench.verdicts import ratio

LEAST = 0.40


def compare(lab: Lab, servers: Mapping[str, tuple[int, str]], who: Account, env: Mapping[str, str]) -> Findings:
    """Run all in turn with as many threads as connections.

    `servers` has port and path of each side that takes notes by HTTP; `env` names psycopg's database.
    """
    body = json.dumps({"name": NAME, "text": TEXT}).encode()
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
    scale = lab.scale
    plans = {
        side: Plan(
            "127.0.0.1",
            port,
            "closed",
            CONNECTIONS,
            scale.warm_up + scale.seconds,
            (request("create", "POST", path, headers, body),),
        )
        for side, (port, path) in servers.items()
    }
    insert = [sys.executable, "-m", "benchmarks.floor", str(who.user_id), str(CONNECTIONS), str(scale.seconds)]
    shared = {**env, "BENCH_NAME": NAME, "BENCH_TEXT": TEXT}
    spoilt, raw = [], ["P4.pairs.json"]

    def measured(index: int, side: str) -> float:
        if side == "psycopg":
            return int(run.run(insert, env=shared, mend="run it by itself").out) / scale.seconds
        outcome = lab.load(f"P4-{index}-{side}", plans[side])
        raw.append(outcome.raw)
        if failed := stats.failures(outcome.samples):
            spoilt.append(f"round {index + 1}, {side}: {failed}")
        return stats.rate(outcome.samples, scale.warm_up, plans[side].seconds)

    sides = ["psycopg", *servers]
    with console.step(f"P4: {', '.join(sides)}, {scale.rounds} rounds of {scale.seconds:g} s"):
        rates = pairs.measure(sides, scale.rounds, measured)
    (lab.folder / raw[0]).write_text(json.dumps({"rates": rates, "spoilt": spoilt}))
    what = "create, committed, to psycopg's inserts"
    verdict = ratio("P4", what, pairs.ratios(rates, "ours", "psycopg"), "at least", LEAST, "; ".join(spoilt))
    if beside := pairs.ratios(rates, "floor", "psycopg"):
        verdict = replace(verdict, measured=f"{verdict.measured}; floor {stats.median(beside):.2f} x")
    return Findings.of([verdict], [charts.rounds(f"P4: {what}", rates, "commits a second")], raw)
