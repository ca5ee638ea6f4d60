"""Marks reach Loki as lines that the dashboards find, and never stop what they tell of."""

import json
from typing import Any

import pytest

from ops import dashboards, http, run
from ops.marks import SERVICE, LokiMarks, NullMarks


class Loki:
    """Takes what would be sent to Loki."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.sent: list[tuple[str, dict[str, Any], str]] = []

    def post(self, url: str, body: str, *, host: str = "") -> http.Answer:
        self.sent.append((url, json.loads(body), host))
        return http.Answer(self.status, "no space left\n")


@pytest.fixture
def loki(monkeypatch: pytest.MonkeyPatch) -> Loki:
    found = Loki(204)
    monkeypatch.setattr(http, "post", found.post)
    return found


def test_a_mark_is_a_line_with_the_labels_of_all_lines(loki: Loki, capsys: pytest.CaptureFixture[str]) -> None:
    LokiMarks("http://127.0.0.1:8080", "kind", "loki.localhost").put("loadtest", "steps begins", phase="rest")
    ((url, body, host),) = loki.sent
    assert (url, host) == ("http://127.0.0.1:8080/loki/api/v1/push", "loki.localhost")
    (stream,) = body["streams"]
    assert stream["stream"] == {"target": "kind", "service": "marks", "level": "info"}
    ((when, line),) = stream["values"]
    assert len(when) == len("1795276617643059250")
    assert json.loads(line) == {"kind": "loadtest", "text": "steps begins", "phase": "rest"}
    assert capsys.readouterr().err == ""


def test_a_mark_that_is_not_kept_is_said(loki: Loki, capsys: pytest.CaptureFixture[str]) -> None:
    loki.status = 507
    LokiMarks("http://127.0.0.1:3100", "compose").put("deploy", "0.2.0")
    assert "the mark '0.2.0' is not on the dashboards: Loki says 507" in capsys.readouterr().err


def test_a_loki_that_is_not_there_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(http, "post", lambda *_, **__: http.Answer(0, "Connection refused"))
    LokiMarks("http://127.0.0.1:1", "compose").put("chaos", "database stopped")
    assert "Connection refused" in capsys.readouterr().err


def test_a_dry_run_leaves_no_mark(loki: Loki) -> None:
    run.set_dry(True)
    try:
        LokiMarks("http://127.0.0.1:3100", "compose").put("deploy", "0.2.0")
    finally:
        run.set_dry(False)
    assert not loki.sent


def test_where_there_is_no_loki_a_mark_costs_nothing(loki: Loki) -> None:
    NullMarks().put("deploy", "0.2.0")
    assert not loki.sent


@pytest.mark.parametrize("kind", ["loadtest", "deploy", "chaos"])
def test_the_dashboards_ask_for_every_kind_of_mark(kind: str) -> None:
    board = json.loads((dashboards.FOLDER / "platform.json").read_text())
    asked = {mark["expr"] for mark in board["annotations"]["list"]}
    assert f'{{service="{SERVICE}"}} | json | kind="{kind}"' in asked
