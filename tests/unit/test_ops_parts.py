"""What each part is told, and that no secret is among it."""

from pathlib import Path

import pytest

from ops.parts import DEFAULT_PORTS, Parts
from ops.ports import HOST
from ops.postgres import Cluster
from ops.programs import Folders, render
from ops.settings import APPLICATION, SERVICES

MAIL = "smtp://me:hush-hush@mail.example.org:25"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    cluster = Cluster(tmp_path / "database")
    cluster.folder.mkdir()
    (cluster.folder / "port").write_text("25000")
    return Parts(Folders(tmp_path), cluster, DEFAULT_PORTS, {"NOTES_MAIL": MAIL, "NOTES_WORKERS": "3"})


def test_secrets_are_in_files_of_their_own_and_nowhere_else(parts: Parts, tmp_path: Path) -> None:
    parts.write_secrets()
    environment = parts.environment("notes")
    assert Path(environment["NOTES_MAIL_FILE"]).read_text() == MAIL
    key = Path(environment["NOTES_SECRET_KEY_FILE"])
    assert len(key.read_text()) >= 32
    assert {path.stat().st_mode & 0o777 for path in key.parent.iterdir()} == {0o600}
    everything = render(parts.programs(), parts.folders, tmp_path / "socket")
    assert "hush-hush" not in everything
    assert key.read_text() not in everything


def test_only_those_with_a_database_are_told_of_it(parts: Parts) -> None:
    told = {name for name in SERVICES if "NOTES_DATABASE_URL" in parts.environment(name)}
    assert told == {"notes", "auth"}
    assert parts.environment("auth")["NOTES_DATABASE_URL"] == f"postgresql://notes@{HOST}:25000/auth"


def test_jobs_is_told_where_auth_is(parts: Parts) -> None:
    assert parts.environment("jobs")["NOTES_AUTH_URL"] == "http://127.0.0.1:8003"


def test_settings_reach_the_notes_application_and_defaults_fill_the_rest(parts: Parts) -> None:
    environment = parts.environment("notes")
    assert environment["NOTES_WORKERS"] == "3"
    assert environment["NOTES_CONCURRENCY"] == APPLICATION["NOTES_CONCURRENCY"].default
    assert environment["NOTES_PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert parts.environment("hello")["NOTES_WORKERS"] == "1"


def test_every_part_has_a_port_and_a_folder_of_its_own(parts: Parts) -> None:
    for key in ("NOTES_BIND", "NOTES_METRICS_BIND", "NOTES_RUNTIME_DIR"):
        assert len({parts.environment(name)[key] for name in SERVICES}) == len(SERVICES)


def test_the_secret_key_stays_when_it_is_written_again(parts: Parts) -> None:
    parts.write_secrets()
    key = Path(parts.environment("notes")["NOTES_SECRET_KEY_FILE"])
    before = key.read_text()
    parts.write_secrets()
    assert key.read_text() == before
