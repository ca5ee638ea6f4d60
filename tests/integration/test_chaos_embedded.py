"""Faults on the embedded target: injected, undone, without a trace, whatever became of the tool in between."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.chaos import injuring, recovery, runner, undo
from ops.chaos import site as sites
from ops.chaos.drive import Options
from ops.chaos.fault import Fault
from ops.chaos.runner import Asked
from ops.chaos.site import Site
from ops.errors import OpsError
from ops.ledger.check import LOST
from ops.targets.embedded import Embedded
from ops.targets.ready import until_ready

ROOT = Path(__file__).parents[2]
BACK_SECONDS = 60.0
NAMES = [name for name in recovery.budgets("embedded") if name != "two-at-once"]
LASTING = ["worker-frozen", "app-frozen", "database-frozen", "database-stopped", "cpu-pressure", "memory-pressure"]
LASTING += ["latency-added"]
pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chaos") / "state"


@pytest.fixture(scope="module")
def target(state: Path) -> Iterator[Embedded]:
    embedded = Embedded(state, env={"NOTES_FAULTS": "1"}, ports="free")
    try:
        embedded.up()
        yield embedded
    finally:
        embedded.down(wipe=True)


@pytest.fixture
def site(target: Embedded, state: Path) -> Site:
    found = sites.site(target, state)
    until_ready(found.target, BACK_SECONDS)
    return found


def in_another_process(state: Path, name: str, *, until: str) -> int:
    """Plan, remember and inject that fault in a process that is then killed: before the fault, or in its middle."""
    code = f"""
import os, random, signal
from pathlib import Path
from ops.chaos import site, undo
from ops.targets.embedded import Embedded
place = site.site(Embedded(Path({str(state)!r}), env={{"NOTES_FAULTS": "1"}}, ports="free"), Path({str(state)!r}))
fault = place.faults[{name!r}]
one = undo.remember(place.folder, fault.name, fault.plan(random.Random(1)))
if {until!r} == "injected":
    fault.inject(one.record)
os.kill(os.getpid(), signal.SIGKILL)
"""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False, timeout=60
    ).returncode


def traces(site: Site, fault: Fault, record: dict[str, Any]) -> list[str]:
    return [*fault.traces(record), *(f"record {one.path.name}" for one in undo.left(site.folder))]


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_leaves_no_trace(site: Site, name: str) -> None:
    fault = site.faults[name]
    assert fault.missing() == ""
    record = json.loads(json.dumps(fault.plan(random.Random(1))))
    assert not fault.traces(record) or not fault.lasts
    injury = injuring.injure(site, fault, random.Random(1), 0.3)
    assert injury.healed is not None
    assert undo.left(site.folder) == []
    until_ready(site.target, BACK_SECONDS)


@pytest.mark.parametrize("name", LASTING)
def test_what_a_killed_tool_left_is_undone_by_the_next_run(
    site: Site, state: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert in_another_process(state, name, until="injected") == -signal.SIGKILL
    (one,) = undo.left(site.folder)
    fault = site.faults[name]
    assert fault.traces(one.record), "the fault must be there, or there is nothing to undo"
    runner.undo_only(site.target, state=state)
    assert traces(site, fault, one.record) == []
    assert f"undo '{name}', left behind" in capsys.readouterr().err
    fault.undo(one.record)  # again: nothing changes
    assert fault.traces(one.record) == []
    runner.undo_only(site.target, state=state)
    assert "nothing to undo" in capsys.readouterr().err


def test_a_tool_killed_before_the_fault_left_nothing_to_undo_but_its_record(site: Site, state: Path) -> None:
    assert in_another_process(state, "app-frozen", until="planned") == -signal.SIGKILL
    runner.undo_only(site.target, state=state)
    assert undo.left(site.folder) == []
    until_ready(site.target, BACK_SECONDS)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_interrupted_undoes_its_fault(site: Site, state: Path, how: signal.Signals) -> None:
    code = f"""
from pathlib import Path
from ops.chaos import runner
from ops.targets.embedded import Embedded
state = Path({str(state)!r})
asked = runner.Asked("database-frozen", seconds=20, seed=1)
runner.chaos(Embedded(state, env={{"NOTES_FAULTS": "1"}}, ports="free"), asked, state=state, reports=state / "reports")
"""
    tool = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        deadline = time.monotonic() + BACK_SECONDS
        while not (left := undo.left(site.folder)) or not site.faults["database-frozen"].traces(left[0].record):
            assert tool.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        os.kill(tool.pid, how)
        assert tool.wait(BACK_SECONDS) not in (0, -signal.SIGKILL)
    finally:
        tool.kill()
        tool.wait()
    assert undo.left(site.folder) == []
    assert list(site.folder.glob("*.plan")) == []
    until_ready(site.target, BACK_SECONDS)


def test_a_sick_target_is_refused_before_the_first_fault(site: Site, state: Path, tmp_path: Path) -> None:
    fault = site.faults["database-stopped"]
    record = fault.plan(random.Random(1))
    fault.inject(record)
    try:
        with pytest.raises(OpsError, match="is not well"):
            runner.chaos(site.target, Asked("worker-killed"), state=state, reports=tmp_path)
    finally:
        fault.undo(record)
    assert not list(tmp_path.rglob("journal-*"))


def test_the_same_seed_picks_the_same_victims(site: Site) -> None:
    for fault in site.faults.values():
        first, again = (fault.plan(random.Random("7/0")) for _ in range(2))
        assert {**first, "token": ""} == {**again, "token": ""} or fault.name == "two-at-once"


def test_a_whole_run_ends_green_and_leaves_nothing_but_its_report(
    site: Site, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = """SELECT count(*) FROM "user" WHERE email_key LIKE '%chaos-%'"""
    before = site.target.query("notes", count)  # of the runs above that were cut off
    asked = Asked("worker-killed,database-killed,database-crashed,connections-cut", seed=1, seconds=1)
    assert runner.chaos(site.target, asked, state=state, reports=state / "reports") == 0
    said = capsys.readouterr().out
    assert "verdict: pass" in said
    assert "seed 1," in said
    folder = (state / "reports" / "chaos" / "latest").resolve()
    assert {"report.html", "result.json", "requests.csv"} <= {path.name for path in folder.iterdir()}
    told = json.loads((folder / "result.json").read_text())
    assert told["ledger"][LOST] == 0
    assert told["ledger"]["acknowledged"] > 50
    assert site.target.query("notes", count) == before
    assert list(site.folder.glob("*.json")) == list(site.folder.glob("*.plan")) == []


def test_options_that_make_no_sense_are_refused(site: Site, state: Path) -> None:
    for asked in (Asked(seconds=60), Asked(count=0), Asked("no-such"), Asked("network-cut")):
        with pytest.raises(OpsError):
            runner.chaos(site.target, asked, state=state, reports=state / "reports")


def test_options_hold_what_was_asked(site: Site) -> None:
    assert [fault.name for fault in site.chosen("app-killed, worker-killed")] == ["app-killed", "worker-killed"]
    assert Options(site.chosen(""), 1).count == 1
