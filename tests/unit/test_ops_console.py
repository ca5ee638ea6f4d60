"""Status on stderr, data on stdout; plain text through a pipe."""

import io

import pytest

from ops import console
from ops.errors import OpsError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_status_goes_to_stderr_and_data_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("status", "red")
    console.data("data")
    assert capsys.readouterr() == ("data\n", "status\n")


def test_a_terminal_gets_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert console.styled("text", "red", Terminal()) == "\x1b[31mtext\x1b[0m"


def test_no_color_holds_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert console.styled("text", "red", Terminal()) == "text"


def test_a_step_that_works_gets_a_tick_its_note_and_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    with console.step("database folder") as step:
        step.note = "made"
    assert capsys.readouterr().err == "✓ database folder: made (0.0 s)\n"


def test_a_step_that_fails_gets_a_cross_and_lets_the_error_through(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OpsError), console.step("database folder"):
        raise OpsError("what", "seen", "mend")
    assert capsys.readouterr().err == "✗ database folder (0.0 s)\n"


def test_a_table_is_aligned_and_has_no_trailing_blanks(capsys: pytest.CaptureFixture[str]) -> None:
    console.table(("part", "state"), [("database", "ready"), ("notes", "")])
    assert capsys.readouterr().out == "part      state\ndatabase  ready\nnotes\n"


def test_an_error_shows_what_was_seen_and_what_mends_it() -> None:
    shown = str(OpsError("'it' failed", "exit code 1\nlast line", "turn it off\nand on"))
    assert shown.splitlines() == [
        "'it' failed",
        "  seen: exit code 1",
        "        last line",
        "  mend: turn it off",
        "        and on",
    ]
