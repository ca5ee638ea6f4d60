"""Section 2 and 5a, the limit on failed sign-ins."""

import json
from collections.abc import Callable
from typing import Any

from tests.support.accounts import PASSWORD, Account
from tests.support.api import Api, problem
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page
from tests.support.wire import Answer, Transport, Wsgi

WRONG = "a wrong password"


def by_page(transport: Transport, email: str, password: str = WRONG) -> Page:
    browser = Browser(transport)
    return browser.submit(browser.get("/signin/"), {"email": email, "password": password})


def by_api(transport: Transport, email: str, password: str = WRONG) -> Answer:
    return Api(transport).post("tokens", {"email": email, "password": password})


def test_the_11th_failed_try_within_a_minute_is_429_with_retry_after(alice: Account, transport: Wsgi) -> None:
    assert [by_page(transport, alice.email).status for _ in range(10)] == [200] * 10
    page = by_page(transport, alice.email)
    assert page.status == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert page.media_type == "text/html"
    assert "Version" in page.shown


def test_page_and_api_count_together_and_refuse_together(alice: Account, transport: Wsgi) -> None:
    for number in range(10):
        assert (by_page if number % 2 else by_api)(transport, alice.email).status == (200 if number % 2 else 401)
    answer = by_api(transport, alice.email)
    problem(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert by_page(transport, alice.email).status == 429


def test_right_tries_are_refused_too_until_retry_after_is_over(
    alice: Account, transport: Wsgi, database: Database
) -> None:
    for _ in range(10):
        by_api(transport, alice.email)
    wait = int(by_api(transport, alice.email).headers["Retry-After"])
    assert by_page(transport, alice.email, PASSWORD).status == 429
    assert by_api(transport, alice.email, PASSWORD).status == 429
    database.pass_time(seconds=wait + 1)
    assert by_page(transport, alice.email, PASSWORD).status == 302
    assert by_api(transport, alice.email, PASSWORD).status == 201


def test_refused_tries_do_not_make_the_wait_longer(alice: Account, transport: Wsgi, database: Database) -> None:
    for _ in range(10):
        by_api(transport, alice.email)
    wait = int(by_api(transport, alice.email).headers["Retry-After"])
    database.pass_time(seconds=wait - 5)
    for _ in range(3):
        assert int(by_api(transport, alice.email).headers["Retry-After"]) <= 6
    database.pass_time(seconds=6)
    assert by_api(transport, alice.email, PASSWORD).status == 201


def test_tries_older_than_a_minute_do_not_count(alice: Account, transport: Wsgi, database: Database) -> None:
    for _ in range(10):
        by_api(transport, alice.email)
    database.pass_time(seconds=61)
    assert [by_api(transport, alice.email).status for _ in range(10)] == [401] * 10
    assert by_api(transport, alice.email).status == 429


def test_the_minute_slides(alice: Account, transport: Wsgi, database: Database) -> None:
    for _ in range(5):
        by_api(transport, alice.email)
    database.pass_time(seconds=50)
    for _ in range(5):
        by_api(transport, alice.email)
    answer = by_api(transport, alice.email)
    assert answer.status == 429
    database.pass_time(seconds=int(answer.headers["Retry-After"]) + 1)
    assert by_api(transport, alice.email, PASSWORD).status == 201


def test_successes_do_not_count_and_do_not_wipe_out_failures(alice: Account, transport: Wsgi) -> None:
    for _ in range(10):
        assert by_api(transport, alice.email).status == 401
    # ten failures are allowed: the eleventh failure is not, a success between them is
    assert by_page(transport, alice.email, PASSWORD).status == 302
    assert by_api(transport, alice.email, PASSWORD).status == 201
    assert by_api(transport, alice.email).status == 429


def test_many_successes_are_no_reason_to_refuse(alice: Account, transport: Wsgi) -> None:
    assert [by_api(transport, alice.email, PASSWORD).status for _ in range(12)] == [201] * 12


def test_an_address_in_another_case_is_the_same_address(alice: Account, transport: Wsgi) -> None:
    for _ in range(10):
        by_api(transport, alice.email.upper())
    assert by_api(transport, alice.email).status == 429


def test_an_unknown_address_is_limited_like_a_known_one(database: Database, transport: Wsgi) -> None:  # noqa: ARG001
    assert [by_api(transport, "nobody@example.com").status for _ in range(11)] == [401] * 10 + [429]


def test_other_addresses_and_other_clients_are_not_refused(
    alice: Account, bob: Account, transport: Wsgi, app: Any
) -> None:
    for _ in range(11):
        by_api(transport, alice.email)
    assert by_api(transport, bob.email, PASSWORD).status == 201
    assert by_api(Wsgi(app, client="192.0.2.7"), alice.email, PASSWORD).status == 201


def test_a_client_cannot_call_itself_another_by_a_header(alice: Account, transport: Wsgi) -> None:
    body = json.dumps({"email": alice.email, "password": "wrong one"}).encode()
    headers = [("Content-Type", "application/json")]
    tries = [
        transport.send("POST", "/api/v1/tokens", [*headers, ("X-Forwarded-For", f"192.0.2.{number}")], body).status
        for number in range(11)
    ]
    assert tries[-1] == 429


def test_the_count_is_in_the_database_and_holds_over_all_processes(
    alice: Account, transport: Wsgi, make_app: Callable[..., Any]
) -> None:
    other = Wsgi(make_app())
    for number in range(10):
        by_api(other if number % 2 else transport, alice.email)
    assert by_api(other, alice.email).status == 429
    assert by_api(transport, alice.email).status == 429


def test_tries_with_field_errors_do_not_count(alice: Account, transport: Wsgi) -> None:
    for _ in range(12):
        assert by_page(transport, alice.email, "").status == 200
        assert Api(transport).post("tokens", {"email": alice.email}).status == 422
    assert by_api(transport, alice.email).status == 401
    assert by_page(transport, alice.email, PASSWORD).status == 302
