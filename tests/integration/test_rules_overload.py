"""Section 4, overload; section 6, bodies over the limit: what a client on a real socket sees."""

import socket
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import as_deployed
from tests.support.accounts import Account
from tests.support.api import problem
from tests.support.database import Database
from tests.support.process import Server
from tests.support.wire import Answer, Http

JSON = ("Content-Type", "application/json")
MIB = 1 << 20


@pytest.fixture(scope="module")
def slow(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A process group with the limits that are the default; each request takes 1.5 s."""
    server = Server("notes:create_app()", tmp_path_factory.mktemp("slow"), as_deployed(env, FAULTS="1"))
    assert Http(server.url).send("PUT", "/faults/", [JSON], b'{"latency_ms": 1500}').status == 200
    yield server
    server.stop()


def at_once(
    server: Server, path: str, count: int, headers: Sequence[tuple[str, str]] = ()
) -> list[tuple[Answer, float]]:
    """So many requests at once, each with the seconds that its answer took."""

    def send(_: int) -> tuple[Answer, float]:
        start = time.monotonic()
        return Http(server.url).send("GET", path, headers), time.monotonic() - start

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


def test_16_requests_at_once_are_all_served_by_a_process_group(slow: Server, database: Database) -> None:  # noqa: ARG001
    for _ in range(3):
        assert [answer.status for answer, _ in at_once(slow, "/signin/", 16)] == [200] * 16


UNUSUAL = ("Upgrade", "nothing")  # needs gunicorn's parser, and so a thread, before it can be refused


@pytest.mark.parametrize("headers", [[], [UNUSUAL]], ids=["plain", "unusual"])
@pytest.mark.parametrize(
    ("path", "kind"), [("/signin/", "text/html"), ("/api/v1/openapi.json", "application/problem+json")]
)
def test_beyond_the_limit_it_is_503_with_retry_after_at_once_and_not_a_queue(
    slow: Server, path: str, kind: str, headers: list[tuple[str, str]]
) -> None:
    answers = at_once(slow, path, 100, headers)
    served = [seconds for answer, seconds in answers if answer.status == 200]
    refused = [(answer, seconds) for answer, seconds in answers if answer.status == 503]
    assert len(served) + len(refused) == 100
    assert len(served) >= 16
    assert len(refused) >= 20
    assert max(served) < 2 * 1.5  # nobody waited for another's turn
    assert sorted(seconds for _, seconds in refused)[len(refused) // 2] < 0.5
    for answer, _ in refused:
        assert answer.media_type == kind
        assert int(answer.headers["Retry-After"]) >= 1
        assert answer.headers["X-Request-Id"]


def test_probes_are_answered_during_overload(slow: Server) -> None:
    with ThreadPoolExecutor(40) as pool:
        busy = [pool.submit(Http(slow.url).send, "GET", "/signin/") for _ in range(40)]
        time.sleep(0.4)
        for path in ("/livez", "/readyz"):
            start = time.monotonic()
            assert Http(slow.url).send("GET", path).status == 200
            assert time.monotonic() - start < 1
        assert {future.result().status for future in busy} <= {200, 503}


def test_after_an_overload_all_is_served_again(slow: Server) -> None:
    at_once(slow, "/signin/", 60)
    assert [answer.status for answer, _ in at_once(slow, "/signin/", 4)] == [200] * 4


def headers(account: Account) -> list[tuple[str, str]]:
    return [JSON, ("Authorization", f"Bearer {account.api.token}")]


@pytest.mark.parametrize("size", [MIB + 1, 3 * MIB, 16 * MIB])
@pytest.mark.parametrize("chunked", [False, True])
def test_the_client_can_read_the_413_that_a_body_over_1_mib_gets(
    alice: Account, http: Http, size: int, chunked: bool
) -> None:
    block = b"x" * 65536
    blocks = [block] * (size // len(block)) + [b"x" * (size % len(block))]
    body = iter([part for part in blocks if part]) if chunked else b"".join(blocks)
    problem(http.send("POST", "/api/v1/notes", headers(alice), body), 413)  # type: ignore[arg-type]
    assert alice.api.notes() == []


@pytest.mark.parametrize(
    ("status", "path", "kind", "authorised"),
    [
        (401, "notes", "application/json", False),
        (415, "notes", "text/plain", True),
        (404, "nothing", "application/json", True),
    ],
)
def test_the_client_can_read_every_refusal_of_a_large_body(
    alice: Account, http: Http, status: int, path: str, kind: str, authorised: bool
) -> None:
    sent = [("Content-Type", kind), *([headers(alice)[1]] if authorised else [])]
    problem(http.send("POST", f"/api/v1/{path}", sent, b"x" * (4 * MIB)), status)


def test_a_chunked_body_within_the_limit_is_taken(alice: Account, http: Http) -> None:
    body = b'{"name": "Chunked", "text": "' + b"x" * 500_000 + b'"}'
    parts = iter([body[start : start + 10_000] for start in range(0, len(body), 10_000)])
    assert http.send("POST", "/api/v1/notes", headers(alice), parts).status == 201  # type: ignore[arg-type]
    assert len(alice.api.notes()[0]["text"]) == 500_000


def test_a_chunked_body_over_the_limit_is_413_before_it_is_judged_as_json(alice: Account, http: Http) -> None:
    problem(http.send("POST", "/api/v1/notes", headers(alice), iter([b"not json "] * 200_000)), 413)  # type: ignore[arg-type]


def test_a_large_body_to_a_page_gets_an_answer(http: Http) -> None:
    answer = http.send(
        "POST", "/signin/", [("Content-Type", "application/x-www-form-urlencoded")], b"a=" + b"x" * (12 * MIB)
    )
    assert answer.status in (400, 413)
    assert answer.media_type == "text/html"


def test_a_body_cut_short_is_no_note(alice: Account, http: Http, database: Database) -> None:
    with socket.create_connection((http.host, http.port), timeout=10) as connection:
        connection.sendall(
            f"POST /api/v1/notes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {alice.api.token}\r\n".encode()
            + b"Content-Type: application/json\r\n"
            b'Content-Length: 100\r\n\r\n{"name": "N", "text": "T"}'
        )
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        answer = connection.recv(1000)
    assert b" 201 " not in answer
    assert b" 500 " not in answer
    assert database.count("note") == 0
