"""Section 4: fault switches, only when the setting is on."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import as_deployed
from tests.support.database import Database
from tests.support.process import Server
from tests.support.wire import Answer, Http, Wsgi

JSON = [("Content-Type", "application/json")]


@pytest.fixture(scope="module")
def faulty(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application under gunicorn with the setting on."""
    server = Server("notes:create_app()", tmp_path_factory.mktemp("faulty"), as_deployed(env, FAULTS="1"))
    yield server
    server.stop()


@pytest.fixture
def switched(faulty: Server, database: Database) -> Iterator[Http]:  # noqa: ARG001
    wire = Http(faulty.url)
    yield wire
    assert wire.send("DELETE", "/faults/").status == 204


def switch(wire: Http, text: bytes) -> Answer:
    answer = wire.send("PUT", "/faults/", JSON, text)
    assert answer.status == 200, answer.text
    return answer


@pytest.mark.parametrize("path", ["/faults/", "/faults", "/faults/error", "/faults/latency/", "/faults/a/b"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_off_all_of_faults_is_404(transport: Wsgi, path: str, method: str) -> None:
    answer = transport.send(method, path, JSON, b"{}" if method in ("POST", "PUT") else None)
    assert answer.status == 404


def test_off_is_the_default(make_app: Any) -> None:
    assert Wsgi(make_app(FAULTS="")).send("GET", "/faults/").status == 404
    assert Wsgi(make_app(FAULTS="0")).send("GET", "/faults/").status == 404


def test_an_error_rate_makes_pages_and_api_fail_in_their_own_shape_on_every_process(switched: Http) -> None:
    switch(switched, b'{"error_rate": 1}')
    for _ in range(10):
        page, answer = switched.send("GET", "/signin/"), switched.send("GET", "/api/v1/openapi.json")
        assert (page.status, page.media_type) == (500, "text/html")
        assert (answer.status, answer.media_type) == (500, "application/problem+json")


def test_an_error_rate_is_a_rate(switched: Http) -> None:
    switch(switched, b'{"error_rate": 0.5}')
    failed = sum(switched.send("GET", "/signin/").status == 500 for _ in range(100))
    assert 20 <= failed <= 80


def test_latency_delays_each_request(switched: Http) -> None:
    switch(switched, b'{"latency_ms": 300}')
    start = time.monotonic()
    assert switched.send("GET", "/signin/").status == 200
    assert time.monotonic() - start >= 0.3


def test_not_ready_turns_readiness_off_and_nothing_else(switched: Http) -> None:
    switch(switched, b'{"not_ready": true}')
    for _ in range(6):
        assert switched.send("GET", "/readyz").status == 503
        assert switched.send("GET", "/livez").status == 200
        assert switched.send("GET", "/signin/").status == 200


def test_a_wrong_body_comes_with_a_right_status(switched: Http) -> None:
    right = switched.send("GET", "/signin/")
    switch(switched, b'{"wrong_body": true}')
    for _ in range(6):
        wrong = switched.send("GET", "/signin/")
        assert wrong.status == 200
        assert wrong.body != right.body
        assert b"</html>" not in wrong.body


def test_a_memory_leak_grows_with_the_requests(switched: Http, faulty: Server) -> None:
    import psutil

    def resident() -> int:
        return sum(child.memory_info().rss for child in psutil.Process(faulty.process.pid).children())

    before = resident()
    switch(switched, b'{"leak_bytes": 4194304}')
    for _ in range(16):
        assert switched.send("GET", "/signin/").status == 200
    assert resident() - before > 40 * 2**20


def test_probes_are_left_out_of_fault_injection(switched: Http) -> None:
    switch(switched, b'{"error_rate": 1, "latency_ms": 500, "wrong_body": true}')
    start = time.monotonic()
    for path in ("/livez", "/readyz", "/version"):
        assert switched.send("GET", path).status == 200
    assert time.monotonic() - start < 0.5


def test_the_switches_are_off_again_after_delete(switched: Http) -> None:
    switch(switched, b'{"error_rate": 1}')
    assert switched.send("DELETE", "/faults/").status == 204
    assert [switched.send("GET", "/signin/").status for _ in range(10)] == [200] * 10


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b'{"error_rate": 2}',
        b'{"error_rate": "1"}',
        b'{"nothing": 1}',
        b'{"not_ready": 1}',
        b'{"leak_bytes": 1e400}',
        b'{"leak_bytes": 0.5}',
    ],
)
def test_a_switch_that_is_none_is_refused_and_switches_nothing(switched: Http, body: bytes) -> None:
    before = switched.send("GET", "/faults/").json()
    answer = switched.send("PUT", "/faults/", JSON, body)
    assert 400 <= answer.status < 500
    assert switched.send("GET", "/faults/").json() == before
    assert switched.send("GET", "/signin/").status == 200
