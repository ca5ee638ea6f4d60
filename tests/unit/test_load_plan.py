"""What a load may be asked for, and what is refused before anything is sent."""

import json
from pathlib import Path
from typing import Any

import pytest

from loadtest.plan import Plan
from loadtest.shapes import SHAPES, Phase
from ops.errors import OpsError
from ops.load import prepare

URL = "http://127.0.0.1:8080"


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps([{"email": "a@loadtest.invalid", "token": "t"}]))
    return path


def plan(**changes: Any) -> Plan:
    return prepare(**({"url": URL, "reach": False} | changes))


def test_a_plan_is_read_as_it_was_written(tmp_path: Path, accounts: Path) -> None:
    made = plan(host_header="notes.example.org", accounts=accounts, seed=7)
    assert Plan.read(made.write(tmp_path)) == made
    assert made.mix == "notes"


def test_the_file_says_each_phases_rate(tmp_path: Path) -> None:
    plan(rate=10).write(tmp_path)
    written = json.loads((tmp_path / "plan.json").read_text())
    assert [(phase["name"], phase["rate"]) for phase in written["phases"]] == [("rest", 10), ("step", 40), ("back", 10)]
    assert written["url"] == URL
    assert written["host_header"] is None


def test_connections_are_enough_for_what_can_be_under_way_at_the_peak() -> None:
    assert plan(rate=10, timeout_s=5).connections == 4 * 10 * 5 + 1
    assert plan(rate=10, connections=9).connections == 9


def test_the_number_of_requests_is_known_before() -> None:
    assert plan(rate=10).due() == 10 * 40 + 40 * 110 + 10 * 110


@pytest.mark.parametrize("rate", [0, -1, float("nan"), float("inf"), 501])
def test_a_rate_that_is_none_or_more_than_one_process_can_send_is_refused(rate: float) -> None:
    with pytest.raises(OpsError, match="rate"):
        plan(rate=rate)


@pytest.mark.parametrize(
    "changes",
    [
        {"timeout_s": 0},
        {"timeout_s": 61},
        {"fresh_share": 1.1},
        {"fresh_share": -0.1},
        {"connections": -1},
        {"phases": [Phase("nothing", 0, 1)]},
        {"phases": [Phase("backwards", -5, 1)]},
        {"phases": [Phase("no load", 5, 0)]},
        {"phases": [Phase("for ever", 1e6, 1)]},
    ],
)
def test_what_cannot_be_measured_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(OpsError, match="out of bounds"):
        plan(**changes)


def test_an_unknown_shape_is_refused_with_the_known_ones() -> None:
    with pytest.raises(OpsError, match=", ".join(SHAPES)):
        plan(shape="stairs")


@pytest.mark.parametrize(
    "url", ["127.0.0.1:8080", "ftp://127.0.0.1", "http://", "http://127.0.0.1/api", "http://a:b", "http://a?b=c", ""]
)
def test_what_is_no_base_address_is_refused(url: str) -> None:
    with pytest.raises(OpsError, match="no base address"):
        plan(url=url)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", '[{"email": "a"}]', '[{"token": ""}]'])
def test_what_is_no_file_of_accounts_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "accounts.json").write_text(text)
    with pytest.raises(OpsError, match="no file of accounts"):
        plan(accounts=tmp_path / "accounts.json")
    with pytest.raises(OpsError, match="no file of accounts"):
        plan(accounts=tmp_path / "missing.json")
