"""The stack's files and verdicts, and that compose.yaml says what ops says."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops import failures, stack, versions
from ops.engine import Container, container
from ops.errors import OpsError
from ops.paths import ROOT
from ops.settings import STACK_PORTS
from ops.targets.base import DOWN, READY

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]


def made(**changed: Any) -> Container:
    known = {"id": "1", "service": "notes", "state": "running", "health": "healthy", "exit_code": 0, "restarts": 0,
             "started": "", "folder": "", "ports": {}, "said": "", "is_out_of_memory": False}  # fmt: skip
    return Container(**{**known, **changed})


def test_compose_yaml_has_the_versions_that_ops_names() -> None:
    theirs = {name: service["image"] for name, service in SERVICES.items() if "notesapp" not in service["image"]}
    assert theirs == versions.IMAGES
    bases = re.findall(r"^FROM (\S+:\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert bases == [versions.PYTHON_IMAGE]


def test_every_port_is_on_loopback_and_from_a_setting_with_the_same_default() -> None:
    found = {}
    for name, service in SERVICES.items():
        for row in service.get("ports", []):
            place = re.fullmatch(r"127\.0\.0\.1:\$\{(\w+)_PORT:-(\d+)\}:\d+", row)
            assert place, row
            assert place[1] == name.upper()
            found[name] = int(place[2])
    assert found == STACK_PORTS


def test_every_part_has_a_limit_of_memory_with_its_reason() -> None:
    text = (ROOT / "compose.yaml").read_text()
    assert set(SERVICES) == {*stack.PARTS, *stack.MIGRATIONS}
    assert all("mem_limit" in service for service in SERVICES.values())
    bare = [row for row in re.findall(r"mem_limit: .*", text) if "#" not in row]
    assert len(bare) <= 2, bare  # the second of two alike


def test_every_secret_of_compose_yaml_is_one_that_ops_makes() -> None:
    assert set(COMPOSE["secrets"]) == {*stack.SECRETS, stack.MAIL}


@pytest.mark.parametrize(
    ("found", "state"),
    [
        (None, DOWN),
        (made(state="created"), DOWN),
        (made(), READY),
        (made(health=""), READY),
        (made(health="starting"), "starting"),
        (made(health="unhealthy", said="no answer"), "unhealthy: no answer"),
        (made(state="exited"), DOWN),
        (made(state="exited", exit_code=137), "exited: exit code 137"),
        (made(state="restarting", exit_code=1), "restarting: exit code 1"),
        (made(state="exited", exit_code=137, is_out_of_memory=True), "exited: it wanted more memory than it may have"),
        (made(state="paused"), "paused: exit code 0"),
    ],
)
def test_the_state_of_a_container_in_a_few_words(found: Container | None, state: str) -> None:
    assert stack.verdict(found) == state


@pytest.mark.parametrize(
    ("found", "before", "hopeless"),
    [
        (None, 0, False),
        (made(health="starting"), 0, False),
        (made(state="restarting", restarts=1), 0, False),
        (made(state="restarting", restarts=2), 0, True),
        (made(state="restarting", restarts=7), 6, False),
        (made(state="exited"), 0, True),
    ],
)
def test_what_waiting_does_not_mend(found: Container | None, before: int, hopeless: bool) -> None:
    assert failures.is_hopeless(found, before) is hopeless


def test_a_row_of_the_engine_is_understood_with_and_without_health() -> None:
    row: dict[str, Any] = {
        "Id": "1",
        "State": {"Status": "exited", "ExitCode": 3, "StartedAt": "2026-01-01T00:00:00Z", "OOMKilled": False},
        "Config": {"Labels": {"com.docker.compose.service": "hello"}},
        "RestartCount": 0,
        "NetworkSettings": {"Ports": {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8001"}], "9100/tcp": None}},
    }
    found = container(row)
    assert (found.service, found.health, found.ports, found.exit_code) == ("hello", "", {"8000/tcp": 8001}, 3)
    row["State"]["Health"] = {"Status": "unhealthy", "Log": [{"Output": "first"}, {"Output": " last\n"}]}
    assert (container(row).health, container(row).said) == ("unhealthy", "last")


def test_secrets_are_random_kept_and_shut_in_and_the_file_for_compose_has_none(tmp_path: Path) -> None:
    plan = stack.Plan(tmp_path / "compose", STACK_PORTS, {"NOTES_MAIL": "smtp://me:hidden@host:25"})
    text = plan.write()
    secrets = {name: (plan.secrets / name).read_text() for name in stack.SECRETS}
    assert len(set(secrets.values())) == len(secrets)
    assert plan.secrets.stat().st_mode & 0o777 == 0o700
    assert not [secret for secret in [*secrets.values(), "hidden"] if secret in text]
    assert plan.write() == text
    other = stack.Plan(plan.folder, STACK_PORTS, {"NOTES_MAIL": "log"})
    assert other.write() != text, "a changed secret must be seen"


def test_a_value_that_compose_cannot_be_given_is_refused() -> None:
    assert stack.quotable("NOTES_MAIL_FROM", "$HOME me@example.org") == "$HOME me@example.org"
    with pytest.raises(OpsError, match="'NOTES_MAIL_FROM' cannot be handed to Compose"):
        stack.quotable("NOTES_MAIL_FROM", "O'Brien")


def test_only_what_watches_can_be_left_out() -> None:
    assert stack.left_out(["grafana", "loki"]) == {"grafana", "loki"}
    with pytest.raises(OpsError, match="'database' cannot be left out"):
        stack.left_out(["database"])
    plan = stack.Plan(Path(), STACK_PORTS, {}, frozenset({"grafana"}))
    assert "grafana" not in plan.parts
    assert plan.observability == ["prometheus", "alertmanager", "loki", "alloy"]


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        ("Bind for 127.0.0.1:8000 failed: port is already allocated", "a port was taken a moment ago"),
        ("mkdir /x: no space left on device", "no disk is left for the containers"),
        ("something else", "the containers cannot be started"),
    ],
)
def test_why_containers_were_not_made(seen: str, what: str) -> None:
    assert failures.not_created(seen).what == what
