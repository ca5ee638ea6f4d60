"""Section 2, pads."""

import pytest

from tests.support.accounts import Account
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page

REQUIRED = {"name": ["This field is required."]}
TOO_LONG = {"name": ["The name must have less than 100 characters."]}


def pads(account: Account) -> list[dict[str, object]]:
    items: list[dict[str, object]] = account.api.get("pads").json()["items"]
    return items


def outside_main(page: Page) -> str:
    """What the page shows beside its main part."""
    tree = page.tree.clone()
    main = tree.css_first("main")
    if main is not None:
        main.decompose()
    return " ".join(tree.body.text().split())


def test_creating_a_pad_says_so_and_leads_to_all_notes(alice: Account) -> None:
    page = alice.browser.submit(alice.browser.get("/pads/create/"), {"name": "My <pad>"})
    assert (page.status, page.location) == (302, "/")
    assert alice.browser.follow(page).flashes == [("success", "Pad is successfully created")]
    assert [pad["name"] for pad in pads(alice)] == ["My <pad>"]


def test_a_pads_form_has_a_name_only(alice: Account) -> None:
    form = alice.browser.get("/pads/create/").form("name", action="/pads/create/")
    assert set(form.fields) - form.hidden == {"name"}


def test_updating_a_pad_says_so_and_leads_to_its_page(alice: Account) -> None:
    pad = alice.api.pad("old")["id"]
    form = alice.browser.get(f"/pads/{pad}/edit/")
    assert form.form("name", action=f"/pads/{pad}/edit/").fields["name"] == "old"
    page = alice.browser.submit(form, {"name": "new"})
    assert (page.status, page.location) == (302, f"/pads/{pad}/")
    assert alice.browser.follow(page).flashes == [("success", "Pad is successfully updated")]
    assert pads(alice) == [{"id": pad, "name": "new", "notes": 0}]


def test_deleting_a_pad_asks_first(alice: Account) -> None:
    pad = alice.api.pad("My <pad>")["id"]
    page = alice.browser.get(f"/pads/{pad}/delete/")
    assert page.status == 200
    assert "Are you sure you want to delete My <pad> and all related notes?" in page.shown
    assert len(pads(alice)) == 1


def test_deleting_a_pad_says_so_leads_to_all_notes_and_trashes_its_notes(alice: Account) -> None:
    pad, other = alice.api.pad("gone")["id"], alice.api.pad("stays")["id"]
    inside = [alice.api.note(f"in {number}", pad_id=pad)["id"] for number in range(3)]
    outside = [alice.api.note("out")["id"], alice.api.note("other", pad_id=other)["id"]]
    page = alice.browser.submit(alice.browser.get(f"/pads/{pad}/delete/"), {}, action=f"/pads/{pad}/delete/")
    assert (page.status, page.location) == (302, "/")
    assert alice.browser.follow(page).flashes == [("success", "Pad is successfully deleted")]
    assert [pad["name"] for pad in pads(alice)] == ["stays"]
    assert sorted(note["id"] for note in alice.api.trash()) == inside
    assert sorted(note["id"] for note in alice.api.notes()) == outside
    assert alice.browser.get(f"/pads/{pad}/").status == 404


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\u3000", "\r\n", "\u2029"])
def test_an_empty_or_blank_name_is_required(alice: Account, database: Database, blank: str) -> None:
    pad = alice.api.pad()["id"]
    before = database.save()
    for path in ("/pads/create/", f"/pads/{pad}/edit/"):
        page = alice.browser.post(path, {"name": blank})
        assert page.status == 200
        assert page.errors == REQUIRED
    assert database.save() == before


@pytest.mark.parametrize("letter", ["x", "\U0001f600"])
def test_a_pads_name_of_100_is_allowed_and_one_of_101_is_not(alice: Account, letter: str) -> None:
    page = alice.browser.post("/pads/create/", {"name": letter * 101})
    assert (page.status, page.errors) == (200, TOO_LONG)
    assert page.form("name", action="/pads/create/").fields["name"] == letter * 101
    assert alice.browser.post("/pads/create/", {"name": letter * 100}).status == 302
    assert [pad["name"] for pad in pads(alice)] == [letter * 100]


@pytest.mark.parametrize("bad", [b"%00", b"a%FF", b"%ED%B0%80"])
def test_u_0000_and_ill_formed_utf_8_are_refused_beside_the_field(alice: Account, bad: bytes) -> None:
    pad = alice.api.pad("kept")["id"]
    for path in ("/pads/create/", f"/pads/{pad}/edit/"):
        page = alice.browser.post(path, {"name": bad})
        assert page.status == 200
        assert list(page.errors) == ["name"]
    assert [pad["name"] for pad in pads(alice)] == ["kept"]


def test_a_pads_page_shows_its_name_and_how_many_notes_it_has(alice: Account) -> None:
    pad = alice.api.pad("My pad")["id"]
    for number in range(2):
        alice.api.note(f"n{number}", pad_id=pad)
    alice.api.note("elsewhere")
    alice.api.delete(f"notes/{alice.api.note('trashed', pad_id=pad)['id']}")
    page = alice.browser.get(f"/pads/{pad}/")
    assert page.heading == "My pad (2)"
    assert page.title.startswith("My pad (2)")
    assert page.names == ["n1", "n0"]


def test_a_pads_page_has_no_pad_column(alice: Account) -> None:
    pad = alice.api.pad("My pad")["id"]
    alice.api.note("n", pad_id=pad)
    page = alice.browser.get(f"/pads/{pad}/")
    assert [column.strip(" ▲▼↑↓") for column in page.columns] == ["Note", "Last modified"]
    assert len(page.rows[0]) == 2


def test_a_pads_page_links_to_a_new_note_that_preselects_it_and_to_its_settings(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    page = alice.browser.get(f"/pads/{pad}/")
    new = [href for text, href in page.links if text == "New note" and f"pad={pad}" in href]
    assert new != []
    assert alice.browser.get(new[0]).form("pad").fields["pad"] == str(pad)
    assert page.link("Pad settings") == f"/pads/{pad}/edit/"


def test_an_empty_pad_says_create_first_note_in_the_pad(alice: Account) -> None:
    pad = alice.api.pad("Empty")["id"]
    page = alice.browser.get(f"/pads/{pad}/")
    assert page.heading == "Empty (0)"
    assert "Create first note in the pad." in page.shown
    alice.api.note(pad_id=pad)
    assert "Create first note in the pad." not in alice.browser.get(f"/pads/{pad}/").shown


def test_the_sidebar_of_every_signed_in_page_lists_my_pads_or_no_pads(alice: Account, bob: Account) -> None:
    bob.api.pad("Bob's pad")
    note = alice.api.note()["id"]
    paths = ["/", "/settings/", "/trash/", "/notes/create/", "/pads/create/", "/signout/", "/?q=x"]
    paths += [f"/notes/{note}/", f"/notes/{note}/edit/", f"/notes/{note}/delete/"]
    for path in paths:
        assert "No pads" in outside_main(alice.browser.get(path)), path
    pad = alice.api.pad("Sidebar pad")["id"]
    for path in [*paths, f"/pads/{pad}/", f"/pads/{pad}/edit/", f"/pads/{pad}/delete/"]:
        page = alice.browser.get(path)
        beside = outside_main(page)
        assert "My pads" in beside, path
        assert "No pads" not in beside
        assert ("Sidebar pad", f"/pads/{pad}/") in page.links
        assert "Bob" not in page.text


def test_anonymous_pages_list_no_pads(anonymous: Browser) -> None:
    shown = anonymous.get("/signin/").shown
    assert "My pads" not in shown
    assert "No pads" not in shown
