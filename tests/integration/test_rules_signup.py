"""Section 2, sign up."""

import pytest

from tests.support.accounts import PASSWORD, Account, can_sign_in
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page

REQUIRED = "This field is required."
TOO_SHORT = "The password must have 8 to 128 characters."
BLANK = ["", " ", "\t", "\u00a0", "\u3000\u2003", "\u2028", "\x85", "        "]
NO_ADDRESSES = [
    "alice",
    "alice@",
    "@example.com",
    "a b@example.com",
    "a@@example.com",
    "a@exa mple.com",
    "a@-.com",
    "<a@example.com>",
]


def sign_up(browser: Browser, email: str, password: str = PASSWORD, repeat: str | None = None) -> Page:
    fields = {"email": email, "password": password, "repeat_password": password if repeat is None else repeat}
    return browser.submit(browser.get("/signup/"), fields)


def test_signing_up_leads_to_sign_in_and_says_so(anonymous: Browser, database: Database) -> None:
    page = sign_up(anonymous, "carol@example.com")
    assert (page.status, page.location) == (302, "/signin/")
    assert anonymous.follow(page).flashes == [("success", "Account is created. Now you can sign in.")]
    assert database.count("user") == 3
    assert can_sign_in(anonymous.transport, "carol@example.com", PASSWORD)


def test_signing_up_does_not_sign_in(anonymous: Browser) -> None:
    sign_up(anonymous, "carol@example.com")
    assert anonymous.get("/").status == 302


@pytest.mark.parametrize("field", ["email", "password", "repeat_password"])
@pytest.mark.parametrize("blank", BLANK)
def test_an_empty_or_blank_field_is_required(anonymous: Browser, database: Database, field: str, blank: str) -> None:
    fields = {"email": "c@example.com", "password": PASSWORD, "repeat_password": PASSWORD} | {field: blank}
    page = anonymous.post("/signup/", fields)
    assert page.status == 200
    assert page.errors[field] == [REQUIRED]
    assert database.count("user") == 2


def test_fields_that_are_not_there_are_required(anonymous: Browser) -> None:
    page = anonymous.post("/signup/", {})
    assert page.status == 200
    assert page.errors == {"email": [REQUIRED], "password": [REQUIRED], "repeat_password": [REQUIRED]}


@pytest.mark.parametrize("email", NO_ADDRESSES)
def test_a_malformed_address_is_refused_beside_its_field(anonymous: Browser, database: Database, email: str) -> None:
    page = sign_up(anonymous, email)
    assert page.status == 200
    assert page.errors == {"email": ["Invalid email address."]}
    assert page.form("repeat_password").fields["email"] == email
    assert database.count("user") == 2


def test_an_address_longer_than_120_is_refused_and_one_of_120_is_not(anonymous: Browser) -> None:
    domain = "@" + "d" * 60 + ".example.com"
    longest = "a" * (120 - len(domain) - 0)
    # a local part has at most 64 characters
    assert len(longest) <= 64
    assert sign_up(anonymous, f"a{longest}{domain}").errors == {"email": ["Invalid email address."]}
    assert sign_up(anonymous, f"{longest}{domain}").status == 302


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@example.com", "Alice@Example.COM"])
def test_an_address_already_signed_up_is_refused_in_any_case(
    anonymous: Browser, database: Database, email: str
) -> None:
    page = sign_up(anonymous, email)
    assert page.status == 200
    assert page.errors == {"email": ["User with this email is already signed up"]}
    assert database.count("user") == 2


def test_an_address_is_kept_as_typed(anonymous: Browser, database: Database) -> None:
    assert sign_up(anonymous, "Carol.X@example.com").status == 302
    assert database.holds("Carol.X@example.com")


@pytest.mark.parametrize("email", [" carol@example.com", "carol@example.com ", "carol@example.com\t"])
def test_an_address_is_not_trimmed(anonymous: Browser, database: Database, email: str) -> None:
    page = anonymous.post("/signup/", {"email": email, "password": PASSWORD, "repeat_password": PASSWORD})
    assert page.errors == {"email": ["Invalid email address."]}
    assert not database.holds("carol@example.com")


def test_passwords_that_differ_are_refused(anonymous: Browser, database: Database) -> None:
    page = sign_up(anonymous, "carol@example.com", PASSWORD, PASSWORD + "x")
    assert page.status == 200
    assert page.errors == {"repeat_password": ["Your passwords do not match"]}
    assert database.count("user") == 2


@pytest.mark.parametrize("password", ["1234567", "x" * 129, "\U0001f600" * 7, "é" * 129])
def test_a_password_has_8_to_128_characters(anonymous: Browser, database: Database, password: str) -> None:
    page = sign_up(anonymous, "carol@example.com", password)
    assert page.status == 200
    assert page.errors == {"password": [TOO_SHORT]}
    assert database.count("user") == 2


@pytest.mark.parametrize("password", ["12345678", "x" * 128, "\U0001f600" * 128, " spaces "])
def test_passwords_of_8_and_of_128_code_points_are_taken_to_the_letter(anonymous: Browser, password: str) -> None:
    assert sign_up(anonymous, "carol@example.com", password).status == 302
    assert can_sign_in(anonymous.transport, "carol@example.com", password)
    assert not can_sign_in(anonymous.transport, "carol@example.com", password + "x")
    assert not can_sign_in(anonymous.transport, "carol@example.com", password[:-1] + "y")


def test_a_password_is_never_sent_back(anonymous: Browser) -> None:
    assert "a secret of ours" not in sign_up(anonymous, "malformed", "a secret of ours").text


def test_a_password_is_stored_hashed(alice: Account, database: Database) -> None:
    assert not database.holds(alice.password)
    assert database.value('SELECT max(length(password_hash)) FROM "user"') <= 255


@pytest.mark.parametrize("bad", [b"carol%00@example.com", b"%FF@example.com", b"%ED%A0%80@example.com"])
def test_u_0000_and_ill_formed_utf_8_are_refused_beside_the_address(
    anonymous: Browser, database: Database, bad: bytes
) -> None:
    page = anonymous.post("/signup/", {"email": bad, "password": PASSWORD, "repeat_password": PASSWORD})
    assert page.status == 200
    assert list(page.errors) == ["email"]
    assert database.count("user") == 2


@pytest.mark.parametrize("bad", [b"12345678%00", b"12345678%FF", b"12345678%ED%A0%80", b"12345678%C0%80"])
def test_u_0000_and_ill_formed_utf_8_are_refused_beside_the_password(
    anonymous: Browser, database: Database, bad: bytes
) -> None:
    page = anonymous.post("/signup/", {"email": "c@example.com", "password": bad, "repeat_password": bad})
    assert page.status == 200
    assert "password" in page.errors
    assert database.count("user") == 2


def test_a_signed_in_user_who_opens_sign_up_is_led_to_the_front_page(alice: Account) -> None:
    page = alice.browser.get("/signup/")
    assert (page.status, page.location) == (302, "/")
