"""`loadtest` without an autoscaler: the whole way from load to report, a failing server, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from loadtest.shapes import SHAPES, Phase
from ops.hpa import loadtest as loadtest_
from ops.hpa.trial import Site
from ops.paths import ROOT
from tests.support.counting import counting

BLINK = (Phase("rest", 1, 1), Phase("step", 2, 4), Phase("back", 1, 1))
PROGRAM = """
import sys
from pathlib import Path
from loadtest.shapes import SHAPES, Phase
from ops.hpa.loadtest import loadtest
from ops.hpa.trial import Site

SHAPES["long"] = (Phase("rest", 60, 1),)
sys.exit(loadtest(Site(sys.argv[1]), "long", 20.0, "./inv loadtest", Path(sys.argv[2])))
"""


def result(reports: Path) -> dict[str, object]:
    """verdict.json of the last run."""
    found: dict[str, object] = json.loads((reports / "loadtest/latest/verdict.json").read_text())
    return found


def test_a_target_without_an_autoscaler_is_judged_by_its_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(SHAPES, "blink", BLINK)
    with counting() as server:
        code = loadtest_.loadtest(Site(server.url), "blink", 10.0, "./inv loadtest", tmp_path)
    told = capsys.readouterr()
    found = result(tmp_path)
    if found["result"] == "unknown":
        pytest.skip(f"this machine is too busy to judge anything: {found['why']}")
    assert code == 0, told.err
    assert found["notes"] == ["This target has no autoscaler: only the answers are judged."]
    assert [finding["name"] for finding in found["findings"]] == ["failed requests"]  # type: ignore[attr-defined]
    assert "10.0 requests/s at rest: as asked for" in told.err
    assert "verdict: pass" in told.err
    left = {path.name for path in (tmp_path / "loadtest/latest/").iterdir()}
    assert {"report.html", "timeline.svg", "timeline.png", "verdict.json", "requests.csv", "plan.json"} <= left
    assert "cluster.csv" not in left


def test_a_server_that_fails_is_red(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHAPES, "blink", BLINK)
    with counting(lambda number: "500" if number > 50 else "") as server:
        code = loadtest_.loadtest(Site(server.url), "blink", 10.0, "./inv loadtest", tmp_path)
    assert code == 1
    (finding,) = result(tmp_path)["findings"]  # type: ignore[misc]
    assert not finding["ok"]  # type: ignore[index]
    assert finding["seen"] == "49 of 100: 49 x 500"  # type: ignore[index]


def test_ctrl_c_ends_with_a_report_of_what_was_measured(tmp_path: Path) -> None:
    with counting() as server:
        words = [sys.executable, "-c", PROGRAM, server.url, str(tmp_path)]
        process = subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
        try:
            _until(lambda: len(server.numbers) > 20, 60)
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of its programs at once
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, told
    found = result(tmp_path)
    assert found["result"] == "interrupted"
    assert found["numbers"]["all"]["requests"] > 20  # type: ignore[index]
    assert "verdict: interrupted" in told
    assert "Traceback" not in told


def _until(condition: object, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)
