"""Settings come from the environment, then .env, then the defaults."""

import re
from pathlib import Path

import pytest

from ops import settings
from ops.errors import OpsError
from ops.paths import ROOT


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / ".env"
    path.write_text(text)
    return path


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "NOTES_PORT=9000\nHELLO_PORT=9001\n")
    found = settings.load(path, {"NOTES_PORT": "9500", "PATH": "/bin", "NOTES_STATE": "/elsewhere"})
    assert found == {"NOTES_PORT": "9500", "HELLO_PORT": "9001"}


def test_without_a_file_there_is_only_the_environment(tmp_path: Path) -> None:
    assert settings.load(tmp_path / ".env", {}) == {}


def test_comments_quotes_and_export_are_understood(tmp_path: Path) -> None:
    text = (
        "# a comment\n\nexport NOTES_MAIL='smtp://a b@host:25'\nNOTES_MAIL_FROM = \"me@example.org\"\nNOTES_FAULTS=\n"
    )
    assert settings.parse(written(tmp_path, text)) == {
        "NOTES_MAIL": "smtp://a b@host:25",
        "NOTES_MAIL_FROM": "me@example.org",
        "NOTES_FAULTS": "",
    }


@pytest.mark.parametrize("line", ["NOTES_PROT=9000", "just words", "NOTES_STATE=/x"])
def test_a_line_that_is_no_setting_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(OpsError, match="line 2 is no setting"):
        settings.parse(written(tmp_path, f"NOTES_PORT=9000\n{line}\n"))


@pytest.mark.parametrize("value", ["0", "65536", "-1", "eight", "80.5"])
def test_a_port_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(OpsError, match="'HELLO_PORT' is no port"):
        settings.fixed_ports({"HELLO_PORT": value})


def test_only_ports_that_somebody_set_are_fixed() -> None:
    assert settings.fixed_ports({"JOBS_PORT": "9002", "AUTH_PORT": ""}) == {"jobs": 9002}


def test_the_example_file_names_every_setting_with_its_default() -> None:
    rows = re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert dict(rows) == {name: setting.default for name, setting in settings.KNOWN.items()}


def test_the_example_file_itself_sets_nothing() -> None:
    assert settings.parse(ROOT / ".env.example") == {}
