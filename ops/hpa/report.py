"""The report of a load test: one HTML page, the plot by itself as SVG and PNG, and the verdict as JSON."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loadtest.thresholds import Threshold
from ops.hpa.advice import Advice
from ops.hpa.history import History
from ops.hpa.plot import picture
from ops.hpa.timeline import Instant, Timeline, timeline
from ops.hpa.verdict import Verdict
from ops.load import Summary
from ops.load.summary import Numbers
from ops.report import charts, page

REPORT, VERDICT, SVG, PNG = "report.html", "verdict.json", "timeline.svg", "timeline.png"
LATENCIES = ("p50_ms", "p95_ms", "p99_ms", "max_ms")


@dataclass(frozen=True)
class Told:
    """All that a report tells; `facts` are what somebody needs to repeat it, `notes` what to read it with."""

    verdict: Verdict
    advice: Sequence[Advice]
    summary: Summary
    facts: Sequence[tuple[str, str]]
    notes: Sequence[str] = ()


def write(folder: Path, history: History, wanted: Threshold, told: Told) -> Path:
    """Write report.html, timeline.svg, timeline.png and verdict.json into `folder`; return the first.

    The raw files, which are in the folder already, are linked.
    """
    found = timeline(history, wanted.p95_ms)
    plot = picture(history, found, wanted.p95_ms, f"loadtest: {told.verdict.result}")
    (folder / VERDICT).write_text(as_json(found, told) + "\n")
    (folder / SVG).write_text(charts.svg_file(plot))
    (folder / PNG).write_bytes(charts.png(plot))
    raw = sorted(each.name for each in folder.iterdir() if each.suffix in (".csv", ".json"))
    file = folder / REPORT
    file.write_text(as_html(plot, found, told, raw))
    return file


def as_json(found: Timeline, told: Told) -> str:
    """Return the verdict, its findings, the instants (unix seconds, null for what did not happen), the numbers."""
    verdict = told.verdict
    numbers = {"all": told.summary.all, **told.summary.phases}
    content = {
        **dict(told.facts),
        "result": verdict.result,
        "why": verdict.why,
        "findings": [finding._asdict() for finding in verdict.findings],
        "advice": [advice._asdict() for advice in told.advice],
        "instants": {way: _seconds(instants) for way, instants in found._asdict().items()},
        "numbers": {name: vars(each) for name, each in numbers.items()},
        "generator_limits": told.summary.limits,
        "notes": list(told.notes),
    }
    return json.dumps(content, indent=1)


def _seconds(instants: Sequence[Instant]) -> list[dict[str, object]]:
    begin = next((each.t for each in instants if each.t is not None), 0.0)
    return [
        {"name": each.name, "t": each.t, "after": None if each.t is None else round(each.t - begin, 3)}
        for each in instants
    ]


def as_html(plot: charts.Spec, found: Timeline, told: Told, raw: Sequence[str]) -> str:
    """Return the page; nothing is fetched from elsewhere."""
    verdict = told.verdict
    good = verdict.result == "pass"
    why = f": {verdict.why}" if verdict.why else ""
    findings = [
        (finding.ok, [_mark(finding.ok), *map(html.escape, (finding.name, finding.seen, finding.wanted))])
        for finding in verdict.findings
    ]
    return page.page(
        f"loadtest: {verdict.result}",
        f"<p class={'yes' if good else 'no'}>{html.escape(verdict.result + why)}</p>",
        *(f"<p>{html.escape(note)}</p>" for note in told.notes),
        page.figure(plot),
        page.marked_table(("", "question", "seen", "wanted"), findings),
        _advice(told.advice),
        _instants("Growing", found.up),
        _instants("Shrinking", found.down),
        _numbers({"all": told.summary.all, **told.summary.phases, **told.summary.labels}),
        page.facts(told.facts),
        f"<p class=raw>raw: {', '.join(page.link(name) for name in raw)}</p>",
    )


def _mark(ok: bool) -> str:
    return "yes" if ok else "NO"


def _advice(advice: Sequence[Advice]) -> str:
    rows = [
        (False, [f"<code>{html.escape(a.where)}</code>", html.escape(a.what), html.escape(a.change)]) for a in advice
    ]
    return page.marked_table(("look at", "because", "change"), rows) if rows else ""


def _instants(way: str, instants: Sequence[Instant]) -> str:
    rows = [
        (each["t"] is not None, [str(each["name"]), "never" if each["after"] is None else f"{each['after']:.1f} s"])
        for each in _seconds(instants)
    ]
    return page.marked_table((way, "after the load's step"), rows) if rows else ""


def _numbers(groups: dict[str, Numbers]) -> str:
    head = ("requests", "count", "failed", *(name.removesuffix("_ms") + ", ms" for name in LATENCIES))
    rows = [
        (
            not each.failed,
            [html.escape(name), str(each.requests), str(each.failed)]
            + [f"{getattr(each, latency):.0f}" for latency in LATENCIES],
        )
        for name, each in groups.items()
    ]
    return page.marked_table(head, rows)
