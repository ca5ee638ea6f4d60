"""The report of a run: one page, the same as JSON, and a table for the terminal."""

import html
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from ops.chaos import plots, recovery
from ops.chaos.drive import Outcome
from ops.chaos.recovery import Recovery, Spread
from ops.chaos.steady import Steady
from ops.ledger import writes
from ops.ledger.check import PASS
from ops.report import circumstances, page

HEAD = (
    "",
    "fault",
    "times",
    "ready p50/p95/max s",
    "errors until s",
    "failed",
    "by kind",
    "p95 added ms",
    "over budget",
)
PARTS = ("fault", "part", "of", "p50 s", "p95 s", "max s")
RAW = ("result.json", "requests.csv", "watch.csv", "journal-*.jsonl")
SHOWN = 50  # findings on the page; all of them are in result.json


def rows(recoveries: Sequence[Recovery]) -> list[list[str]]:
    """A row for each fault; seconds count from the end of the fault, or from its beginning where it strikes once."""
    return [_row(name, several) for name, several in recovery.by_fault(recoveries).items()]


def _row(name: str, several: Sequence[Recovery]) -> list[str]:
    ready = Spread.of([math.inf if each.ready is None else each.ready for each in several])
    over = [reason for each in several for reason in each.over]
    kinds: dict[str, int] = {}
    for each in several:
        for kind, count in each.impact.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + count
    requests = sum(each.impact.requests for each in several)
    return [
        "NO" if over else "yes",
        name,
        str(len(several)),
        f"{ready.p50:.1f}/{ready.p95:.1f}/{ready.most:.1f}",
        f"{max(each.errors for each in several):.1f}",
        f"{sum(each.impact.failed for each in several)} of {requests}",
        ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "-",
        _number(max((each.impact.added_ms for each in several), key=lambda ms: -math.inf if math.isnan(ms) else ms)),
        "; ".join(over) or "-",
    ]


def parts(recoveries: Sequence[Recovery]) -> list[list[str]]:
    """A row for each part of the healings of each fault that was watched; seconds from the moment it struck."""
    times = {fault: len(several) for fault, several in recovery.by_fault(recoveries).items()}
    return [
        [fault, part, str(times[fault]), *(_seconds(each) for each in (spread.p50, spread.p95, spread.most))]
        for fault, told in recovery.spreads(recoveries).items()
        for part, spread in told.items()
    ]


def _seconds(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "not seen"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:+.0f}"


def facts(outcome: Outcome, about: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is needed to judge or repeat the run."""
    rate = writes.rate(outcome.writes)
    looks = {"before": outcome.before, "after": outcome.after}
    return [
        *about.items(),
        ("acknowledged writes a second", f"{rate:.0f}, each journalled with fsync"),
        *((f"steady state {name}", _state(state)) for name, state in looks.items()),
    ]


def _state(state: Steady) -> str:
    return f"{state.failed} of {state.requests} failed, p95 {state.p95_ms:.0f} ms"


def as_json(outcome: Outcome, about: Mapping[str, str]) -> str:
    """Everything but the samples, which have files of their own. What is no number is null."""
    told = {
        "about": dict(about),
        "verdict": asdict(outcome.verdict),
        "advice": list(outcome.advice),
        "ledger": dict(outcome.ledger.rows()),
        "final_reads": dict(outcome.ledger.reads),
        "findings": [asdict(finding) for finding in outcome.ledger.findings],
        "steady": {"before": asdict(outcome.before), "after": asdict(outcome.after)},
        "alerts": None if outcome.alerts is None else [asdict(each) for each in outcome.alerts],
        "recoveries": [asdict(each) for each in outcome.recoveries],
        "parts": {
            fault: {part: asdict(spread) for part, spread in told.items()}
            for fault, told in recovery.spreads(outcome.recoveries).items()
        },
    }
    return json.dumps(_finite(told), indent=1, allow_nan=False)


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_html(outcome: Outcome, about: Mapping[str, str], raw: Sequence[str]) -> str:
    """The page; plots are inlined, nothing is fetched."""
    word = outcome.verdict.word
    style = "yes" if word == PASS else "no"
    reasons = [*outcome.verdict.why, *(f"advice: {text}" for text in outcome.advice)]
    why = "".join(f"<li>{html.escape(reason)}</li>" for reason in reasons)
    began = min([probe.due for probe in outcome.probes], default=0.0)
    drawn = plots.timelines(outcome, began)
    faults = [(row[0] == "yes", [html.escape(cell) for cell in row]) for row in rows(outcome.recoveries)]
    return page.page(
        f"chaos on {about['target']}: {word}",
        f"<p class={style}>verdict: {word}</p><ul>{why}</ul>",
        page.facts(facts(outcome, about)),
        *(page.figure(plot) for plot in drawn),
        "<h2>Recovery</h2>",
        page.marked_table(HEAD, faults),
        _parts(outcome),
        "<h2>Injected</h2>",
        _injured(outcome, began),
        "<h2>Alerts</h2>",
        _alerts(outcome, began),
        "<h2>Ledger</h2>",
        _ledger(outcome),
        f"<p class=raw>raw: {', '.join(page.link(name) for name in raw)}</p>",
    )


def _parts(outcome: Outcome) -> str:
    lines = [(True, ["", *map(html.escape, row)]) for row in parts(outcome.recoveries)]
    return "<h2>Parts of a healing</h2>" + page.marked_table(("", *PARTS), lines) if lines else ""


def _injured(outcome: Outcome, began: float) -> str:
    head = ("", "fault", "victim", "at s", "first failed s", "last failed s", "parts")
    lines = []
    for each in outcome.recoveries:
        at, impact = each.injury.began, each.impact
        failed = [f"{time - at:.2f}" if time else "-" for time in (impact.first_failed, impact.last_failed)]
        parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in each.injury.parts.items()) or "-"
        cells = [each.injury.fault, each.injury.victim, f"{at - began:.1f}", *failed, parts]
        lines.append((not each.over, ["NO" if each.over else "yes", *map(html.escape, cells)]))
    return page.marked_table(head, lines)


def _alerts(outcome: Outcome, began: float) -> str:
    if outcome.alerts is None:
        return "<p>Nobody was there to raise any: Prometheus does not watch this target.</p>"
    lines = []
    for each in outcome.alerts:
        cleared = "still firing" if each.cleared is None else f"{each.cleared - began:.0f}"
        lines.append((each.cleared is not None, ["", html.escape(each.name), f"{each.fired - began:.0f}", cleared]))
    return page.marked_table(("", "alert", "fired at s", "cleared at s"), lines) if lines else "<p>None fired.</p>"


def _ledger(outcome: Outcome) -> str:
    ledger = outcome.ledger
    lines = [(True, ["", name, str(count)]) for name, count in ledger.rows()]
    for reader, count in ledger.reads.items():
        lines.append((count is not None, ["", f"notes read by {reader}", "failed" if count is None else str(count)]))
    found = [
        (False, [finding.kind, html.escape(finding.note), html.escape(finding.what), ", ".join(finding.seen_by)])
        for finding in ledger.findings[:SHOWN]
    ]
    account = page.marked_table(("", "writes", "number"), lines)
    return account + (page.marked_table(("", "note", "what", "seen by"), found) if found else "")


def write(folder: Path, outcome: Outcome, about: Mapping[str, str]) -> Path:
    """Write `result.json` and `report.html` into the folder of the raw files; return the latter."""
    (folder / "result.json").write_text(as_json(outcome, about) + "\n")
    raw = [path.name for pattern in RAW for path in sorted(folder.glob(pattern))]
    made = folder / "report.html"
    made.write_text(as_html(outcome, about, raw))
    circumstances.link(folder)
    return made
