"""Section 2 and 5a, settings: all notes exported, the account deleted."""

import io
import zipfile
from pathlib import PurePosixPath

import pytest

from tests.support.accounts import PASSWORD, Account, can_sign_in, make_account
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page

AWKWARD = [
    "../../etc/passwd", "/absolute", "a/b\\c", "same", "same", "SAME", ".", "..", "con", "x" * 100, "\U0001f600" * 100,
    "line\nbreak", "tab\t", "\u202egnp.exe", "trailing. ", "\x01", "é", "e\u0301", "* ? : < > | \"",
]  # fmt: skip


def export(account: Account) -> zipfile.ZipFile:
    page = account.browser.get("/settings/export/")
    assert page.status == 200
    assert page.media_type == "application/zip"
    return zipfile.ZipFile(io.BytesIO(page.body))


def delete(browser: Browser, password: str = PASSWORD) -> Page:
    return browser.submit(browser.get("/settings/"), {"password": password}, action="/settings/delete/")


def test_all_notes_are_exported_as_one_markdown_file_each_the_trash_left_out(alice: Account, bob: Account) -> None:
    bob.api.note("Bob's", "not exported: Bob's")
    texts = [f"# Text {number}\n\n\U0001f600 ä\r\n" for number in range(23)]
    pad = alice.api.pad()["id"]
    for number, text in enumerate(texts):
        alice.api.note(f"n{number}", text, pad if number % 2 else None)
    alice.api.delete(f"notes/{alice.api.note('trashed', 'not exported: trash')['id']}")
    archive = export(alice)
    assert archive.testzip() is None
    assert len(archive.namelist()) == 23
    assert all(name.endswith(".md") for name in archive.namelist())
    contents = [archive.read(name).decode() for name in archive.namelist()]
    assert all(sum(text in content for content in contents) == 1 for text in [*texts[:1], *texts[10:]])
    assert not any("not exported" in content for content in contents)


def test_an_export_of_nothing_is_an_empty_archive(alice: Account) -> None:
    assert export(alice).namelist() == []


def test_names_of_exported_files_are_unique_and_stay_in_the_folder(alice: Account) -> None:
    for name in AWKWARD:
        alice.api.note(name, f"text of {name!a}")
    names = export(alice).namelist()
    assert len(names) == len({name.casefold() for name in names}) == len(AWKWARD)
    for name in names:
        path = PurePosixPath(name)
        assert not path.is_absolute()
        assert ".." not in path.parts
        assert "\\" not in name
        assert not set(name) & set(map(chr, range(32)))
        assert len(path.name.encode()) <= 255


def test_no_name_can_take_another_files_place(alice: Account) -> None:
    first = alice.api.note("a", "text 0")["id"]
    for name in (f"a ({first + 2})", "a", f"a ({first + 4})", "A", f"a ({first})"):
        alice.api.note(name, "text")
    names = export(alice).namelist()
    assert len({name.casefold() for name in names}) == 6


def test_the_settings_link_to_the_export(alice: Account) -> None:
    assert "/settings/export/" in [href for _, href in alice.browser.get("/settings/").links]


def test_deleting_the_account_says_so_and_leads_to_sign_up(alice: Account) -> None:
    page = delete(alice.browser)
    assert (page.status, page.location) == (302, "/signup/")
    assert alice.browser.follow(page).flashes == [("success", "Account is deleted")]


def test_a_deleted_account_leaves_nothing_and_ends_everything(alice: Account, bob: Account, database: Database) -> None:
    pad = alice.api.pad("Alice's pad")["id"]
    alice.api.note("Alice's note", pad_id=pad)
    alice.api.delete(f"notes/{alice.api.note('in the trash')['id']}")
    alice.api.post("notes", {"name": "n", "text": "t"}, [("Idempotency-Key", "12345678")])
    bob.api.note("Bob's note", pad_id=bob.api.pad("Bob's pad")["id"])
    other = alice.browser.copy()
    assert delete(alice.browser).status == 302
    assert other.get("/").status == 302
    assert alice.browser.get("/").status == 302
    assert alice.api.get("notes").status == 401
    assert not database.holds("alice@example.com")
    assert not can_sign_in(alice.browser.transport, alice.email, PASSWORD)
    assert not database.holds("Alice")
    assert [database.count(table) for table in ("user", "pad", "note", "token")] == [1, 1, 1, 1]
    assert len(bob.api.notes()) == 1
    assert bob.browser.get("/").status == 200


def test_the_address_of_a_deleted_account_may_sign_up_again_and_finds_nothing(alice: Account) -> None:
    alice.api.note("old note")
    delete(alice.browser)
    again = make_account(alice.browser.transport, alice.email)
    assert again.api.notes() == []


@pytest.mark.parametrize(
    ("password", "error"), [("wrong password", "Incorrect password"), ("", "This field is required.")]
)
def test_an_incorrect_password_deletes_nothing(alice: Account, database: Database, password: str, error: str) -> None:
    alice.api.note()
    before = database.save()
    page = delete(alice.browser, password)
    assert page.status == 200
    assert page.errors == {"password": [error]}
    assert database.save() == before
    assert alice.browser.get("/").status == 200


def test_deleting_needs_the_csrf_token(alice: Account, database: Database) -> None:
    before = database.save()
    assert alice.browser.post("/settings/delete/", {"password": PASSWORD}, csrf=False).status == 400
    assert database.save() == before
