"""The figures of `./inv bench`: what measures each of them."""

import json
from collections.abc import Callable, Sequence
from functools import partial

from ops import console
from ops.bench import charts, honesty, mix, noise, roundtrips, scaleout, speed, start, verdicts
from ops.bench.client import Client
from ops.bench.dataset import PASSWORD
from ops.bench.lab import Lab
from ops.bench.player import Player
from ops.bench.proxy import CountingProxy
from ops.bench.report import Findings
from ops.bench.stage import Stage
from ops.bench.verdicts import Verdict
from ops.errors import OpsError


def trips(lab: Lab, stage: Stage) -> Findings:
    """P5: round trips of every route, counted by the proxy."""
    with CountingProxy("127.0.0.1", stage.cluster.port) as proxy:
        side = stage.ours(proxy.port)
        budgets = roundtrips.routes({**side.env})
        with stage.serving(side, workers=1) as server:
            log = stage.folder / "ours.log"
            players = {
                rows: Player(server.port, stage.account(server, f"rows{rows}", rows, rows, rows), log)
                for rows in roundtrips.ROWS
            }
            found = roundtrips.count(proxy, players, budgets)
    raw = lab.folder / "P5.json"
    raw.write_text(json.dumps({"budgets": found.budgets, "counts": found.counts, "failed": found.failed}, indent=1))
    judged = verdicts.round_trips(found.counts, budgets, roundtrips.ROWS, found.failed)
    return Findings.of(judged, [charts.trips("P5: round trips", found.counts, budgets)], [raw.name])


def under_load(lab: Lab, stage: Stage, figures: Sequence[str]) -> Findings:
    """P7 and P8, whichever is wanted, at multiples of the same saturation; P7 beside the floor at the same rate."""
    with stage.serving(stage.ours()) as ours:
        reader = stage.account(ours, "page", speed.PAGE_NOTES, speed.PAGE_PADS)
        writer = stage.account(ours, "writer", 0, 0)
        stage.account(ours, "many", lab.scale.rows, 0)  # a database with others' notes in it
        browser = Client(ours.port)
        browser.sign_in(reader.email, PASSWORD)
        browser.request("GET", "/")  # a greeting is shown once, on the first page
        pages = speed.cursors(ours, reader.token)
        ids = stage.note_ids(reader, speed.IDS)
        calls = mix.calls(reader.token, writer.token, browser.cookie_header, ids, pages)
        found = Findings()
        peak = mix.saturation(lab, ours.port, calls)
        if "P7" in figures:
            reads = speed.reads(ids, reader.token)
            with stage.serving(stage.floor(), speed.NOTE.format(ids[0])) as floor:
                reference = mix.floor(lab, floor.port, reads, peak)
            found.add(mix.half(lab, ours.port, calls, peak, reference))
        if "P8" in figures:
            found.add(mix.fourfold(lab, ours.port, calls, peak))
    return found


Figure = Callable[[Lab, Stage], Findings]

FIGURES: dict[tuple[str, ...], Figure] = {
    ("P1", "P6"): speed.read_one,
    ("P2",): speed.list_json,
    ("P3",): speed.list_page,
    ("P4",): speed.create,
    ("P5",): trips,
    ("P9",): honesty.measure,
    ("P11",): start.measure,
}
LOAD = ("P7", "P8")
ON_KIND = {"P10": scaleout.measure}
"""What needs a cluster, and is measured on the kind target's."""
KNOWN = ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P11")


def measure(lab: Lab, stage: Stage, wanted: Sequence[str]) -> Findings:
    """Measure the wanted figures, in their order; the long ones under load come last."""
    found = Findings()
    for figures, figure in FIGURES.items():
        if names := [name for name in figures if name in wanted]:
            found.add(_one(names, partial(figure, lab, stage)))
    if loads := [name for name in LOAD if name in wanted]:
        found.add(_one(loads, partial(under_load, lab, stage, loads)))
    return found


def measure_on_kind(lab: Lab, wanted: Sequence[str]) -> Findings:
    """Measure the wanted ones of the figures that need a cluster."""
    found = Findings()
    for name, figure in ON_KIND.items():
        if name in wanted:
            found.add(_one([name], partial(figure, lab)))
    return found


def _one(names: Sequence[str], figure: Callable[[], Findings]) -> Findings:
    """Measure figures that are measured together; one that cannot be measured is not reached, and ends no other."""
    seen = noise.look()
    try:
        part = figure()
    except OpsError as error:
        console.failure(error)
        part = Findings([Verdict(name, "to be measured", "-", "nothing", False, error.what) for name in names])
    part.verdicts = [verdict for verdict in part.verdicts if verdict.figure in names]
    part.noise = dict.fromkeys(names, seen)
    return part
