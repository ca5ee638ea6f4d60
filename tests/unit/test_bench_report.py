"""bench's report: complete, self-contained, and honest about what was not reached."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from ops.bench import charts, noise, report, runner, suite
from ops.bench.client import Client, Reply
from ops.bench.lab import FULL, QUICK, Lab
from ops.bench.noise import Noise
from ops.bench.report import Circumstances, Findings
from ops.bench.sameness import same_bytes, same_notes
from ops.bench.samples import Sample
from ops.bench.suite import FIGURES, KNOWN, LOAD
from ops.bench.verdicts import Verdict
from ops.errors import OpsError

SAMPLES = [
    Sample("read", n * 10_000, n * 10_000, n * 10_000 + 1000 + n, (200, 503)[n % 2], n % 2, 9, "") for n in range(300)
]
ABOUT = Circumstances("./inv bench", "abc123", "2 x <core>", "2026-01-01", evidence=True)


def findings() -> Findings:
    good = Verdict("P1", "read one", ">= 0.6 x", "0.70 x", True, "", 0.7, 0.6, 0.8)
    bad = Verdict("P7", "errors & <more>", "0", "3", False, "3 x 500", 3)
    plots = [
        charts.rounds("P1: capacity", {"floor": [9.0, 8.0], "ours": [5.0, 6.0]}, "requests a second"),
        charts.percentiles("P7: latency", SAMPLES),
        charts.seconds("P7: by second", SAMPLES),
        charts.outcomes("P8: answers", SAMPLES, 3),
        charts.trips("P5: round trips", {"GET /": {1: 2}}, {"GET /": 2}),
    ]
    found = Findings()
    found.add(Findings.of([good], plots, ["P1.pairs.json", "P1-0-ours.csv"]))
    found.add(Findings.of([bad], [], ["P7.csv"]))
    found.noise = {"P1": Noise(3.0, 1.2, 2.0), "P7": Noise(81.4, 9.1, 33.0)}
    return found


def test_the_page_is_one_file_that_fetches_nothing() -> None:
    page = report.as_html(findings(), ABOUT)
    assert page.count("<svg") == 5
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", page))
    assert all(address.startswith("http://www.w3.org/") for address in addresses), addresses
    assert not re.search(r"<(script|link|img|iframe|image)\b", page)


def test_plots_and_page_can_be_read_in_light_and_dark() -> None:
    page = report.as_html(findings(), ABOUT)
    assert "color-scheme: light dark" in page
    assert "currentColor" in page
    assert not re.search(r'<text[^>]*fill="(black|#000|#000000)"', page)


def test_the_page_escapes_what_it_shows_and_names_every_raw_file() -> None:
    page = report.as_html(findings(), ABOUT)
    assert "errors &amp; &lt;more&gt;" in page
    assert "2 x &lt;core&gt;" in page
    assert all(f"href='{name}'" in page for name in ("P1.pairs.json", "P1-0-ours.csv", "P7.csv"))


def test_the_report_tells_how_busy_and_how_unsteady_the_machine_was(tmp_path: Path) -> None:
    report.write(tmp_path, findings(), ABOUT)
    told = "P1 3 % busy, p99 1.2 x, at most 2 x; P7 81 % busy, p99 9.1 x, at most 33 x"
    assert html.escape(told) in (tmp_path / "report.html").read_text()
    noise = json.loads((tmp_path / "result.json").read_text())["noise_before"]
    assert noise["P7"] == {"busy_percent": 81.4, "p99": 9.1, "most": 33.0}


def test_a_machine_that_is_slowed_down_now_and_then_is_seen_by_its_slowest_pieces_of_work() -> None:
    assert noise.of(0.0, [0.2] * 100) == Noise(0.0, 1.0, 1.0)
    assert noise.of(12.34, [0.2] * 97 + [1.8, 1.8, 6.6]) == Noise(12.3, 9.0, 33.0)


def test_a_figure_that_cannot_be_measured_is_not_reached_and_ends_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(*_: Any) -> Findings:
        raise OpsError("'stock' does not start", "no module 'x'", "install it")

    good = Findings.of([Verdict("P2", "list", ">= 2.5 x", "7 x", True, "", 7.0)], [], ["P2.json"])
    monkeypatch.setattr(suite, "FIGURES", {("P1", "P6"): fails, ("P2",): lambda *_: good})
    monkeypatch.setattr(noise, "look", lambda: Noise(0.0, 1.0, 1.0))
    stage: Any = None
    found = suite.measure(Lab(tmp_path, QUICK), stage, ["P1", "P2"])
    assert [(each.figure, each.reached, each.why) for each in found.verdicts] == [
        ("P1", False, "'stock' does not start"),
        ("P2", True, ""),
    ]
    assert "mend: install it" in capsys.readouterr().err


def test_a_quick_run_says_that_it_is_no_evidence() -> None:
    quick = Circumstances("./inv bench --quick", "abc123", "m", "2026-01-01", evidence=False)
    assert "not evidence" in report.as_html(Findings(), quick)
    assert "not evidence" not in report.as_html(Findings(), ABOUT)


def test_the_result_holds_what_somebody_needs_to_repeat_it(tmp_path: Path) -> None:
    report.write(tmp_path, findings(), ABOUT)
    result = json.loads((tmp_path / "result.json").read_text())
    assert {"command", "commit", "machine", "began", "evidence", "figures"} <= set(result)
    assert result["figures"][0] == {
        "figure": "P1", "what": "read one", "reach": ">= 0.6 x", "measured": "0.70 x", "reached": True, "why": "",
        "median": 0.7, "low": 0.6, "high": 0.8, "raw": ["P1.pairs.json", "P1-0-ours.csv"],
    }  # fmt: skip


def test_the_table_names_each_figures_raw_file_and_marks_what_is_not_reached() -> None:
    assert [(row[0], row[1], row[-1]) for row in report.rows(findings().verdicts)] == [
        ("yes", "P1", "P1.pairs.json"),
        ("NO", "P7", "P7.csv"),
    ]


def test_figures_are_chosen_by_name() -> None:
    assert runner.wanted("") == list(KNOWN)
    assert runner.wanted("p1, P3") == ["P1", "P3"]
    with pytest.raises(OpsError, match="no figure 'P12'"):
        runner.wanted("P1,P12")


def test_every_known_figure_is_measured_by_something() -> None:
    assert {name for names in FIGURES for name in names} | set(LOAD) == set(KNOWN)


def test_the_command_in_the_report_repeats_the_run() -> None:
    assert runner.command(list(KNOWN), FULL) == "./inv bench"
    assert runner.command(["P1", "P3"], QUICK) == "./inv bench --only P1,P3 --quick"


def told(monkeypatch: pytest.MonkeyPatch, *bodies: bytes) -> list[Client]:
    """Clients of servers that answer everything with one body each."""
    clients = [Client(port) for port in range(len(bodies))]
    monkeypatch.setattr(Client, "request", lambda client, *_: Reply(200, {}, bodies[client.port]))
    return clients


NOTE = b'{"id": 1, "name": "a", "text": "t"}'


def test_sides_with_the_same_notes_may_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    one, page, last = told(monkeypatch, NOTE, b'{"items": [%s], "next": 2}' % NOTE, b'{"items": [%s]}' % NOTE)
    same_notes({"floor": one, "ours": one}, ["/1"])
    same_notes({"stock": page, "ours": last}, ["/1", "/2"])


def test_sides_with_other_notes_are_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    floor, ours = told(monkeypatch, NOTE, NOTE.replace(b'"a"', b'"b"'))
    with pytest.raises(OpsError, match="do not answer '/1' alike"):
        same_notes({"floor": floor, "ours": ours}, ["/1"])


def test_sides_with_other_bytes_are_not_measured_but_csrf_tokens_may_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    page = b'<input name="csrf_token" value="one"><p>'
    first, second, other = told(monkeypatch, page, page.replace(b"one", b"two"), page + b"x")
    same_bytes({"stock": first, "ours": second}, "/")
    with pytest.raises(OpsError, match="do not answer '/' alike"):
        same_bytes({"stock": other, "ours": second}, "/")
