"""Section 4: probes, version, request ids, and a database that is away."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from notes import __version__
from notes.extensions import db
from tests.support.accounts import Account
from tests.support.database import Database
from tests.support.process import free_port
from tests.support.wire import Http, Wsgi

MakeApp = Callable[..., Any]
WELL_FORMED = ["12345678", "a" * 128, "A-Za-z0.9_-", "........", "0123-abcd.EF_9"]
ILL_FORMED = [
    "1234567",
    "a" * 129,
    "with space",
    "semi;colon",
    "slash/slash",
    "ünïcöde1",
    "",
    "new\tline1",
    '"quoted"',
    "{braces}",
    "a,b,c,d,e,f",
]


@pytest.fixture
def without_database(make_app: MakeApp) -> Wsgi:
    """The application with nobody listening at its database's address."""
    return Wsgi(make_app(DATABASE_URL=f"postgresql://nobody:pw@127.0.0.1:{free_port()}/nothing"))


def test_livez_and_readyz_are_200_when_all_is_well(http: Http) -> None:
    assert http.send("GET", "/livez").status == 200
    assert http.send("GET", "/readyz").status == 200


def test_livez_does_no_io(without_database: Wsgi) -> None:
    start = time.monotonic()
    assert without_database.send("GET", "/livez").status == 200
    assert time.monotonic() - start < 0.5


def test_readyz_is_503_when_the_database_is_gone(without_database: Wsgi) -> None:
    start = time.monotonic()
    answer = without_database.send("GET", "/readyz")
    assert answer.status == 503
    assert "Traceback" not in answer.text
    assert time.monotonic() - start < 4


def test_readyz_has_a_short_time_out_when_the_database_says_nothing(make_app: MakeApp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        app = Wsgi(make_app(DATABASE_URL=f"postgresql://nobody:pw@127.0.0.1:{silent.getsockname()[1]}/nothing"))
        start = time.monotonic()
        assert app.send("GET", "/readyz").status == 503
        assert time.monotonic() - start < 5


def test_readyz_is_503_while_the_database_is_locked_up_and_200_after(
    cut: Callable[[], object], transport: Wsgi
) -> None:
    assert transport.send("GET", "/readyz").status == 200
    cut()
    assert transport.send("GET", "/readyz").status == 200


def test_the_application_reconnects_when_the_database_has_cut_every_connection(
    alice: Account, cut: Callable[[], object]
) -> None:
    for _ in range(3):
        cut()
        assert alice.api.get("notes").status == 200
        cut()
        assert alice.browser.get("/").status == 200
        cut()
        assert alice.api.post("notes", {"name": "N", "text": "T"}).status in (201, 503)
        assert alice.api.post("notes", {"name": "N", "text": "T"}).status == 201


def test_one_connection_that_was_cut_is_the_last_that_a_reader_meets(
    alice: Account, database: Database, cut: Callable[[], object]
) -> None:
    with ThreadPoolExecutor(6) as pool:
        with database.connection.transaction():
            database.rows("LOCK TABLE note")
            readers = [pool.submit(alice.api.get, "notes") for _ in range(6)]
            deadline = time.monotonic() + 10
            while database.waiting() < 6:  # each on a connection of its own
                assert time.monotonic() < deadline
                time.sleep(0.02)
        assert [each.result().status for each in readers] == [200] * 6
    cut()
    assert alice.api.get("notes").status == 200


def test_a_dead_connection_in_the_pool_is_not_the_next_that_a_reader_meets(
    alice: Account, app: Any, cut: Callable[[], object]
) -> None:
    assert alice.api.get("notes").status == 200  # has a connection now that stays out of the pool
    with app.app_context(), db.engine.connect():
        pass  # and this one goes back to it
    cut()
    assert alice.api.get("notes").status == 200


def test_version_tells_version_pod_node_and_zone_as_json(http: Http) -> None:
    answer = http.send("GET", "/version")
    assert answer.status == 200
    assert answer.media_type == "application/json"
    assert answer.json() == {"version": __version__, "pod": "pod-1", "node": "node-1", "zone": "-"}


def test_the_probes_answer_a_head_and_no_post(transport: Wsgi) -> None:
    for path in ("/livez", "/readyz", "/version"):
        assert transport.send("HEAD", path).status == 200
        assert transport.send("POST", path, body=b"").status == 405


def test_the_probes_need_no_account_and_set_no_cookie(transport: Wsgi) -> None:
    for path in ("/livez", "/readyz", "/version"):
        answer = transport.send("GET", path)
        assert answer.status == 200
        assert answer.headers.getlist("Set-Cookie") == []


def test_metrics_are_never_on_the_services_own_port(http: Http, transport: Wsgi) -> None:
    for wire in (http, transport):
        for path in ("/metrics", "/metrics/"):
            answer = wire.send("GET", path)
            assert answer.status == 404
            assert "http_request" not in answer.text


@pytest.mark.parametrize("request_id", WELL_FORMED)
def test_a_well_formed_request_id_is_taken_and_returned(transport: Wsgi, request_id: str) -> None:
    assert transport.send("GET", "/signin/", [("X-Request-Id", request_id)]).headers.getlist("X-Request-Id") == [
        request_id
    ]


@pytest.mark.parametrize("request_id", ILL_FORMED)
def test_an_ill_formed_request_id_is_replaced(transport: Wsgi, request_id: str) -> None:
    value = request_id.encode().decode("latin-1")
    answer = transport.send("GET", "/signin/", [("X-Request-Id", value)] if request_id else [])
    made = answer.headers["X-Request-Id"]
    assert made != value
    assert 8 <= len(made) <= 128
    assert set(made) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def test_a_request_id_is_returned_in_every_answer(alice: Account, transport: Wsgi, without_database: Wsgi) -> None:
    sent = [("X-Request-Id", "my-request-1")]
    answers = [transport.send("GET", path, sent) for path in (
        "/", "/signin/", "/signin", "/notes", "/nothing", "/livez", "/readyz", "/version", "/static/nothing",
        "/api/v1/notes", "/api/v1/nothing", "/api/v1/openapi.json", "/faults/",
    )]  # fmt: skip
    answers += [
        transport.send("POST", "/signin/", sent, b""),
        transport.send("PATCH", "/", sent),
        without_database.send("GET", "/readyz", sent),
    ]
    answers += [alice.browser.get("/", sent), alice.api.get("notes", sent), alice.api.send("POST", "notes", sent, b"x")]
    assert [answer.status for answer in answers if answer.headers.getlist("X-Request-Id") != ["my-request-1"]] == []


def test_made_request_ids_differ(transport: Wsgi) -> None:
    assert len({transport.send("GET", "/livez").headers["X-Request-Id"] for _ in range(20)}) == 20


def test_a_database_that_comes_late_is_found_without_a_restart(make_app: MakeApp, database: Database) -> None:
    """A forwarder in front of the database is opened, closed and opened again."""
    from tests.support.forward import Forwarder

    with Forwarder.to(database.url) as way:
        app = Wsgi(make_app(DATABASE_URL=way.url))
        assert app.send("GET", "/readyz").status == 200
        way.close()
        assert app.send("GET", "/readyz").status == 503
        assert app.send("GET", "/livez").status == 200
        way.open()
        assert app.send("GET", "/readyz").status == 200
        assert threading.active_count() < 100
