"""The embedded PostgreSQL: made, started, killed, and the ways in which it cannot be."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ops import files, pgdata, ports, run
from ops.errors import OpsError
from ops.postgres import Cluster

MakeCluster = Callable[[], Cluster]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "database"
    files.remove_folder(tmp_path / "database")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with Cluster(tmp_path_factory.mktemp("cluster") / "database") as cluster:
        cluster.create_database("notes")
        yield cluster


def value(cluster: Cluster, query: str) -> object:
    with cluster.connect("notes") as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]


def test_it_is_utf_8_with_rules_of_its_own_whatever_the_machine_speaks(server: Cluster) -> None:
    assert value(server, "SHOW server_encoding") == "UTF8"
    query = "SELECT datlocprovider::text || datlocale FROM pg_database WHERE datname = 'notes'"
    assert value(server, query) == "bC.UTF-8"


def test_it_keeps_its_promises_about_commits(server: Cluster) -> None:
    assert [value(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "data_checksums")] == ["on"] * 3


def test_the_only_way_in_is_loopback_with_a_password(server: Cluster) -> None:
    assert value(server, "SHOW listen_addresses") == ports.HOST
    assert value(server, "SHOW unix_socket_directories") == ""
    for wrong in ("", ":wrong"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://notes{wrong}@{ports.HOST}:{server.port}/notes")


def test_the_application_is_no_superuser_but_owns_its_database(server: Cluster) -> None:
    with psycopg.connect(server.url("notes")) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        connection.execute("CREATE TABLE thing (id int)")
        connection.rollback()


def test_passwords_are_in_files_for_their_owner_only_and_in_no_words(server: Cluster) -> None:
    for path in (server.password_file, server.admin_password_file):
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.read_text() not in " ".join(server.command())


def test_a_database_is_made_once(server: Cluster) -> None:
    assert server.create_database("other")
    assert not server.create_database("other")


def test_what_was_committed_survives_a_kill(folder: Path) -> None:
    with Cluster(folder) as cluster:
        cluster.create_database("notes")
        with psycopg.connect(cluster.url("notes"), autocommit=True) as connection:
            connection.execute("CREATE TABLE thing (id int)")
            connection.execute("INSERT INTO thing VALUES (42)")
            cluster.kill()
        cluster.start()
        with psycopg.connect(cluster.url("notes")) as connection:
            assert connection.execute("SELECT id FROM thing").fetchall() == [(42,)]


def test_leaving_stops_the_server_and_removes_the_folder(folder: Path) -> None:
    pids: list[int | None] = []
    with pytest.raises(ZeroDivisionError), Cluster(folder) as cluster:  # noqa: PT012 - the error comes from inside
        pids.append(cluster.postmaster())
        raise ZeroDivisionError
    assert pids[0] is not None
    assert not psutil.pid_exists(pids[0])
    assert not folder.exists()


def test_a_second_create_leaves_everything_as_it_is(folder: Path) -> None:
    cluster = Cluster(folder)
    assert cluster.create()
    before = cluster.url("notes")
    assert not Cluster(folder).create()
    assert Cluster(folder).url("notes") == before


def test_a_taken_port_gives_way_to_another(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.create()
    with socket.create_server((ports.HOST, cluster.port)):
        before = cluster.port
        cluster.start()
        try:
            assert cluster.port != before
            cluster.ping()
        finally:
            cluster.stop()


def test_a_pid_file_left_by_a_crash_and_now_another_programs_does_not_matter(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.create()
    words = [*pgdata.as_server_user(), sys.executable, "-c", "import signal; signal.pause()"]
    other = run.spawn(words, log=folder / "other.log")  # same user as the server: PostgreSQL itself would refuse
    try:
        rows = [other.pid, cluster.data, 1, cluster.port, "", ports.HOST, "", "ready"]
        (cluster.data / "postmaster.pid").write_text("\n".join(map(str, rows)) + "\n")
        cluster.start()
        cluster.stop()
    finally:
        other.kill()
        other.wait()


def test_an_interrupted_initdb_is_done_again_and_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    interrupted = Cluster(folder)
    interrupted.create()
    (folder / "made").unlink()
    (interrupted.data / "global" / "pg_control").unlink()
    with Cluster(folder) as cluster:
        cluster.ping()
    assert "was left half-made, without databases in it: making it anew" in capsys.readouterr().err


def test_a_folder_without_its_mark_but_with_databases_is_refused_and_kept(folder: Path) -> None:
    with Cluster(folder) as cluster:
        cluster.create_database("notes")
        (folder / "made").unlink()
        with pytest.raises(OpsError, match="looks half-made, but holds databases") as caught:
            Cluster(folder).create()
        assert f"touch '{folder / 'made'}'" in caught.value.mend
        cluster.ping()


def test_a_server_that_does_not_start_shows_the_end_of_its_log_and_where_it_is(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.create()
    control = cluster.data / "global" / "pg_control"
    control.write_bytes(b"\0" * control.stat().st_size)
    with pytest.raises(OpsError, match="PostgreSQL does not start") as caught:
        cluster.start()
    assert "FATAL" in caught.value.seen
    assert str(cluster.log) in caught.value.mend


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
@pytest.mark.parametrize(("size", "what"), [("200m", "too little space"), ("24m", "failed")])
def test_a_full_disk_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: str, what: str) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = run.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], check=False, mend="-")
    if mounted.code:
        pytest.skip(f"cannot mount a small file system here: {mounted.err.strip()}")
    if what == "failed":  # the disk fills up after the check
        monkeypatch.setattr(pgdata, "NEEDED_MIB", 0)
    try:
        cluster = Cluster(small / "database")
        with pytest.raises(OpsError, match=what) as caught:
            cluster.create()
        assert "No space left" in caught.value.seen or "MiB free" in caught.value.seen
        assert "df -h" in caught.value.mend
        assert not (small / "database" / "made").exists()
    finally:
        run.run(["umount", small], mend=f"umount {small}")
