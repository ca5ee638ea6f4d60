"""One function runs programs: what it shows, what it hands on, and how it fails."""

import sys
from pathlib import Path

import pytest

from ops import run
from ops.errors import OpsError

PRINT_ENV = "import os, json; print(json.dumps(dict(os.environ)))"


@pytest.fixture
def dry() -> object:
    run.set_dry(True)
    yield
    run.set_dry(False)


def test_a_command_is_shown_so_that_it_can_be_pasted(capsys: pytest.CaptureFixture[str]) -> None:
    run.run([sys.executable, "-c", "print('two words')"], env={"NAME": "a b"}, mend="-")
    shown = capsys.readouterr()
    assert shown.err == f"$ NAME='a b' {sys.executable} -c 'print('\"'\"'two words'\"'\"')'\n"
    assert shown.out == ""


def test_a_question_is_not_shown_and_its_answer_is_returned(capsys: pytest.CaptureFixture[str]) -> None:
    done = run.run([sys.executable, "-c", "print('yes')"], question=True, mend="-")
    assert (done.code, done.out) == (0, "yes\n")
    assert capsys.readouterr().err == ""


def test_a_dry_run_shows_and_does_not_run(dry: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: ARG001
    done = run.run(["touch", tmp_path / "made"], mend="-")
    assert done.code == 0
    assert not (tmp_path / "made").exists()
    assert str(tmp_path / "made") in capsys.readouterr().err


def test_a_dry_run_still_asks_questions(dry: None) -> None:  # noqa: ARG001
    assert run.run([sys.executable, "-c", "print(1)"], question=True, mend="-").out == "1\n"


def test_a_failure_tells_the_last_lines_and_the_mend() -> None:
    script = "import sys; [print(n, file=sys.stderr) for n in range(40)]; sys.exit(3)"
    with pytest.raises(OpsError) as caught:
        run.run([sys.executable, "-c", script], mend="turn it off and on")
    assert caught.value.seen.startswith("exit code 3\n")
    assert caught.value.seen.endswith("\n38\n39")
    assert len(caught.value.seen.splitlines()) == 1 + run.LAST_LINES
    assert caught.value.mend == "turn it off and on"


def test_a_failure_may_be_the_callers_to_judge() -> None:
    assert run.run([sys.executable, "-c", "raise SystemExit(4)"], check=False, mend="-").code == 4


def test_a_missing_program_is_named_with_its_mend() -> None:
    with pytest.raises(OpsError, match="'no-such-program' cannot be run") as caught:
        run.run(["no-such-program"], mend="apt-get install it")
    assert caught.value.mend == "apt-get install it"


def test_a_program_that_is_too_slow_is_ended() -> None:
    with pytest.raises(OpsError, match="did not finish"):
        run.run([sys.executable, "-c", "import time; time.sleep(30)"], timeout=0.2, mend="-")


def test_exported_settings_do_not_reach_a_program_unless_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES_FAULTS", "1")
    monkeypatch.setenv("HARMLESS", "kept")
    seen = run.environment({"NOTES_MAIL": "log"})
    assert "NOTES_FAULTS" not in seen
    assert (seen["NOTES_MAIL"], seen["HARMLESS"]) == ("log", "kept")


def test_a_program_gets_its_standard_input_and_no_terminal() -> None:
    read = "import sys; print(repr(sys.stdin.read()))"
    assert run.run([sys.executable, "-c", read], text="hello", question=True, mend="-").out == "'hello'\n"
    assert run.run([sys.executable, "-c", read], question=True, mend="-").out == "''\n"


def test_a_spawned_program_writes_to_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\n")
    assert run.spawn([sys.executable, "-c", "print('after')"], log=log).wait(10) == 0
    assert log.read_text() == "before\nafter\n"
