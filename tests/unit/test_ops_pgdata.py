"""A data folder that cannot be used is told from one that can, before any server is started on it."""

import os
from pathlib import Path

import pytest

from ops import files, pgdata, versions
from ops.errors import OpsError
from ops.postgres import Cluster


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """What a finished data folder looks like from outside."""
    folder = tmp_path / "data"
    (folder / "base" / "5").mkdir(parents=True)
    folder.chmod(0o700)
    (folder / "PG_VERSION").write_text(f"{versions.POSTGRES}\n")
    user = pgdata.server_user()
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def test_a_whole_folder_passes(data: Path) -> None:
    pgdata.check(data)


def test_a_folder_of_another_version_is_refused_with_both_numbers(data: Path) -> None:
    (data / "PG_VERSION").write_text("16\n")
    with pytest.raises(OpsError, match="of another PostgreSQL") as caught:
        pgdata.check(data)
    assert caught.value.seen == f"made by version 16, this one is {versions.POSTGRES}"


def test_a_folder_without_its_version_is_damaged(data: Path) -> None:
    (data / "PG_VERSION").unlink()
    with pytest.raises(OpsError, match="is damaged"):
        pgdata.check(data)


def test_a_folder_that_others_may_enter_is_refused_with_its_mend(data: Path) -> None:
    data.chmod(0o755)
    with pytest.raises(OpsError, match="others may enter") as caught:
        pgdata.check(data)
    assert caught.value.mend == f"chmod 700 '{data}'"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(data: Path) -> None:
    os.chown(data, 12_345, 12_345)
    with pytest.raises(OpsError, match="belongs to another user") as caught:
        pgdata.check(data)
    assert "12345" in caught.value.seen


def test_databases_of_users_are_told_from_those_of_initdb(data: Path) -> None:
    assert not pgdata.holds_databases(data)
    (data / "base" / "16384").mkdir()
    assert pgdata.holds_databases(data)


def test_too_little_space_is_said_before_anything_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "free_mib", lambda _folder: 17)
    with pytest.raises(OpsError, match="too little space") as caught:
        pgdata.create(tmp_path / "data", "postgres", tmp_path / "password", "notes", "secret")
    assert "17 MiB free" in caught.value.seen
    assert not (tmp_path / "data").exists()


def test_a_half_made_folder_with_databases_is_never_removed(data: Path) -> None:
    (data / "base" / "16384").mkdir()
    with pytest.raises(OpsError, match="looks half-made, but holds databases"):
        Cluster(data.parent).create()
    assert (data / "base" / "16384").is_dir()


def test_without_setpriv_root_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(OpsError, match="'setpriv'") as caught:
        pgdata.as_server_user()
    assert "util-linux" in caught.value.mend


def test_an_ordinary_user_runs_the_server_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert pgdata.as_server_user() == []


@pytest.mark.parametrize("text", ["", "not a number\n", "999999999\n", pytest.param(f"{os.getpid()}\n", id="ours")])
def test_a_pid_file_of_no_server_of_ours_is_stale(data: Path, text: str) -> None:
    (data / "postmaster.pid").write_text(text)
    cluster = Cluster(data.parent)
    assert cluster.postmaster() is None
    assert cluster.clear_stale_pid()
    assert not (data / "postmaster.pid").exists()
    assert not cluster.clear_stale_pid()
