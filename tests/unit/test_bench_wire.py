"""What bench reads off the wire: HTTP answers, PostgreSQL messages; and what its generator refuses to do."""

from pathlib import Path
from typing import Any

import pytest

from ops.bench import wire
from ops.bench.client import CSRF
from ops.bench.plan import MOST_SAMPLES, Plan, request
from ops.bench.player import plain
from ops.bench.proxy import Messages
from ops.bench.recipes import RECIPES
from ops.bench.roundtrips import budget
from ops.bench.samples import Sample, read_samples, write_samples

CALL = request("read", "GET", "/api/v1/notes/1", {"Authorization": "Bearer x"})


def plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": 1,
        "mode": "open",
        "connections": 1,
        "seconds": 1.0,
        "rate": 9.0,
    }
    return Plan(calls=(CALL,), **(values | changes))


def test_an_answer_is_complete_when_its_body_is() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"
    assert wire.parse(head[:20]) is None
    assert wire.parse(head + b"1234") is None
    assert wire.parse(head + b"12345") == wire.Answer(200, False, len(head) + 5, False)


def test_a_refusal_shows_its_retry_after_and_a_connection_its_end() -> None:
    answer = wire.parse(b"HTTP/1.1 503 X\r\nretry-after: 1\r\nConnection: close\r\ncontent-length: 0\r\n\r\n")
    assert answer is not None
    assert (answer.status, answer.retry_after, answer.closes) == (503, True, True)


def test_an_answer_without_a_body_is_complete_with_its_head() -> None:
    assert wire.parse(b"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n") is not None


def test_a_chunked_answer_ends_with_its_last_chunk() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert wire.parse(head + b"3\r\nabc\r\n") is None
    assert wire.parse(head + b"3\r\nabc\r\n0\r\n\r\n") is not None


def test_a_call_is_a_whole_request() -> None:
    call = request("create", "POST", "/x", {"A": "b"}, b"{}")
    assert call.data == b"POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nA: b\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "2001:db8::1"])
def test_only_loopback_is_loaded(host: str) -> None:
    with pytest.raises(ValueError, match="not a loopback address"):
        plan(host=host)


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 601.0},
        {"seconds": 0.0},
        {"connections": 0},
        {"connections": 10**6},
        {"rate": 0.0},
        {"rate": MOST_SAMPLES + 1.0},
    ],
)
def test_a_run_is_bounded_in_time_connections_and_requests(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="run has"):
        plan(**changes)


def test_a_plan_and_its_samples_come_back_from_their_files(tmp_path: Path) -> None:
    plan().write(tmp_path / "plan.json")
    assert Plan.read(tmp_path / "plan.json") == plan()
    samples = [Sample("a,b", 1, -1, 3, 0, 0, 0, "TimeoutError"), Sample("read", 1, 2, 3, 200, 1, 9, "")]
    write_samples(tmp_path / "samples.csv", samples)
    assert read_samples(tmp_path / "samples.csv") == samples


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + (len(body) + 4).to_bytes(4, "big") + body


@pytest.mark.parametrize("size", [1, 2, 5, 7, 1000])
def test_messages_are_counted_however_the_bytes_are_cut(size: int) -> None:
    stream = (
        message(b"R", b"auth") + message(b"Z", b"I") + message(b"D", b"Z" * 300) + message(b"C") + message(b"Z", b"I")
    )
    messages = Messages()
    for place in range(0, len(stream), size):
        messages.feed(stream[place : place + size])
    assert messages.counts == {b"R": 1, b"Z": 2, b"D": 1, b"C": 1}


def test_a_route_has_the_budget_of_its_kind() -> None:
    assert budget("GET", "/api/v1/notes") == 1
    assert budget("GET", "/notes/<id:note_id>/") == 2
    assert budget("POST", "/notes/create/") == budget("DELETE", "/api/v1/notes/<id:note_id>") == 3


def test_every_recipe_is_found_by_the_plain_form_of_its_rule() -> None:
    assert plain("/notes/<id:note_id>/edit/") == "/notes/<>/edit/"
    assert all(plain(route) == route for route in RECIPES)


@pytest.mark.parametrize(
    "field",
    ['<input type="hidden" name="csrf_token" value="x.y">', '<input value="x.y" type="hidden" name="csrf_token">'],
)
def test_a_csrf_token_is_found_in_a_form(field: str) -> None:
    found = CSRF.search(f"<form>{field}</form>")
    assert found
    assert "x.y" in found.groups()
