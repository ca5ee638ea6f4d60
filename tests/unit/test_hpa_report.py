"""The report of a load test: one page, a picture, a verdict for programs; and what is shown of it."""

import json
import re
import struct
from pathlib import Path

import pytest

from loadtest.thresholds import Threshold
from ops.hpa import live, report
from ops.hpa.advice import Advice
from ops.hpa.history import History
from ops.hpa.loadtest import EXIT, show
from ops.hpa.samples import Scale
from ops.hpa.timeline import UP
from ops.hpa.verdict import judge
from ops.load import Live, Summary
from ops.load.summary import numbers
from tests.support.histories import BEGIN, PODS, answers, history, request, scale, scales

WANTED = Threshold(500, 0.001)
ADVICE = [Advice("min = max = 2: <nothing> to choose", "k8s/base/hpa.yaml:8", "set maxReplicas")]


def written(folder: Path, seen: History) -> Path:
    summary = Summary(numbers(seen.requests), phases={"rest": numbers(seen.requests[:100])})
    (folder / "requests.csv").write_text("due\n")
    told = report.Told(judge(seen, WANTED), ADVICE, summary, [("command", "./inv loadtest"), ("rate", "10")], ["a & b"])
    return report.write(folder, seen, WANTED, told)


def test_the_page_is_one_file_that_fetches_nothing_and_can_be_read_in_light_and_dark(tmp_path: Path) -> None:
    page = written(tmp_path, history()).read_text()
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", page))
    assert all(address.startswith("http://www.w3.org/") for address in addresses), addresses
    assert not re.search(r"<(script|link|img|iframe|image)\b", page)
    assert "color-scheme: light dark" in page
    assert not re.search(r'<text[^>]*fill="(black|#000|#000000)"', page)


def test_the_page_tells_findings_advice_instants_and_raw_files(tmp_path: Path) -> None:
    page = written(tmp_path, history(pods=PODS[:2])).read_text()
    assert "loadtest: fail" in page
    assert "no pod was made" in page
    assert "k8s/base/hpa.yaml:8" in page
    assert "&lt;nothing&gt;" in page
    assert "a &amp; b" in page
    assert "href='requests.csv'" in page
    assert "never" in page


def test_the_picture_names_the_instants_and_is_drawn_as_svg_and_png(tmp_path: Path) -> None:
    written(tmp_path, history())
    svg = (tmp_path / report.SVG).read_text()
    assert all(name in svg.replace("&gt;", ">") for name in UP)
    assert "prefers-color-scheme:dark" in svg
    head = (tmp_path / report.PNG).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", head[16:24]) > (1000, 800)


def test_the_picture_of_a_target_without_an_autoscaler_has_no_pods(tmp_path: Path) -> None:
    written(tmp_path, history(scales=[], pods=[], limits=None, requests=[*answers(), request(50, status=503)]))
    svg = (tmp_path / report.SVG).read_text()
    assert "requests/s" in svg
    assert "pods" not in svg


def test_the_verdict_is_a_file_for_programs(tmp_path: Path) -> None:
    written(tmp_path, history())
    verdict = json.loads((tmp_path / report.VERDICT).read_text())
    assert verdict["result"] == "pass"
    assert {finding["name"]: finding["ok"] for finding in verdict["findings"]}["enough"] is True
    assert verdict["instants"]["up"][0] == {"name": "load step", "t": BEGIN + 40, "after": 0.0}
    assert verdict["instants"]["up"][3]["after"] == 25.0
    assert verdict["advice"][0]["where"] == "k8s/base/hpa.yaml:8"
    assert verdict["numbers"]["all"]["requests"] == 2700
    assert verdict["command"] == "./inv loadtest"


def test_only_a_pass_exits_with_0() -> None:
    assert EXIT == {"pass": 0, "fail": 1, "unknown": 1, "interrupted": 130}


def test_the_end_shows_findings_and_advice(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    show(judge(history(scales=scales([(0, 2)]), pods=PODS[:2]), WANTED), ADVICE, tmp_path / "report.html")
    told = capsys.readouterr()
    assert "NO   scaled up in time" in told.out
    assert "look at k8s/base/hpa.yaml:8: min = max = 2" in told.err
    assert "verdict: fail: scaled up in time, right count in one step, enough" in told.err


NOW = Live(t=1, due_rate=40, done_rate=38.4, p95_ms=612, failures={"503": 2}, done=900, failed=3, in_flight=17)


def test_the_live_table_tells_load_and_autoscaler() -> None:
    assert live.cells(62.4, "step", NOW, scale(62, 4, 2, 104, ready=2)) == {
        "second": "62", "phase": "step", "users": "17", "rate": "38/s of 40", "p95": "612 ms", "failed": "3 (503)",
        "desired/ready": "4/2", "CPU": "104 %",
    }  # fmt: skip


def test_what_nobody_knows_is_a_dash_and_what_is_not_there_is_left_out() -> None:
    blind = Scale(0, *[None] * 8, gap="ConnectError")
    assert {"desired/ready": "-", "CPU": "-"}.items() <= live.cells(1, "rest", Live(), blind).items()
    assert "CPU" not in live.cells(1, "rest", Live(), None)


def test_through_a_pipe_it_is_a_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with live.shown() as show:
        for second in range(12):
            show.update(second, "rest", NOW, None)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[1] for line in lines] == ["0", "5", "10"]
    assert "\x1b" not in "".join(lines)
