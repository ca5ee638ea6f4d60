"""The thin layer: questions, exit codes, the shape of an error, and what `test` leaves out."""

import io
import json
from pathlib import Path

import pytest
from invoke.config import Config
from invoke.context import Context
from invoke.exceptions import Exit
from invoke.program import Program

from ops import run, suite, targets
from ops.commands import stack
from ops.commands.frame import command
from ops.errors import OpsError
from ops.paths import ROOT
from ops.targets.base import Part
from tests.support import results


class FakeTarget:
    """Answers with the parts it was made with and notes what it was told."""

    name = "fake"

    def __init__(self, *parts: Part) -> None:
        self.parts, self.told = list(parts), list[str]()

    def status(self) -> list[Part]:
        return self.parts

    def down(self, *, wipe: bool = False) -> None:
        self.told.append("wipe" if wipe else "down")

    def logs(self, part: str | None = None, *, follow: bool = False) -> None:
        self.told.append(f"logs {part} {follow}")


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakeTarget:
    fake = FakeTarget()
    monkeypatch.setattr(targets, "named", lambda _name: fake)
    return fake


def inv(*words: str) -> int:
    """Run the words as ./inv does; the exit code."""
    try:
        Program().run(["invoke", "--search-root", str(ROOT), *words], exit=True)
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def context() -> Context:
    return Context(Config())


def test_status_exits_with_0_only_when_every_part_is_ready(target: FakeTarget) -> None:
    target.parts = [Part("database", "ready", "-", "now"), Part("notes", "ready", "-", "now")]
    stack.status(context())
    target.parts[1] = Part("notes", "starting", "-", "now")
    with pytest.raises(Exit) as stop:
        stack.status(context())
    assert stop.value.code == 1


def test_status_says_when_the_whole_target_is_down(target: FakeTarget, capsys: pytest.CaptureFixture[str]) -> None:
    target.parts = [Part("database", "down", "-", "")]
    with pytest.raises(Exit):
        stack.status(context())
    assert "target fake is down; ./inv up starts it" in capsys.readouterr().err


def test_down_says_which_target_is_meant_where_none_is_named(
    target: FakeTarget, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(targets, "default", lambda: ("fake", "it is the only one"))
    assert inv("down") == inv("down", "--on", "fake") == 0
    assert len(target.told) == 2
    assert capsys.readouterr().err.count("target fake: it is the only one") == 1


def test_wiping_without_a_terminal_needs_yes(target: FakeTarget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(Exit):
        stack.down(context(), wipe=True)
    assert not target.told
    stack.down(context(), wipe=True, yes=True)
    assert target.told == ["wipe"]


@pytest.mark.parametrize(
    ("answer", "told"), [("", []), ("n", []), ("yes please", []), ("y", ["wipe"]), ("YES", ["wipe"])]
)
def test_wiping_asks_and_the_default_is_no(
    target: FakeTarget, monkeypatch: pytest.MonkeyPatch, answer: str, told: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: answer)
    if told:
        stack.down(context(), wipe=True)
    else:
        with pytest.raises(Exit):
            stack.down(context(), wipe=True)
    assert target.told == told


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["logs"], "logs None False"),
        (["logs", "notes"], "logs notes False"),
        (["logs", "-f", "notes"], "logs notes True"),
        (["logs", "notes", "--follow"], "logs notes True"),
        (["logs", "--part", "notes"], "logs notes False"),
    ],
)
def test_the_part_of_logs_may_be_named_or_left_out(target: FakeTarget, words: list[str], told: str) -> None:
    assert inv(*words) == 0
    assert target.told == [told]


def test_an_unknown_target_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert inv("up", "--on", "moon") == 1
    shown = capsys.readouterr()
    assert "no target 'moon'" in shown.err
    assert "known: compose, embedded, kind" in shown.err
    assert "Traceback" not in shown.err


def test_a_foreseen_failure_has_no_traceback_and_a_bug_keeps_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    @command()
    def foreseen(_context: Context) -> None:
        raise OpsError("'it' failed", "this was seen", "do that")

    @command()
    def bug(_context: Context) -> None:
        raise ZeroDivisionError

    with pytest.raises(Exit) as stop:
        foreseen(context())
    assert stop.value.code == 1
    assert capsys.readouterr().err == "✗ 'it' failed\n  seen: this was seen\n  mend: do that\n"
    with pytest.raises(ZeroDivisionError):
        bug(context())


def test_ctrl_c_ends_with_130() -> None:
    @command()
    def long(_context: Context) -> None:
        raise KeyboardInterrupt

    with pytest.raises(Exit) as stop:
        long(context())
    assert stop.value.code == 130


def test_invokes_dry_option_reaches_run() -> None:
    @command()
    def look(_context: Context) -> None:
        assert run.is_dry()

    look(Context(Config(overrides={"run": {"dry": True}})))
    run.set_dry(False)


def test_test_runs_every_folder_and_names_what_was_left_out() -> None:
    assert {*suite.BESIDE, *suite.AFTER} == {
        path.name for path in (ROOT / "tests").iterdir() if any(path.rglob("test_*.py"))
    }
    assert suite.left_out(unit=False, select=None) == []
    assert suite.left_out(unit=True, select="note") == [
        "left out by --unit: integration, smoke, e2e",
        "left out by -k: all tests that do not match 'note'",
    ]


def test_files_that_share_nothing_run_side_by_side_and_the_others_do_not() -> None:
    beside, after = (suite.pytest_words(folders, select=None, coverage=True) for folders in (suite.BESIDE, suite.AFTER))
    assert beside[:2] == ["tests/unit", "tests/integration"]
    assert "--numprocesses=logical" in beside
    assert after[:3] == ["tests/smoke", "tests/e2e", "-rfEs"]
    assert not any("processes" in word for word in after)
    assert ("--cov-append" in beside, "--cov-append" in after) == (False, True)


def test_one_failed_part_fails_the_proof_and_the_others_still_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(run, "run", lambda words, **_options: run.Result(int(words[1:4] == ["-m", "ruff", "check"])))
    with pytest.raises(OpsError, match="the proof failed") as caught:
        suite.prove(reports=tmp_path)
    assert caught.value.seen == "ruff"
    shown = capsys.readouterr().err
    assert "✗ ruff" in shown
    assert "✓ mypy" in shown
    assert "✓ pytest unit, integration" in shown
    assert "✓ pytest smoke, e2e" in shown


@pytest.mark.parametrize(
    ("codes", "select", "failed"),
    [
        ({"tests/unit": 5, "tests/smoke": 0}, "browser", ""),  # none there is what was asked for
        ({"tests/unit": 0, "tests/smoke": 5}, "overlay", ""),
        ({"tests/unit": 5, "tests/smoke": 1}, "browser", "pytest smoke, e2e"),
        ({"tests/unit": 5, "tests/smoke": 5}, "brwoser", "pytest unit, integration, pytest smoke, e2e"),
        ({"tests/unit": 5, "tests/smoke": 0}, None, "pytest unit, integration"),  # and all were asked for
    ],
)
def test_folders_without_a_selected_test_do_not_fail_the_proof_unless_all_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, codes: dict[str, int], select: str | None, failed: str
) -> None:
    monkeypatch.setattr(run, "run", lambda words, **_: run.Result(max(codes.get(word, 0) for word in words)))
    if failed:
        with pytest.raises(OpsError, match="the proof failed") as caught:
            suite.prove(reports=tmp_path, select=select)
        assert caught.value.seen == failed
    else:
        suite.prove(reports=tmp_path, select=select)


JUNIT = """<?xml version="1.0"?><testsuites><testsuite>
<testcase name="test_a[1]" classname="tests.unit.test_x"/><testcase name="test_a[2]" classname="tests.unit.test_x">
<skipped type="pytest.skip" message="no engine"/></testcase>
<testcase name="test_b" classname="tests.unit.test_x" file="site-packages/other.py"><error message="setup"/></testcase>
</testsuite></testsuites>"""


def test_the_proof_leaves_what_came_of_each_part_and_each_test(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fake(words: list[str], **_options: object) -> run.Result:
        for word in words:
            if word.startswith("--junit-xml="):
                Path(word.partition("=")[2]).write_text(JUNIT)
        return run.Result(0)

    monkeypatch.setattr(run, "run", fake)
    suite.prove(reports=tmp_path, unit=True, select="a or b")
    told = json.loads((tmp_path / "test/latest/result.json").read_text())
    assert told["about"]["command"] == "./inv test --unit -k 'a or b'"
    made = results.proof({}, unit=True, select="a or b")
    assert {part: each["code"] for part, each in told["parts"].items()} == dict.fromkeys(made["parts"], 0)
    assert told["about"].keys() == made["about"].keys()
    assert told["tests"] == {
        "tests/unit/test_x.py::test_a": {"passed": 1, "failed": 0, "skipped": 1, "reasons": {"no engine": 1}},
        "tests/unit/test_x.py::test_b": {"passed": 0, "failed": 1, "skipped": 0, "reasons": {}},
    }


def test_a_proof_that_pytest_did_not_end_has_no_tests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "run", lambda *_words, **_options: run.Result(0))
    suite.prove(reports=tmp_path)
    assert json.loads((tmp_path / "test/latest/result.json").read_text())["tests"] == {}
