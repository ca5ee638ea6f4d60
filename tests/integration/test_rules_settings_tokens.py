"""Section 2 and 5a, settings: API tokens made, shown once, and revoked."""

import re

import pytest

from tests.support.accounts import Account
from tests.support.api import Api
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page


def working_tokens(page: Page, browser: Browser) -> list[str]:
    """The words and values on a page that open the API."""
    candidates = set(re.findall(r"[A-Za-z0-9_.~+/=-]{16,}", page.text))
    return [word for word in candidates if Api(browser.transport, word).get("notes").status == 200]


def make(browser: Browser, name: str) -> Page:
    """Make a token through the form; the page that shows it, after a redirect if there is one."""
    page = browser.submit(browser.get("/settings/"), {"name": name}, action="/settings/tokens/")
    return browser.follow(page) if page.status in (302, 303) else page


def test_a_token_made_in_the_settings_opens_the_api_and_is_shown_once(alice: Account) -> None:
    page = make(alice.browser, "My <laptop>")
    assert page.status in (200, 201)
    assert len(working_tokens(page, alice.browser)) == 1
    for path in ("/settings/", "/", "/settings/"):
        assert working_tokens(alice.browser.get(path), alice.browser) == []


def test_the_settings_list_the_tokens_by_name(alice: Account) -> None:
    make(alice.browser, "My <laptop>")
    page = alice.browser.get("/settings/")
    assert "My <laptop>" in page.shown
    assert "tests" in page.shown  # the one that the fixture made through the API


def test_a_token_is_stored_hashed(alice: Account, database: Database) -> None:
    token = working_tokens(make(alice.browser, "x"), alice.browser)[0]
    assert not database.holds(token)


def test_a_revoked_token_is_dead_at_once_and_others_are_not(alice: Account) -> None:
    token = working_tokens(make(alice.browser, "second"), alice.browser)[0]
    mine = next(item["id"] for item in alice.api.get("tokens").json()["items"] if item["name"] == "tests")
    page = alice.browser.submit(alice.browser.get("/settings/"), {}, action=f"/settings/tokens/{mine}/revoke/")
    assert page.status == 302
    assert alice.browser.follow(page).status == 200
    assert alice.api.get("notes").status == 401
    assert Api(alice.browser.transport, token).get("notes").status == 200


def test_another_users_token_cannot_be_revoked(alice: Account, bob: Account) -> None:
    token = bob.api.get("tokens").json()["items"][0]["id"]
    assert alice.browser.post(f"/settings/tokens/{token}/revoke/").status == 404
    assert bob.api.get("notes").status == 200


def test_another_users_tokens_are_not_listed(alice: Account, bob: Account) -> None:
    make(bob.browser, "Bob's laptop")
    assert "Bob's laptop" not in alice.browser.get("/settings/").shown


@pytest.mark.parametrize("bad", [b"%00", b"a%FF"])
def test_u_0000_and_ill_formed_utf_8_in_a_tokens_name_are_refused_beside_the_field(
    alice: Account, database: Database, bad: bytes
) -> None:
    page = alice.browser.post("/settings/tokens/", {"name": bad})
    assert page.status == 200
    assert list(page.errors) == ["name"]
    assert database.count("token") == 2


def test_a_token_without_a_csrf_token_is_not_made(alice: Account, database: Database) -> None:
    assert alice.browser.post("/settings/tokens/", {"name": "x"}, csrf=False).status == 400
    assert database.count("token") == 2


def test_a_tokens_name_of_any_length_is_no_server_error(alice: Account) -> None:
    assert alice.browser.post("/settings/tokens/", {"name": "x" * 100}).status in (200, 302)
    assert alice.browser.post("/settings/tokens/", {"name": "x" * 1000}).status in (200, 302)
