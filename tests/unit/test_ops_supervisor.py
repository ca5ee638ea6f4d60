"""Where supervisord's socket lies, and who may reach it."""

import os
import sys
from pathlib import Path

import pytest

from ops import run
from ops.errors import OpsError
from ops.programs import Folders
from ops.supervisor import SOCKET_PATH_BYTES, Supervisor, private_folder, socket_path


def test_a_short_path_is_used_as_it_is() -> None:
    assert socket_path(Path("/srv/notes/.state/run/s.sock")) == Path("/srv/notes/.state/run/s.sock")


def test_a_path_too_long_for_a_socket_moves_to_the_temporary_folder_and_stays_its_own() -> None:
    long = Path("/srv") / ("ü" * 60) / "s.sock"
    other = Path("/srv") / ("ä" * 60) / "s.sock"
    assert len(os.fsencode(socket_path(long))) <= SOCKET_PATH_BYTES
    assert socket_path(long) == socket_path(long) != socket_path(other)
    assert str(os.geteuid()) in socket_path(long).parent.name


def test_the_sockets_folder_is_ours_alone(tmp_path: Path) -> None:
    private_folder(tmp_path / "mine")
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs").chmod(0o755)
    with pytest.raises(OpsError, match="is not ours alone"):
        private_folder(tmp_path / "theirs")


def test_a_link_that_somebody_put_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(OpsError, match="is not ours alone"):
        private_folder(tmp_path / "link")


def test_without_a_supervisord_there_are_no_states_and_no_processes(tmp_path: Path) -> None:
    supervisor = Supervisor(Folders(tmp_path))
    assert supervisor.states() is None
    assert supervisor.processes() == {}
    assert supervisor.end_processes() == 0


def test_processes_are_known_by_their_label_and_those_of_others_are_left_alone(tmp_path: Path) -> None:
    ours, others = (Supervisor(Folders(tmp_path / name)) for name in ("ours", "ours-too"))
    started = [
        run.spawn(
            [sys.executable, "-c", "import signal; signal.pause()"],
            log=tmp_path / "log",
            env={"NOTES_PART": each.folders.label("notes")},
        )
        for each in (ours, others)
    ]
    try:
        assert list(ours.processes().values()) == ["notes"]
        assert ours.end_processes() == 1
        assert started[0].poll() is not None
        assert started[1].poll() is None
    finally:
        for process in started:
            process.kill()
            process.wait()
