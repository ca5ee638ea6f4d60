"""Files that a run leaves for the next are whole, private, and not touched by a dry run."""

import os
from pathlib import Path

import pytest

from ops import files, fingerprint, run
from ops.errors import OpsError


@pytest.fixture
def dry() -> object:
    run.set_dry(True)
    yield
    run.set_dry(False)


def test_a_file_is_for_its_owner_only_and_says_whether_it_is_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert files.write(path, "one")
    assert not files.write(path, "one")
    assert files.write(path, "two")
    assert path.read_text() == "two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_file_that_cannot_be_written_leaves_the_old_one_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    files.write(path, "old")
    (tmp_path / ".file.part").symlink_to("/dev/full")
    with pytest.raises(OpsError, match="cannot write") as caught:
        files.write(path, "new")
    assert "No space left" in caught.value.seen
    assert path.read_text() == "old"


def test_secrets_are_long_and_never_the_same(tmp_path: Path) -> None:
    first, second = files.secret(tmp_path / "a"), files.secret(tmp_path / "b")
    assert len(first) >= 43
    assert first != second
    assert files.secret(tmp_path / "a") == first


@pytest.mark.usefixtures("dry")
def test_a_dry_run_writes_makes_and_removes_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    files.make_folder(tmp_path / "new")
    files.write(tmp_path / "file", "text")
    files.remove_folder(kept)
    assert list(tmp_path.iterdir()) == [kept]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_we_may_not_write_in_is_named_with_its_mend(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OpsError, match="cannot write in") as caught:
        files.make_folder(tmp_path / "state")
    assert "chown" in caught.value.mend


def test_a_file_in_place_of_a_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(OpsError, match="cannot write in"):
        files.make_folder(tmp_path / "state")


def test_a_lock_is_held_once_and_goes_with_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with (
        files.locked(lock, "wait"),
        pytest.raises(OpsError, match="another command is changing"),
        files.locked(lock, "wait"),
    ):
        pytest.fail("held twice")
    with files.locked(lock, "wait"):
        pass


def test_the_fingerprint_follows_texts_and_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    (tmp_path / "notes" / "__pycache__").mkdir(parents=True)
    source = tmp_path / "notes" / "models.py"
    source.write_text("one")
    first = fingerprint.of("settings")
    (tmp_path / "notes" / "__pycache__" / "models.pyc").write_bytes(b"compiled")
    assert fingerprint.of("settings") == first
    assert fingerprint.of("other settings") != first
    source.write_text("two")
    assert fingerprint.of("settings") != first
