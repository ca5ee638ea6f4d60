"""What goes wrong around a stack: each thing is dealt with, or the error says what mends it. In this order."""

import os
import shlex
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import files, image, ports, targets
from ops.errors import OpsError
from ops.paths import ROOT
from ops.settings import OBSERVABILITY
from ops.targets.compose import Compose
from tests.support import containers
from tests.support.writer import Writer

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def small(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:  # noqa: ARG001
    """A stack without what watches."""
    with containers.private(tmp_path_factory.mktemp("small")) as stack:
        containers.minimal(stack)
        yield stack


@pytest.fixture(scope="module")
def writer(small: Compose) -> Writer:
    """Somebody whose notes must outlast all of this."""
    known = Writer(small.url("notes"))
    with known.writing():
        known.until_more(5)
    return known


def test_minimal_leaves_out_what_watches(small: Compose) -> None:
    assert not set(containers.ids(small)) & set(OBSERVABILITY)
    assert containers.all_ready(small)


def test_two_projects_run_side_by_side_and_down_and_up_of_one_keeps_its_notes(
    small: Compose, compose: Compose, writer: Writer
) -> None:
    before = containers.ids(compose)
    assert small.project != compose.project
    assert not {part.address for part in small.status()} & {part.address for part in compose.status()}
    small.down()
    assert set(containers.states(small).values()) == {"down"}
    containers.minimal(small)
    assert containers.ids(compose) == before
    assert containers.all_ready(small)
    assert containers.all_ready(compose)
    assert not writer.lost()


def test_a_remembered_port_that_is_taken_now_gives_way_and_up_says_to_whom(
    small: Compose, capsys: pytest.CaptureFixture[str]
) -> None:
    small.down()
    before = small.url("hello")
    port = int(before.rpartition(":")[2])
    with socket.create_server((ports.HOST, port)):
        containers.minimal(small)
        assert small.url("hello") != before
        assert containers.all_ready(small)
    assert f"port {port} is taken by" in capsys.readouterr().err


def test_a_port_that_is_set_and_taken_is_an_error_that_names_its_owner(small: Compose) -> None:
    with socket.create_server((ports.HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(OpsError, match=f"port {port}, set for 'notes', is taken") as caught:
            containers.minimal(containers.again(small, NOTES_PORT=str(port)))
    assert f"(pid {os.getpid()})" in caught.value.seen
    assert containers.all_ready(small)


def test_a_stopped_engine_is_named_and_embedded_is_meant_instead(
    small: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/stopped.sock")
    with pytest.raises(OpsError, match="no 'Docker engine' answers") as caught:
        containers.minimal(small)
    assert "start the Docker engine" in caught.value.mend
    name, why = targets.default()
    assert name == "embedded"
    assert "no Docker engine answers" in why


def test_too_little_disk_for_the_image_is_said_before_the_build(
    small: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "free_mib", lambda _folder: 3)
    with pytest.raises(OpsError, match="too little disk is left for the image") as caught:
        containers.minimal(containers.again(small, NOTES_LOG_LEVEL="debug"))
    assert "docker system df" in caught.value.mend


def test_a_disk_that_is_full_in_the_midst_of_a_build_is_said(
    small: Compose, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.run(["which", "docker"], capture_output=True, text=True, check=True).stdout.strip()
    fake = tmp_path / "docker"
    fake.write_text(f'#!/bin/sh\n[ "$1" = build ] || exec {real} "$@"\necho "write /x: {image.FULL}" >&2\nexit 1\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(OpsError, match="no disk is left for the image") as caught:
        containers.minimal(containers.again(small, NOTES_LOG_LEVEL="debug"))
    assert "docker image prune" in caught.value.mend


def test_another_checkouts_project_is_left_alone(small: Compose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.targets.compose.ROOT", Path("/another/checkout"))
    for act in (small.up, small.down):
        with pytest.raises(OpsError, match=f"'{small.project}' is another checkout's"):
            act()
    assert containers.all_ready(small)


def test_an_old_volume_with_other_passwords_is_explained_and_the_mend_works(small: Compose, writer: Writer) -> None:
    small.down()
    files.remove_folder(small.folder / "secrets")
    with pytest.raises(OpsError, match="the database's volume is from another time") as caught:
        containers.minimal(small)
    mend = shlex.split(caught.value.mend.partition(": ")[2].partition(" && ")[0])
    assert mend[:2] == ["docker", "exec"]
    subprocess.run(mend, check=True, timeout=60)
    containers.minimal(small)
    assert containers.all_ready(small)
    writer.place = small.url("notes").removeprefix("http://")
    assert not writer.lost()


def test_a_half_deleted_volume_is_an_error_that_shows_why_and_a_wipe_mends_it(small: Compose) -> None:
    small.down()
    remove = "rm -r /var/lib/postgresql/18/docker/global"
    volume = f"{small.project}_database:/var/lib/postgresql"
    containers.docker("run", "--rm", "--volume", volume, "--entrypoint", "sh", "postgres:18.6", "-c", remove)
    with pytest.raises(OpsError, match="PostgreSQL does not start on volume") as caught:
        containers.minimal(small)
    assert "/var/lib/postgresql/18/docker" in caught.value.seen
    assert "./inv down --wipe" in caught.value.mend
    small.down(wipe=True)
    assert not containers.left_of(small.project)
    assert not small.folder.exists()
    containers.minimal(small)
    assert containers.all_ready(small)


def test_compose_down_by_hand_leaves_nothing(small: Compose) -> None:
    assert set(containers.left_of(small.project)) == {"container", "volume", "network"}
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    words = ["docker", "compose", "--project-name", small.project, "down", "--volumes"]
    subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=120)
    assert not containers.left_of(small.project)
