"""Section 2 and 5a, a forgotten password."""

from queue import Empty
from urllib.parse import urlsplit

import pytest

from tests.support.accounts import PASSWORD, Account, can_sign_in
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page
from tests.support.smtp import Mailbox, link_in
from tests.support.wire import Wsgi

NEW = "another horse 2"
FIELDS = ("new_password", "repeat_new_password")


def ask(browser: Browser, email: str) -> Page:
    return browser.submit(browser.get("/forgot-password/"), {"email": email})


def path_in(mailbox: Mailbox) -> str:
    return urlsplit(link_in(mailbox.wait())).path


def recover(browser: Browser, path: str, new: str = NEW, repeat: str | None = None) -> Page:
    fields = dict(zip(FIELDS, (new, new if repeat is None else repeat), strict=True))
    return browser.submit(browser.get(path), fields)


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@example.com", "nobody@example.com"])
def test_the_answer_is_the_same_whether_or_not_the_address_exists(anonymous: Browser, email: str) -> None:
    page = ask(anonymous, email)
    assert (page.status, page.location) == (302, "/signin/")
    assert anonymous.follow(page).flashes == [("success", "Check your email to proceed.")]


@pytest.mark.parametrize(
    ("email", "error"),
    [("", "This field is required."), ("\u3000", "This field is required."), ("x", "Invalid email address.")],
)
def test_an_empty_or_malformed_address_has_an_error_beside_it(
    anonymous: Browser, mailbox: Mailbox, email: str, error: str
) -> None:
    page = ask(anonymous, email)
    assert page.status == 200
    assert page.errors == {"email": [error]}
    assert mailbox.mails.empty()


def test_an_unknown_address_gets_no_mail(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    ask(anonymous, "nobody@example.com")
    ask(anonymous, alice.email)
    mail = mailbox.wait()
    assert "alice@example.com" in mail["To"]
    with pytest.raises(Empty):
        mailbox.wait(0.3)


def test_the_mail_goes_to_the_address_as_typed_at_sign_up(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    ask(anonymous, alice.email.upper())
    assert alice.email in mailbox.wait()["To"]


def test_the_link_sets_a_new_password(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    ask(anonymous, alice.email)
    reader = Browser(anonymous.transport)
    page = recover(reader, path_in(mailbox))
    assert (page.status, page.location) == (302, "/signin/")
    assert reader.follow(page).flashes == [("success", "Your password is successfully changed.")]
    assert can_sign_in(anonymous.transport, alice.email, NEW)
    assert not can_sign_in(anonymous.transport, alice.email, PASSWORD)


def test_setting_a_new_password_ends_all_sessions_and_api_tokens_stay(
    anonymous: Browser, alice: Account, bob: Account, mailbox: Mailbox
) -> None:
    ask(anonymous, alice.email)
    assert alice.browser.get("/").status == 200
    recover(anonymous, path_in(mailbox))
    assert alice.browser.get("/").status == 302
    assert alice.api.get("notes").status == 200
    assert bob.browser.get("/").status == 200


def test_asking_changes_nothing_yet(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    ask(anonymous, alice.email)
    anonymous.get(path_in(mailbox))
    assert alice.browser.get("/").status == 200
    assert can_sign_in(anonymous.transport, alice.email, PASSWORD)


def test_a_used_link_is_404(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    ask(anonymous, alice.email)
    path = path_in(mailbox)
    form = anonymous.get(path)
    assert recover(anonymous, path).status == 302
    assert anonymous.get(path).status == 404
    assert anonymous.submit(form, dict.fromkeys(FIELDS, "a third horse 3")).status in (400, 404)
    assert Browser(anonymous.transport).post(path, dict.fromkeys(FIELDS, "a third horse 3")).status == 404
    assert can_sign_in(anonymous.transport, alice.email, NEW)


def test_a_link_is_good_for_one_day(anonymous: Browser, alice: Account, mailbox: Mailbox, database: Database) -> None:
    ask(anonymous, alice.email)
    path = path_in(mailbox)
    database.pass_time(hours=23, minutes=59)
    assert anonymous.get(path).status == 200
    database.pass_time(minutes=2)
    assert anonymous.get(path).status == 404
    assert anonymous.post(path, dict.fromkeys(FIELDS, NEW)).status == 404
    assert can_sign_in(anonymous.transport, alice.email, PASSWORD)


@pytest.mark.parametrize("token", ["unknown", "0" * 43, "%00", "%FF", "a" * 5000, "..", "%2e%2e"])
def test_an_unknown_link_is_404(anonymous: Browser, token: str) -> None:
    assert anonymous.get(f"/recover-password/{token}/").status == 404
    assert anonymous.post(f"/recover-password/{token}/", dict.fromkeys(FIELDS, NEW)).status == 404


def test_errors_are_as_in_the_settings_and_use_nothing_up(anonymous: Browser, alice: Account, mailbox: Mailbox) -> None:
    ask(anonymous, alice.email)
    path = path_in(mailbox)
    assert recover(anonymous, path, repeat=NEW + "x").errors == {"repeat_new_password": ["Your passwords don't match"]}
    assert recover(anonymous, path, "short").errors == {"new_password": ["The password must have 8 to 128 characters."]}
    assert recover(anonymous, path, "x" * 129).errors == {
        "new_password": ["The password must have 8 to 128 characters."]
    }
    empty = recover(anonymous, path, "", "")
    assert empty.status == 200
    assert empty.errors == {field: ["This field is required."] for field in FIELDS}
    bad = anonymous.post(path, dict.fromkeys(FIELDS, b"12345678%FF"))
    assert "new_password" in bad.errors
    assert recover(anonymous, path).status == 302


def test_the_token_is_random_long_and_not_kept_in_the_clear(
    anonymous: Browser, alice: Account, mailbox: Mailbox, database: Database
) -> None:
    tokens = []
    for _ in range(2):
        ask(anonymous, alice.email)
        tokens.append(path_in(mailbox).removeprefix("/recover-password/").rstrip("/"))
    assert tokens[0] != tokens[1]
    assert all(len(token) >= 22 for token in tokens)
    assert not any(database.holds(token) for token in tokens)


def test_a_link_of_one_user_does_nothing_to_another(
    anonymous: Browser, alice: Account, bob: Account, mailbox: Mailbox
) -> None:
    ask(anonymous, alice.email)
    recover(anonymous, path_in(mailbox))
    assert can_sign_in(anonymous.transport, bob.email, PASSWORD)


def test_the_links_host_is_from_the_setting_never_from_the_request(
    alice: Account, mailbox: Mailbox, app: object
) -> None:
    spoofed = Browser(Wsgi(app, host="evil.example"))
    form = spoofed.get("/forgot-password/", [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https")])
    spoofed.submit(form, {"email": alice.email})
    mail = mailbox.wait()
    assert link_in(mail).startswith("http://notes.example.org/recover-password/")
    assert "evil.example" not in mail.as_string()
