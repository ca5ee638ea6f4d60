"""The embedded target, in this order: up, up again, what kills do to it, down, up with the same notes."""

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from invoke.program import Program

from ops import http, ports, run
from ops.errors import OpsError
from ops.parts import PARTS
from ops.paths import ROOT
from ops.targets.embedded import Embedded
from ops.targets.ready import until_ready
from tests.support.api import Api
from tests.support.wire import Http
from tests.support.writer import Writer

BACK_SECONDS = 30.0


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("embedded") / "state"


@pytest.fixture(scope="module")
def target(state: Path) -> Iterator[Embedded]:
    embedded = Embedded(state, env={}, ports="free")
    try:
        embedded.up()
        yield embedded
    finally:
        embedded.down(wipe=True)


@pytest.fixture(scope="module")
def writer(target: Embedded) -> Writer:
    """Somebody who writes notes through the API and remembers each one that was acknowledged."""
    return Writer(target.url("notes"))


def states(target: Embedded) -> dict[str, str]:
    return {part.name: part.state for part in target.status()}


def all_ready(target: Embedded) -> bool:
    return set(states(target).values()) == {"ready"}


def master(target: Embedded, part: str) -> psutil.Process:
    rows = target.supervisor.states()
    assert rows
    return psutil.Process(rows[part]["pid"])


def pids(target: Embedded) -> dict[str, int]:
    return {part: master(target, part).pid for part in PARTS}


def test_up_ends_with_every_part_ready(target: Embedded) -> None:
    assert states(target) == dict.fromkeys(PARTS, "ready")
    assert http.get(f"{target.url('hello')}/").text == "Hello World!"
    assert http.get(f"{target.url('jobs')}/hello").text == "Hello there"


def test_a_second_up_is_quick_says_so_and_touches_nothing(
    target: Embedded, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pids(target)
    started = time.monotonic()
    Embedded(state, env={}, ports="free").up()
    assert time.monotonic() - started < 3
    assert "already up" in capsys.readouterr().err
    assert pids(target) == before


def test_no_secret_is_in_a_command_or_in_the_generated_settings(target: Embedded, state: Path) -> None:
    files = [target.cluster.password_file, target.cluster.admin_password_file, *(state / "secrets").iterdir()]
    secrets = {path.read_text() for path in files} - {"log"}
    assert len(secrets) == 3
    texts = [(state / "run" / "supervisord.conf").read_text()]
    texts += [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    assert not [secret for secret in secrets for text in texts if secret in text]


def test_no_acknowledged_note_is_lost_when_postgresql_is_killed_during_writes(target: Embedded, writer: Writer) -> None:
    services = {part: pid for part, pid in pids(target).items() if part != "database"}
    seen = set()
    with writer.writing():
        writer.until_more(20)
        master(target, "database").send_signal(signal.SIGKILL)
        deadline = time.monotonic() + BACK_SECONDS
        while not (seen and all_ready(target)):
            assert time.monotonic() < deadline, states(target)
            seen |= {states(target)["database"], states(target)["notes"]} - {"ready"}
        writer.until_more(20)
    assert seen, "status never told that the database was gone"
    assert writer.refused, "no write was refused: nothing was interrupted"
    assert not writer.lost()
    assert {part: pid for part, pid in pids(target).items() if part != "database"} == services


def test_no_acknowledged_note_is_lost_when_a_worker_is_killed_during_writes(target: Embedded, writer: Writer) -> None:
    workers = master(target, "notes").children()
    with writer.writing():
        for worker in workers:
            writer.until_more(20)
            worker.send_signal(signal.SIGKILL)
        writer.until_more(20)
    until_ready(target, BACK_SECONDS)
    assert not writer.lost()
    assert not {worker.pid for worker in workers} & {worker.pid for worker in master(target, "notes").children()}


def test_a_killed_service_comes_back_by_itself(target: Embedded) -> None:
    before = master(target, "notes")
    before.send_signal(signal.SIGKILL)
    time.sleep(0.2)
    until_ready(target, BACK_SECONDS)
    assert master(target, "notes").pid != before.pid


def test_status_tells_of_a_part_that_runs_but_does_not_answer(target: Embedded) -> None:
    frozen = [master(target, "hello"), *master(target, "hello").children()]
    for process in frozen:
        process.suspend()
    try:
        assert states(target)["hello"].startswith("unreachable")
    finally:
        for process in frozen:
            process.resume()
    until_ready(target, BACK_SECONDS)


def test_up_brings_back_a_part_that_was_stopped_and_leaves_the_others(
    target: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    before = pids(target)
    target.supervisor._call("stopProcess", "jobs")
    assert states(target)["jobs"] == "down"
    target.up()
    assert "bring back: jobs" in capsys.readouterr().err
    assert {part for part, pid in pids(target).items() if before[part] != pid} == {"jobs"}


def test_without_supervisord_status_says_so_and_up_mends_it(target: Embedded, writer: Writer) -> None:
    orphans = [psutil.Process(pid) for pid in pids(target).values()]
    psutil.Process(int((target.folders.run / "supervisord.pid").read_text())).send_signal(signal.SIGKILL)
    assert all(state.startswith("unattended") for state in states(target).values())
    target.up()
    assert all_ready(target)
    assert not [process for process in orphans if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert not writer.lost()


def test_a_changed_setting_restarts_what_runs(target: Embedded, state: Path) -> None:
    assert http.get(f"{target.url('notes')}/faults/").status == 404
    before = pids(target)
    changed = Embedded(state, env={"NOTES_FAULTS": "1"}, ports="free")
    changed.up()
    assert not set(before.values()) & set(pids(changed).values())
    assert http.get(f"{target.url('notes')}/faults/").status != 404


def test_two_targets_side_by_side_do_not_touch_each_other(target: Embedded, tmp_path: Path) -> None:
    before = pids(target)
    other = Embedded(tmp_path / "state", env={}, ports="free")
    try:
        other.up()
        assert all_ready(other)
        assert not {other.url(part) for part in PARTS} & {target.url(part) for part in PARTS}
        other.supervisor.end_processes()
    finally:
        other.down(wipe=True)
    assert pids(target) == before
    assert all_ready(target)


def test_down_stops_everything_and_up_shows_the_same_notes(target: Embedded, writer: Writer) -> None:
    processes = [psutil.Process(pid) for pid in pids(target).values()]
    urls = {part: target.url(part) for part in PARTS}
    target.down()
    assert set(states(target).values()) == {"down"}
    assert not [process for process in processes if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    target.up()
    assert {part: target.url(part) for part in PARTS} == urls
    assert not writer.lost()


def test_a_remembered_port_that_is_taken_now_gives_way_and_up_says_to_whom(
    target: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    target.down()
    before = target.url("hello")
    port = int(before.rpartition(":")[2])
    with socket.create_server((ports.HOST, port)):
        target.up()
        assert target.url("hello") != before
        assert all_ready(target)
    shown = capsys.readouterr().err
    assert f"port {port} is taken by" in shown
    assert f"(pid {os.getpid()})" in shown


def test_a_port_that_is_set_and_taken_is_an_error_that_names_its_owner(target: Embedded, state: Path) -> None:
    target.down()
    with socket.create_server((ports.HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OpsError, match=f"port {port}, set for 'notes', is taken") as caught:
            Embedded(state, env={"NOTES_PORT": str(port)}).up()
    assert f"(pid {os.getpid()})" in caught.value.seen


def test_a_database_that_does_not_start_shows_the_end_of_its_log(target: Embedded) -> None:
    target.down()
    control = target.cluster.data / "global" / "pg_control"
    whole = control.read_bytes()
    control.write_bytes(b"\0" * len(whole))
    try:
        with pytest.raises(OpsError, match="PostgreSQL does not start") as caught:
            target.up()
        assert "FATAL" in caught.value.seen
        assert str(target.folders.logs / "database.log") in caught.value.mend
        assert not all_ready(target)
    finally:
        control.write_bytes(whole)
    target.up()
    assert all_ready(target)


def test_logs_shows_the_parts_that_were_asked_for(target: Embedded, capfd: pytest.CaptureFixture[str]) -> None:
    target.logs("database")
    shown = capfd.readouterr().out
    assert "database system is ready to accept connections" in shown
    target.logs()
    assert "==> " in capfd.readouterr().out
    with pytest.raises(OpsError, match="no part 'nothing'"):
        target.logs("nothing")


def test_a_command_runs_with_the_settings_of_its_part(target: Embedded) -> None:
    made = json.loads(target.run_in("notes", ["python", "-m", "notes", "seed", "--accounts", "2", "--notes", "3"]))
    for account in made:
        assert len(Api(Http(target.url("notes")), account["token"]).notes()) == 3
    with pytest.raises(OpsError, match="failed"):
        target.run_in("notes", ["python", "-m", "notes", "seed", "--accounts", "0"])
    with pytest.raises(OpsError, match="nothing can be run in 'database'"):
        target.run_in("database", ["true"])


def command(target: Embedded, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run the words as ./inv does, on this target; the exit code."""
    monkeypatch.setattr("ops.targets.embedded.Embedded", lambda: target)
    with pytest.raises(SystemExit) as stop:
        Program().run(["invoke", "--search-root", str(ROOT), *words, "--on", "embedded"], exit=True)
    return int(stop.value.code or 0)


@pytest.mark.parametrize("database", ["notes", "auth"])
def test_psql_opens_a_database_as_the_applications_role(
    target: Embedded, database: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PGUSER", "somebody-else")
    query = "select current_user || '@' || current_database() as place"
    assert command(target, monkeypatch, "psql", "--database", database, "-c", query) == 0
    shown = capfd.readouterr()
    assert f" notes@{database}" in shown.out.splitlines()
    assert target.cluster.password_file.read_text() not in shown.out + shown.err


def test_psql_hands_on_its_exit_code(
    target: Embedded, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(target, monkeypatch, "psql", "-c", "select nothing_such") == 1
    assert 'column "nothing_such" does not exist' in capfd.readouterr().err


@pytest.mark.parametrize(("words", "part"), [((), "notes"), (("jobs",), "jobs")])
def test_a_shell_has_the_environment_of_its_part_and_hands_on_its_exit_code(
    target: Embedded, words: tuple[str, ...], part: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    own = tmp_path / "own-shell"
    own.write_text('#!/bin/sh\necho "$NOTES_BIND"\nexit 7\n')
    own.chmod(0o755)
    monkeypatch.setenv("SHELL", str(own))
    monkeypatch.setenv("NOTES_BIND", "not this one")
    assert command(target, monkeypatch, "shell", *words) == 7
    assert capfd.readouterr().out.strip() == target.url(part).removeprefix("http://")


def test_the_applications_commands_work_in_a_shell(
    target: Embedded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own-shell"
    own.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m notes purge\n")
    own.chmod(0o755)
    monkeypatch.setenv("SHELL", str(own))
    assert command(target, monkeypatch, "shell") == 0
    assert "purge done" in capfd.readouterr().out


def test_there_is_no_shell_in_the_database(
    target: Embedded, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert command(target, monkeypatch, "shell", "database") == 1
    assert "no shell for 'database'" in capfd.readouterr().err


def test_two_commands_at_once_do_not_mix(target: Embedded, state: Path) -> None:
    with target._locked(), pytest.raises(OpsError, match="another command is changing this target"):
        Embedded(state, env={}).down()


def test_a_dry_run_of_up_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run.set_dry(True)
    try:
        Embedded(tmp_path / "state", env={}, ports="free").up(demo=True)
    finally:
        run.set_dry(False)
    assert list(tmp_path.iterdir()) == []
    said = capsys.readouterr().err
    assert "initdb" in said
    assert "-m notes demo" in said


def test_wiping_leaves_nothing_and_no_process(target: Embedded, state: Path) -> None:
    target.down(wipe=True)
    assert list(state.iterdir()) == []
    assert not target.supervisor.processes()
    assert set(states(target).values()) == {"down"}
