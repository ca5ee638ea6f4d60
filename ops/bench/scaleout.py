"""P10: how long a step of the load takes to its first extra pod, beside an HPA and probes as Kubernetes has them.

Both sides are namespaces of one cluster, with the same image, requests and bounds; the same load falls on one and then
on the other, A B B A, and one metrics-server measures both. Loaded at the same moment, they took the processors from
each other.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from loadtest.shapes import Phase
from loadtest.thresholds import STEADY
from ops import console
from ops.bench import charts, pairs, verdicts
from ops.bench.lab import Lab
from ops.bench.report import Findings
from ops.bench.verdicts import Verdict
from ops.cluster import lifecycle
from ops.errors import OpsError
from ops.hpa import trial
from ops.hpa.findings import changes
from ops.hpa.ground import Ground
from ops.hpa.history import History
from ops.hpa.timeline import timeline
from ops.load import prepare
from ops.paths import ROOT, STATE
from ops.settings import load

FIGURE = "P10"
SIDES = {"ours": "dev", "stock": str(ROOT / "benchmarks" / "stock-hpa")}
PHASES = (Phase("rest", 20, 1), Phase("step", 60, 4))
"""A rest of two looks of metrics-server; a step in which stock, seen to take up to 38 s, is done too."""
REACH = 0.6


class Round(NamedTuple):
    """One side's answer to a step: seconds to its first extra pod that is Ready, and the numbers of pods it wanted."""

    ready: float | None
    desired: tuple[int, ...]
    failed: int


def judge(rounds: Mapping[str, Sequence[Round]], limited: str = "") -> list[Verdict]:
    """P10's verdicts: the ratio of both sides' times, and whether ours went to its number of pods in one step."""
    both = list(zip(rounds["ours"], rounds["stock"], strict=True))
    never = [
        f"{side}, round {index + 1}: no extra pod was Ready"
        for side in ("ours", "stock")
        for index, each in enumerate(rounds[side])
        if each.ready is None
    ]
    ratios = [ours.ready / stock.ready for ours, stock in both if ours.ready is not None and stock.ready]
    spoilt = limited or ", ".join(never)
    found = [verdicts.ratio(FIGURE, "first extra pod Ready, of stock's time", ratios, "at most", REACH, spoilt)]
    steps = [each.desired for each in rounds["ours"]]
    one = sum(len(path) == 2 and path[1] > path[0] for path in steps)
    told = "; ".join(" ".join(map(str, path)) or "-" for path in steps)
    reached = one == len(steps) >= verdicts.LEAST_PAIRS
    why = "" if reached else f"in {one} of {len(steps)} rounds, {verdicts.LEAST_PAIRS} are needed"
    found.append(Verdict(FIGURE, "right count in one step", "every round", told, reached, why))
    return found


def measure(lab: Lab) -> Findings:
    """P10: on the kind target's cluster, which is made when it is not there; its two namespaces are gone afterwards."""
    found = load()
    sides = {name: Ground(f"bench-{name}", overlay, state=STATE, env=found) for name, overlay in SIDES.items()}
    place = sides["ours"].kind.place
    lifecycle.up(place)
    image = lifecycle.deliver(place)
    try:
        for each in sides.values():
            each.deploy(image)
        rounds: dict[str, list[Round]] = {name: [] for name in sides}
        limited = []
        for number in range(lab.scale.rounds):
            with console.step(f"P10, round {number + 1}") as step:
                histories = _round(lab, sides, number)
                for name, history in histories.items():
                    rounds[name].append(answer(history))
                    if history.limited:
                        limited.append(f"{name}, round {number + 1}: {history.limited}")
                step.note = ", ".join(f"{name} {rounds[name][-1].ready or 0:.1f} s" for name in sides)
    finally:
        for each in sides.values():
            each.remove()
    raw = lab.folder / f"{FIGURE}.json"
    raw.write_text(json.dumps({name: [each._asdict() for each in told] for name, told in rounds.items()}, indent=1))
    times = {name: [each.ready or 0.0 for each in told] for name, told in rounds.items()}
    plots = [charts.rounds(f"{FIGURE}: first extra pod Ready after the load's step", times, "s")]
    folders = [f"{FIGURE}-{number}-{name}/cluster.csv" for number in range(lab.scale.rounds) for name in sides]
    told = Findings.of(judge(rounds, "; ".join(limited)), plots, [raw.name, *folders])
    told.image = image.partition("@")[2] or image
    return told


def answer(history: History) -> Round:
    """What a history says of a side."""
    instants = dict(timeline(history, STEADY.p95_ms).up)
    begin, ready = instants["load step"], instants["pod Ready"]
    after = None if ready is None or begin is None else round(ready - begin, 3)
    peak = history.seen(begin or history.begin, history.end)
    return Round(after, tuple(changes(look.desired or 0 for look in peak)), sum(r.failed for r in history.requests))


def _round(lab: Lab, sides: Mapping[str, Ground], number: int) -> dict[str, History]:
    """Load one side after the other, each from rest, with an HPA that remembers nothing; who is first changes."""
    ours = sides["ours"]
    ours.autoscaler.until_at_rest()
    rate, why = trial.fitting_rate(ours.site, lab.folder / f"{FIGURE}-{number}-rate", PHASES[-1].factor)
    if not rate:
        raise OpsError("the cost of a request cannot be measured", why, "look: ./inv cluster.status")
    found = {}
    for name in pairs.turns(list(sides), number):
        sides[name].restart_autoscaler()
        sides[name].autoscaler.until_at_rest()
        found[name] = _loaded(sides[name], rate, lab.folder / f"{FIGURE}-{number}-{name}")
    return found


def _loaded(side: Ground, rate: float, folder: Path) -> History:
    site = side.site
    plan = prepare(site.url, phases=PHASES, rate=rate, host_header=site.host, accounts=site.accounts, shape=FIGURE)
    return trial.run(site, plan, folder)
