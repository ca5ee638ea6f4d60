"""The state that status shows is never better than what was seen."""

from pathlib import Path

import pytest

from ops import health, http
from ops.parts import DEFAULT_PORTS, Parts
from ops.postgres import Cluster
from ops.programs import Folders
from ops.targets.base import READY


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(Folders(tmp_path), Cluster(tmp_path / "database"), DEFAULT_PORTS, {})


@pytest.mark.parametrize(
    ("statename", "reason", "answer", "shown"),
    [
        ("RUNNING", "", READY, "ready"),
        ("RUNNING", "", "unreachable: refused", "unreachable: refused"),
        ("RUNNING", "", "not ready: /readyz says 503", "not ready: /readyz says 503"),
        ("STARTING", "", READY, "ready"),
        ("STARTING", "", "unreachable: refused", "starting"),
        ("BACKOFF", "Exited too quickly", "", "backoff: Exited too quickly"),
        ("FATAL", "", READY, "fatal"),
        ("STOPPED", "", "", "down"),
        ("STOPPING", "", READY, "stopping"),
        ("EXITED", "", "", "exited"),
    ],
)
def test_a_state_is_what_supervisord_says_and_the_part_confirms(
    statename: str, reason: str, answer: str, shown: str
) -> None:
    assert health.verdict(statename, reason, answer) == shown


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (http.Answer(200, "ok"), "ready"),
        (http.Answer(503, "gone"), "not ready: /readyz says 503"),
        (http.Answer(0, "Connection refused"), "unreachable: Connection refused"),
        (http.Answer(302, ""), "not ready: /readyz says 302"),
    ],
)
def test_a_service_is_ready_only_with_200(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, answer: http.Answer, shown: str
) -> None:
    monkeypatch.setattr(http, "get", lambda _url: answer)
    assert health.ask("hello", parts) == shown


def test_a_target_without_supervisord_is_down_and_a_part_left_running_is_said_to_be(parts: Parts) -> None:
    assert health.part("notes", parts, None, is_left=False).state == "down"
    assert health.part("notes", parts, None, is_left=True).state.startswith("unattended")
    assert not health.part("notes", parts, None, is_left=True).is_ready


def test_before_the_first_up_there_is_no_address() -> None:
    assert health.part("notes", None, None, is_left=False).address == "-"


def test_a_part_that_does_not_run_is_not_asked(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "get", lambda _url: pytest.fail("asked"))
    states = {"hello": {"statename": "FATAL", "spawnerr": "no such file", "start": 0}}
    assert health.part("hello", parts, states, is_left=False).state == "fatal: no such file"
