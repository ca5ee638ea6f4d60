"""Figure P9: Locust as `loadtest` drives it against this package's own generator, while a server misbehaves.

Both ask the same server at the same moments for the same things, so that whatever the machine does happens to both.
A third side is Locust as its documentation shows it, whose users wait for their answers: the check has to find it out.
"""

import json
from collections.abc import Mapping

from ops import console
from ops.bench import agreement, charts, stats
from ops.bench.agreement import Pair, Spell
from ops.bench.lab import Lab
from ops.bench.misbehaviour import PATHOLOGIES
from ops.bench.report import Findings
from ops.bench.spells import Spells, measure_round
from ops.bench.stage import Stage
from ops.report.charts import Spec

SPELL, SHORT_SPELL = 10.0, 5.0
MOST_TRIES = 3
"""Times the rounds of the scale, at most, until the recorder was on time in enough spells of each pathology."""


def measure(lab: Lab, _stage: Stage) -> Findings:
    """Run the rounds and judge each pathology, and the check itself."""
    rounds: list[dict[str, Spells]] = []
    raw = ["P9.json"]
    spell = SPELL if lab.scale.evidence else SHORT_SPELL
    for index in range(lab.scale.rounds * MOST_TRIES):
        with console.step(f"P9: round {index + 1}, {len(PATHOLOGIES)} spells of {spell:g} s"):
            rounds.append(measure_round(lab, index, spell))
        raw += [f"P9-{index}-recorder.csv", f"P9-{index}-ours/requests.csv", f"P9-{index}-closed/requests.csv"]
        least = min(len(agreement.usable(_pairs(rounds, "ours", name))) for name in PATHOLOGIES)
        if least >= lab.scale.rounds:
            break
    pairs = {side: {name: _pairs(rounds, side, name) for name in PATHOLOGIES} for side in ("ours", "closed")}
    judged = [agreement.agreement(name, pairs["ours"][name]) for name in PATHOLOGIES]
    control = agreement.control([agreement.agreement(name, pairs["closed"][name]) for name in PATHOLOGIES])
    (lab.folder / raw[0]).write_text(json.dumps(_numbers(pairs), indent=1))
    plots = [_plot(label, share, pairs["ours"]) for label, share in agreement.SHARES.items()]
    return Findings.of([*judged, control], plots, raw)


def _plot(label: str, share: float, pairs: Mapping[str, list[Pair]]) -> Spec:
    found = {name: agreement.ratios(each, share) for name, each in pairs.items()}
    return charts.rounds(f"P9: {label}, loadtest to the recorder", found, "ratio")


def _pairs(rounds: list[dict[str, Spells]], side: str, name: str) -> list[Pair]:
    return [(spells[side][name], spells["recorder"][name]) for spells in rounds]


def _numbers(pairs: Mapping[str, Mapping[str, list[Pair]]]) -> object:
    """Return what each spell came to, by side compared, pathology and round: the side's, the recorder's."""
    return {
        side: {name: [[_of(spell) for spell in pair] for pair in found] for name, found in of.items()}
        for side, of in pairs.items()
    }


def _of(spell: Spell) -> dict[str, object]:
    shares = agreement.SHARES.items()
    found = {label: stats.percentile(spell.latencies, share) for label, share in shares} if spell.latencies else {}
    about = {"requests": len(spell.latencies), "failures": dict(spell.failures), "lag_p99_ms": spell.lag_p99_ms}
    return {**found, **about}
