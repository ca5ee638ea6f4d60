"""Section 2 and 5a, settings: a new password, and which sessions end."""

import pytest

from tests.support.accounts import PASSWORD, Account, can_sign_in, sign_in
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page

NEW = "another horse 2"
REQUIRED = ["This field is required."]
FIELDS = ("old_password", "new_password", "repeat_new_password")


def change(browser: Browser, old: str = PASSWORD, new: str = NEW, repeat: str | None = None) -> Page:
    values = (old, new, new if repeat is None else repeat)
    return browser.submit(browser.get("/settings/"), dict(zip(FIELDS, values, strict=True)))


def test_a_changed_password_says_so_and_is_the_one_that_signs_in(alice: Account) -> None:
    page = change(alice.browser)
    assert (page.status, page.location) == (302, "/")
    assert alice.browser.follow(page).flashes == [("success", "Your password is successfully changed.")]
    transport = alice.browser.transport
    assert can_sign_in(transport, alice.email, NEW)
    assert not can_sign_in(transport, alice.email, PASSWORD)


def test_every_other_session_of_the_user_ends_and_this_one_goes_on(alice: Account, bob: Account) -> None:
    other = sign_in(Browser(alice.browser.transport), alice.email)
    assert other.get("/").status == 200
    assert change(alice.browser).status == 302
    assert alice.browser.get("/settings/").status == 200
    assert other.get("/").status == 302
    assert other.get("/settings/").status == 302
    assert bob.browser.get("/").status == 200


def test_api_tokens_stay_when_the_password_changes(alice: Account) -> None:
    assert change(alice.browser).status == 302
    assert alice.api.get("notes").status == 200


def test_an_incorrect_old_password_is_refused(alice: Account, database: Database) -> None:
    before = database.save()
    page = change(alice.browser, old="not the old one")
    assert page.status == 200
    assert page.errors == {"old_password": ["Incorrect old password"]}
    assert database.save() == before


def test_new_passwords_that_differ_are_refused(alice: Account, database: Database) -> None:
    before = database.save()
    page = change(alice.browser, repeat=NEW + "x")
    assert page.status == 200
    assert page.errors == {"repeat_new_password": ["Your passwords don't match"]}
    assert database.save() == before


@pytest.mark.parametrize("new", ["1234567", "x" * 129])
def test_a_new_password_has_8_to_128_characters(alice: Account, database: Database, new: str) -> None:
    before = database.save()
    page = change(alice.browser, new=new)
    assert page.status == 200
    assert page.errors == {"new_password": ["The password must have 8 to 128 characters."]}
    assert database.save() == before


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("blank", ["", " " * 9, "\u3000" * 8])
def test_an_empty_or_blank_field_is_required(alice: Account, database: Database, field: str, blank: str) -> None:
    before = database.save()
    values = dict(zip(FIELDS, (PASSWORD, NEW, NEW), strict=True)) | {field: blank}
    page = alice.browser.post("/settings/", values)
    assert page.status == 200
    assert page.errors[field] == REQUIRED
    assert database.save() == before


def test_u_0000_and_ill_formed_utf_8_are_refused_beside_the_field(alice: Account, database: Database) -> None:
    before = database.save()
    for bad in (b"12345678%00", b"12345678%FF"):
        page = alice.browser.post("/settings/", dict(zip(FIELDS, (PASSWORD, bad, bad), strict=True)))
        assert page.status == 200
        assert "new_password" in page.errors
    assert database.save() == before


def test_a_refused_password_ends_no_session(alice: Account) -> None:
    other = alice.browser.copy()
    change(alice.browser, old="not the old one")
    assert other.get("/").status == 200


def test_passwords_never_come_back_in_the_page(alice: Account) -> None:
    page = change(alice.browser, old="not the old one", new="a secret of ours")
    assert "a secret of ours" not in page.text
    assert "not the old one" not in page.text
