"""Figure P4: notes created through the API against rows inserted by psycopg itself, both committed to disk."""

import json
import sys
from collections.abc import Mapping

from ops import console, run
from ops.bench import charts, pairs, stats
from ops.bench.capacity import CONNECTIONS
from ops.bench.dataset import NAME, TEXT, Account
from ops.bench.lab import Lab
from ops.bench.plan import Plan, request
from ops.bench.report import Findings
from ops.bench.verdicts import ratio

LEAST = 0.40


def compare(lab: Lab, port: int, who: Account, env: Mapping[str, str]) -> Findings:
    """Run both in turn with as many threads as connections; `env` names the database for psycopg's side."""
    body = json.dumps({"name": NAME, "text": TEXT}).encode()
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/json"}
    call = request("create", "POST", "/api/v1/notes", headers, body)
    scale = lab.scale
    plan = Plan("127.0.0.1", port, "closed", CONNECTIONS, scale.warm_up + scale.seconds, (call,))
    insert = [sys.executable, "-m", "benchmarks.floor", str(who.user_id), str(CONNECTIONS), str(scale.seconds)]
    shared = {**env, "BENCH_NAME": NAME, "BENCH_TEXT": TEXT}
    spoilt, raw = [], ["P4.pairs.json"]

    def measured(index: int, side: str) -> float:
        if side == "psycopg":
            return int(run.run(insert, env=shared, mend="run it by itself").out) / scale.seconds
        outcome = lab.load(f"P4-{index}-ours", plan)
        raw.append(outcome.raw)
        if failed := stats.failures(outcome.samples):
            spoilt.append(f"round {index + 1}: {failed}")
        return stats.rate(outcome.samples, scale.warm_up, plan.seconds)

    with console.step(f"P4: psycopg, ours, {scale.rounds} rounds of {scale.seconds:g} s"):
        rates = pairs.measure(["psycopg", "ours"], scale.rounds, measured)
    (lab.folder / raw[0]).write_text(json.dumps({"rates": rates, "spoilt": spoilt}))
    ratios = pairs.ratios(rates, "ours", "psycopg")
    what = "create, committed, to psycopg's inserts"
    verdict = ratio("P4", what, ratios, "at least", LEAST, "; ".join(spoilt))
    return Findings.of([verdict], [charts.rounds(f"P4: {what}", rates, "commits a second")], raw)
