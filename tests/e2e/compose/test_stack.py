"""The whole stack on a Docker engine: it comes up from nothing, is closed where it should be, and heals."""

import json
import os
import subprocess
import time

import pytest

from ops import engine, stack
from ops.errors import OpsError
from ops.paths import ROOT
from ops.targets.compose import Compose
from tests.e2e.compose.conftest import Running
from tests.support import containers
from tests.support.writer import Writer

pytestmark = pytest.mark.timeout(600)

IDLE_MIB, MINIMAL_MIB = 1_536, 400


@pytest.fixture(scope="module")
def writer(compose: Compose) -> Writer:
    """Somebody who writes notes through the API and remembers each one that was acknowledged."""
    return Writer(compose.url("notes"))


def test_the_whole_stack_comes_up_from_nothing(running: Running) -> None:
    assert containers.all_ready(running.stack), containers.states(running.stack)
    print(f"\nall healthy after {running.seconds:.1f} s")


def test_a_second_up_says_so_and_touches_nothing(running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    before = containers.ids(running.stack)
    started = time.monotonic()
    containers.again(running.stack).up(without=containers.to_be_left_out())
    print(f"\nsecond up {time.monotonic() - started:.1f} s")
    assert "already up" in capsys.readouterr().err
    assert containers.ids(running.stack) == before


def test_the_smoke_suite_passes(compose: Compose) -> None:
    done = containers.smoke(compose)
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout


def test_a_command_runs_in_the_container_of_its_part(compose: Compose) -> None:
    made = json.loads(compose.run_in("notes", ["python", "-m", "notes", "seed", "--accounts", "2", "--notes", "3"]))
    assert [sorted(account) for account in made] == [["email", "token"]] * 2
    with pytest.raises(OpsError, match="no part 'nothing' runs"):
        compose.run_in("nothing", ["true"])


def test_compose_takes_the_file_without_a_warning(compose: Compose) -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    by_hand = ["docker", "compose", "--file", str(ROOT / "compose.yaml"), "config", "--quiet"]
    for words in (by_hand, [str(word) for word in compose._words("config", "--quiet")]):
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=False, timeout=60)
        assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_nothing_listens_but_on_loopback(compose: Compose) -> None:
    places = [
        place
        for row in containers.inspected(compose).values()
        for places in (row["NetworkSettings"]["Ports"] or {}).values()
        for place in places or []
    ]
    assert len(places) == len(compose.status())
    assert {place["HostIp"] for place in places} == {"127.0.0.1"}


def test_every_container_has_no_more_than_it_needs(compose: Compose) -> None:
    for part, row in containers.inspected(compose).items():
        host = row["HostConfig"]
        assert host["ReadonlyRootfs"], part
        assert host["CapDrop"] == ["ALL"], part
        assert not host["CapAdd"], part
        assert not host["Privileged"], part
        assert host["SecurityOpt"] == ["no-new-privileges:true"], part
        assert 0 < host["Memory"] <= 512 << 20, part
        assert row["Config"]["StopTimeout"] == 30, part
        user = row["Config"]["User"].partition(":")[0]
        assert user.isdigit(), part
        assert int(user) or part == "alloy", f"{part} runs as root"


def test_no_secret_is_in_what_the_engine_tells(compose: Compose) -> None:
    folder = compose.folder / "secrets"
    secrets = {path.name: path.read_text() for path in folder.iterdir() if path.name != stack.MAIL}
    assert set(secrets) == set(stack.SECRETS)
    assert len(set(secrets.values())) == len(secrets)
    told = json.dumps(containers.inspected(compose)) + (compose.folder / "environment").read_text()
    assert not [name for name, secret in secrets.items() if secret in told]
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_database_is_out_of_reach_of_what_does_not_need_it(compose: Compose) -> None:
    ask = "import socket; socket.create_connection(('database', 5432), 2)"
    for part, is_near in {"notes": True, "auth": True, "hello": False, "jobs": False}.items():
        words = ["docker", "exec", containers.ids(compose)[part], "python", "-c", ask]
        done = subprocess.run(words, capture_output=True, check=False, timeout=30)
        assert (done.returncode == 0) == is_near, part


def test_psql_and_shell_work_where_the_parts_run(compose: Compose, capfd: pytest.CaptureFixture[str]) -> None:
    assert compose.psql("auth", ["--command", "SELECT name FROM auth_user", "--tuples-only"]) == 0
    assert "density" in capfd.readouterr().out
    assert compose.psql("notes", ["--command", "nonsense"]) == 1
    with pytest.raises(OpsError, match="no part 'nothing' runs"):
        compose.shell("nothing")


def test_logs_shows_the_part_that_was_asked_for(compose: Compose, capfd: pytest.CaptureFixture[str]) -> None:
    compose.logs("database")
    shown = capfd.readouterr().out
    assert "database system is ready to accept connections" in shown
    assert '"service": "notes"' not in shown


def test_idle_memory_stays_within_what_is_promised(compose: Compose) -> None:
    found = containers.ids(compose).values()
    rows = containers.docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *found)
    taken = {row.split()[0].split("-")[-2]: mib(row.split()[1]) for row in rows.splitlines()}
    running = [part.name for part in compose.status()]
    whole = sum(taken[part] for part in running)
    minimal = sum(taken[part] for part in ("database", "notes", "hello", "jobs", "auth"))
    print(f"\nwhole {whole:.0f} MiB, minimal {minimal:.0f} MiB: {taken}")
    assert whole <= IDLE_MIB
    assert minimal <= MINIMAL_MIB


def mib(text: str) -> float:
    """The number that docker writes as 12.3MiB, and so on."""
    units = {"B": 1 / (1 << 20), "KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0}
    unit = text.lstrip("0123456789.")
    return float(text.removesuffix(unit)) * units[unit]


@pytest.mark.parametrize("part", stack.PARTS)
def test_a_killed_container_comes_back_and_nothing_acknowledged_is_lost(
    compose: Compose, writer: Writer, part: str
) -> None:
    if part not in containers.states(compose):
        pytest.skip(f"{part} is left out: its image is not to be had")
    before = engine.containers(compose.project)[part]
    with writer.writing():
        writer.until_more(5)
        containers.kill(compose, part)
        deadline = time.monotonic() + containers.BACK_SECONDS
        while engine.containers(compose.project)[part].started == before.started:
            assert time.monotonic() < deadline, f"{part} was not started again"
            time.sleep(0.1)
        containers.until_ready(compose)
        writer.until_more(5)
    assert not writer.lost()
    assert engine.containers(compose.project)[part].id == before.id


def test_a_container_that_somebody_killed_by_hand_is_brought_back_by_up(
    compose: Compose, capsys: pytest.CaptureFixture[str]
) -> None:
    before = containers.ids(compose)
    containers.docker("kill", before["hello"])
    assert containers.states(compose)["hello"].startswith("exited")
    containers.again(compose).up(without=containers.to_be_left_out())
    assert containers.all_ready(compose)
    assert "migrations" not in capsys.readouterr().err
    assert {part for part, found in containers.ids(compose).items() if found != before[part]} <= {"hello"}
