"""The settings file that supervisord gets, read back with supervisord's own parser."""

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from ops.errors import OpsError
from ops.programs import Folders, Program, render


def understood(tmp_path: Path, *programs: Program) -> dict[str, Any]:
    """What supervisord makes of the file, by program."""
    from supervisor.options import ServerOptions

    folders = Folders(tmp_path)
    folders.logs.mkdir()
    folders.run.mkdir()
    config = tmp_path / "supervisord.conf"
    config.write_text(render(programs, folders, tmp_path / "socket"))
    options = ServerOptions()
    options.realize(["-c", str(config)])
    return {group.name: group.process_configs[0] for group in options.process_group_configs}


@pytest.fixture
def odd_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "half of 'it', ümlaut; x#=(1)"
    folder.mkdir()
    return folder


def test_words_and_values_arrive_as_they_are(odd_folder: Path) -> None:
    words = ["/bin/echo", "two words", "100%", "it's"]
    values = {"NOTES_RUNTIME_DIR": str(odd_folder), "NOTES_EMPTY": "", "NOTES_HALF": "50% of", "NOTES_LIST": "a,b=c"}
    config = understood(odd_folder, Program("notes", words, values))["notes"]
    assert shlex.split(config.command) == words
    assert {name: config.environment[name] for name in values} == values


def test_a_part_is_labelled_with_its_name_and_its_target(tmp_path: Path) -> None:
    config = understood(tmp_path, Program("notes", ["/bin/true"]))["notes"]
    assert config.environment["NOTES_PART"] == f"notes@{tmp_path}"


def test_a_part_comes_back_and_is_not_given_up_soon(tmp_path: Path) -> None:
    from supervisor.datatypes import RestartUnconditionally

    config = understood(tmp_path, Program("notes", ["/bin/true"]))["notes"]
    assert config.autorestart is RestartUnconditionally
    assert config.startretries >= 20
    assert not config.autostart


def test_postgresql_is_asked_to_stop_fast(tmp_path: Path) -> None:
    import signal

    config = understood(tmp_path, Program("database", ["/bin/true"], stop_signal="INT", priority=1))["database"]
    assert config.stopsignal == signal.SIGINT
    assert config.priority == 1


@pytest.mark.parametrize("value", ['a"b', "a\nb", "a ;b", "a #b"])
def test_what_the_file_cannot_express_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(OpsError, match="supervisord cannot be told this"):
        render([Program("notes", ["/bin/true"], {"NOTES_MAIL_FROM": value})], Folders(tmp_path), tmp_path / "socket")


def test_a_folder_with_a_percent_sign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="supervisord cannot be told this"):
        render([], Folders(tmp_path / "50%"), tmp_path / "socket")


def test_root_is_told_to_stay_root_only_when_it_is_root(tmp_path: Path) -> None:
    text = render([], Folders(tmp_path), tmp_path / "socket")
    assert ("user=root" in text) == (os.geteuid() == 0)
