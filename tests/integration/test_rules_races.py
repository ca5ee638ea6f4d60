"""Rules that two requests at once could break: each holds whoever comes first."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import urlsplit

from tests.support.accounts import PASSWORD, Account, can_sign_in
from tests.support.api import Api
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.smtp import Mailbox, link_in
from tests.support.wire import Wsgi

T = TypeVar("T")


def at_once(count: int, act: Callable[[int], T]) -> list[T]:
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def test_of_simultaneous_sign_ups_with_one_address_exactly_one_succeeds(no_token: Api, database: Database) -> None:
    emails = ["race@example.com", "RACE@example.com", "Race@Example.com"]
    answers = at_once(6, lambda number: no_token.post("users", {"email": emails[number % 3], "password": PASSWORD}))
    assert Counter(answer.status for answer in answers) == {201: 1, 422: 5}
    assert database.count("user") == 3


def test_of_simultaneous_failed_tries_only_ten_are_heard(no_token: Api, alice: Account) -> None:
    body = {"email": alice.email, "password": "a wrong password"}
    answers = at_once(16, lambda _: no_token.post("tokens", body))
    assert Counter(answer.status for answer in answers) == {401: 10, 429: 6}
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in answers if answer.status == 429)
    assert no_token.post("tokens", {"email": alice.email, "password": PASSWORD}).status == 429


def test_a_recovery_link_opened_twice_at_once_is_used_once(
    anonymous: Browser, alice: Account, mailbox: Mailbox
) -> None:
    anonymous.submit(anonymous.get("/forgot-password/"), {"email": alice.email})
    path = urlsplit(link_in(mailbox.wait())).path
    browsers = [Browser(anonymous.transport) for _ in range(4)]
    forms = [browser.get(path) for browser in browsers]

    def use(number: int) -> int:
        word = f"new password {number}"
        return browsers[number].submit(forms[number], {"new_password": word, "repeat_new_password": word}).status

    statuses = at_once(4, use)
    assert Counter(statuses) == {302: 1, 404: 3}
    assert can_sign_in(anonymous.transport, alice.email, f"new password {statuses.index(302)}")


def test_a_note_made_while_its_pad_is_deleted_is_refused_or_trashed_and_never_an_error(alice: Account) -> None:
    for _ in range(8):
        pad = alice.api.pad()["id"]

        def act(number: int, pad: int = pad) -> int:
            if number == 2:
                return alice.api.delete(f"pads/{pad}").status
            return alice.api.post("notes", {"name": "N", "text": "T", "pad_id": pad}).status

        statuses = at_once(5, act)
        assert statuses[2] == 204
        assert set(statuses) <= {201, 204, 422}
    assert alice.api.notes() == []
    assert {note["pad_id"] for note in alice.api.trash()} <= {None}


def test_a_note_deleted_twice_at_once_is_deleted_once(alice: Account) -> None:
    for _ in range(4):
        note = alice.api.note()["id"]
        assert Counter(at_once(4, lambda _, n=note: alice.api.delete(f"notes/{n}").status)) == {204: 1, 404: 3}  # type: ignore[misc]


def test_a_token_revoked_while_it_is_used_is_never_an_error(alice: Account, no_token: Api, transport: Wsgi) -> None:
    made = no_token.post("tokens", {"email": alice.email, "password": PASSWORD}).json()
    other = Api(transport, made["token"])

    def act(number: int) -> int:
        return alice.api.delete(f"tokens/{made['id']}").status if number == 3 else other.get("notes").status

    assert set(at_once(8, act)) <= {200, 204, 401}
    assert other.get("notes").status == 401


def test_an_account_deleted_while_it_writes_leaves_nothing(alice: Account, database: Database) -> None:
    def act(number: int) -> int:
        if number == 4:
            return alice.browser.copy().post("/settings/delete/", {"password": PASSWORD}).status
        return alice.api.post("notes", {"name": "N", "text": "T"}).status

    statuses = at_once(10, act)
    assert statuses[4] == 302
    assert set(statuses) <= {201, 302, 401}
    assert database.count("note") == 0
