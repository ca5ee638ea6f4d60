"""Section 2, sign in and sign out."""

import re

import pytest

from tests.support.accounts import PASSWORD, Account, sign_in
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page


def try_to(browser: Browser, email: str, password: str) -> Page:
    return browser.submit(browser.get("/signin/"), {"email": email, "password": password})


def without_what_differs(page: Page, email: str) -> str:
    """The page's text without the address typed, tokens and ids."""
    return re.sub(r'value="[^"]*"|nonce-\S+|[0-9a-f-]{16,}', "", page.text.replace(email, ""))


def test_signing_in_says_so_and_leads_to_the_front_page(anonymous: Browser, alice: Account) -> None:
    page = try_to(anonymous, alice.email, PASSWORD)
    assert (page.status, page.location) == (302, "/")
    front = anonymous.follow(page)
    assert front.status == 200
    assert front.flashes == [("success", "You are signed in!")]


@pytest.mark.parametrize("email", ["ALICE@EXAMPLE.COM", "Alice@example.com"])
def test_the_address_may_be_typed_in_any_case(anonymous: Browser, alice: Account, email: str) -> None:  # noqa: ARG001
    assert try_to(anonymous, email, PASSWORD).status == 302


def test_the_session_is_a_new_one(anonymous: Browser, alice: Account) -> None:
    anonymous.get("/signin/")
    planted = anonymous.copy()
    before = dict(anonymous.cookies)
    sign_in(anonymous, alice.email)
    assert anonymous.cookies != before
    assert anonymous.get("/").status == 200
    assert planted.get("/").status == 302


def test_signing_in_again_elsewhere_leaves_both_signed_in(anonymous: Browser, alice: Account) -> None:
    sign_in(anonymous, alice.email)
    assert anonymous.get("/").status == 200
    assert alice.browser.get("/").status == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(anonymous: Browser, alice: Account) -> None:
    wrong = try_to(anonymous, alice.email, "not her password")
    unknown = try_to(Browser(anonymous.transport), "nobody@example.com", "not her password")
    for page in (wrong, unknown):
        assert page.status == 200
        assert page.flashes == [("error", "Wrong email or password")]
        assert page.errors == {}
    assert without_what_differs(wrong, alice.email) == without_what_differs(unknown, "nobody@example.com")
    assert sorted(wrong.headers.keys()) == sorted(unknown.headers.keys())
    assert anonymous.get("/").status == 302


def test_empty_fields_have_errors_beside_them(anonymous: Browser) -> None:
    page = anonymous.post("/signin/", {})
    assert page.status == 200
    assert page.errors == {"email": ["This field is required."], "password": ["This field is required."]}
    assert page.flashes == []


def test_a_malformed_address_has_an_error_beside_it(anonymous: Browser) -> None:
    page = try_to(anonymous, "not an address", PASSWORD)
    assert page.status == 200
    assert page.errors == {"email": ["Invalid email address."]}
    assert page.form("password").fields["email"] == "not an address"


def test_passwords_differ_by_case_and_by_every_code_point(anonymous: Browser, alice: Account) -> None:
    for password in (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]):
        assert try_to(anonymous, alice.email, password).status == 200


def test_a_signed_in_user_who_opens_sign_in_is_led_to_the_front_page(alice: Account) -> None:
    for target in ("/signin/", "/signin/?next=/trash/"):
        page = alice.browser.get(target)
        assert (page.status, page.location) == (302, "/")


def test_signing_out_leads_to_sign_in(alice: Account) -> None:
    page = alice.browser.submit(alice.browser.get("/signout/"), {}, action="/signout/")
    assert (page.status, page.location) == (302, "/signin/")
    assert alice.browser.get("/").status == 302


def test_opening_sign_out_shows_a_confirm_button_and_signs_nobody_out(alice: Account) -> None:
    page = alice.browser.get("/signout/")
    assert page.status == 200
    form = next(form for form in page.forms if form.action.startswith("/signout/"))
    assert form.method == "POST"
    assert form.node.css_first("button, input[type=submit]") is not None
    assert alice.browser.get("/").status == 200


def test_a_copied_cookie_is_dead_after_signing_out(alice: Account, database: Database) -> None:  # noqa: ARG001
    copy = alice.browser.copy()
    assert copy.get("/").status == 200
    alice.browser.post("/signout/")
    assert copy.get("/").status == 302
    assert copy.get("/settings/").status == 302


def test_signing_out_ends_only_this_session(anonymous: Browser, alice: Account) -> None:
    sign_in(anonymous, alice.email)
    anonymous.post("/signout/")
    assert alice.browser.get("/").status == 200
    assert alice.api.get("notes").status == 200


def test_signing_out_needs_an_account(anonymous: Browser) -> None:
    page = anonymous.get("/signout/")
    assert (page.status, page.location) == (302, "/signin/?next=%2Fsignout%2F")


def test_a_message_appears_once(anonymous: Browser, alice: Account) -> None:
    anonymous.follow(try_to(anonymous, alice.email, PASSWORD))
    assert anonymous.get("/").flashes == []
