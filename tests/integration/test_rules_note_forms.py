"""Section 2, creating, editing and deleting a note through the pages."""

import pytest

from tests.support.accounts import Account
from tests.support.database import Database

REQUIRED = ["This field is required."]
TOO_LONG = ["The name must have less than 100 characters."]
NOT_A_CHOICE = ["Not a valid choice."]
BLANK = [
    "",
    " ",
    "\t\r\n",
    "\u00a0",
    "\u1680",
    "\u2000\u200a",
    "\u2028\u2029",
    "\u202f",
    "\u205f",
    "\u3000",
    "\x85",
    "\x0b\x0c",
]
# looks empty or counts as white space elsewhere, but is none in Unicode
NO_WHITE_SPACE = ["\x1c", "\x1f", "\u200b", "\ufeff", "\u180e", "\u2060", "\u00ad", "\x08", "\x7f"]


def only_note(alice: Account) -> dict[str, object]:
    notes = alice.api.notes()
    assert len(notes) == 1
    return notes[0]


def test_creating_a_note_says_so_and_leads_to_all_notes(alice: Account) -> None:
    page = alice.browser.submit(alice.browser.get("/notes/create/"), {"name": "Name", "text": "Text"})
    assert (page.status, page.location) == (302, "/")
    assert alice.browser.follow(page).flashes == [("success", "Note is successfully created")]
    note = only_note(alice)
    assert (note["name"], note["text"], note["pad_id"]) == ("Name", "Text", None)
    assert note["created_at"] == note["updated_at"]


def test_creating_a_note_in_a_pad_leads_to_the_pad(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    page = alice.browser.submit(alice.browser.get("/notes/create/"), {"name": "N", "text": "T", "pad": str(pad)})
    assert (page.status, page.location) == (302, f"/pads/{pad}/")
    assert alice.browser.follow(page).flashes == [("success", "Note is successfully created")]
    assert only_note(alice)["pad_id"] == pad


def test_the_choice_of_pads_is_none_first_with_value_0_then_ones_own(alice: Account, bob: Account) -> None:
    bob.api.pad("Bob's")
    mine = [alice.api.pad(name)["id"] for name in ("B", "A <&>")]
    for path in ("/notes/create/", f"/notes/{alice.api.note()['id']}/edit/"):
        options = alice.browser.get(path).form("name", "text", "pad").options("pad")
        assert options[0] == ("0", "---------")
        assert sorted(options[1:]) == sorted([(str(mine[0]), "B"), (str(mine[1]), "A <&>")])


def test_no_pad_field_counts_as_0(alice: Account) -> None:
    page = alice.browser.post("/notes/create/", {"name": "N", "text": "T"})
    assert (page.status, page.location) == (302, "/")
    note = only_note(alice)
    assert note["pad_id"] is None


def test_no_pad_field_in_an_edit_counts_as_0_too(alice: Account) -> None:
    note = alice.api.note(pad_id=alice.api.pad()["id"])["id"]
    page = alice.browser.post(f"/notes/{note}/edit/", {"name": "N", "text": "T"})
    assert (page.status, page.location) == (302, "/")
    assert only_note(alice)["pad_id"] is None


def test_pad_0_is_no_pad_and_breaks_no_foreign_key(alice: Account) -> None:
    assert alice.browser.post("/notes/create/", {"name": "N", "text": "T", "pad": "0"}).status == 302
    assert only_note(alice)["pad_id"] is None


def test_pad_in_the_query_preselects_an_own_pad(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    assert alice.browser.get(f"/notes/create/?pad={pad}").form("pad").fields["pad"] == str(pad)


def test_pad_in_the_query_preselects_no_other_pad(alice: Account, bob: Account) -> None:
    foreign = bob.api.pad()["id"]
    alice.api.pad()
    for value in (foreign, 0, -1, "abc", "", 987654321, 2**31, 2**63, "9" * 50, "%00", "%FF"):
        page = alice.browser.get(f"/notes/create/?pad={value}")
        assert page.status == 200
        assert page.form("pad").fields["pad"] == "0"


@pytest.mark.parametrize("blank", BLANK)
def test_an_empty_or_blank_name_or_text_is_required(alice: Account, database: Database, blank: str) -> None:
    note = alice.api.note()["id"]
    before = database.save()
    for path in ("/notes/create/", f"/notes/{note}/edit/"):
        page = alice.browser.post(path, {"name": blank, "text": blank, "pad": "0"})
        assert page.status == 200
        assert page.errors == {"name": REQUIRED, "text": REQUIRED}
    assert database.save() == before


@pytest.mark.parametrize("name", NO_WHITE_SPACE)
def test_what_unicode_calls_no_white_space_is_not_empty(alice: Account, name: str) -> None:
    assert alice.browser.post("/notes/create/", {"name": name, "text": name}).status == 302
    note = only_note(alice)
    assert (note["name"], note["text"]) == (name, name)


def test_fields_that_are_not_there_are_required(alice: Account) -> None:
    assert alice.browser.post("/notes/create/", {}).errors == {"name": REQUIRED, "text": REQUIRED}


@pytest.mark.parametrize("letter", ["x", "é", "\U0001f600"])
def test_a_name_of_100_code_points_is_allowed_and_one_of_101_is_not(alice: Account, letter: str) -> None:
    page = alice.browser.post("/notes/create/", {"name": letter * 101, "text": "T"})
    assert page.status == 200
    assert page.errors == {"name": TOO_LONG}
    assert alice.api.notes() == []
    assert alice.browser.post("/notes/create/", {"name": letter * 100, "text": "T"}).status == 302
    assert only_note(alice)["name"] == letter * 100


@pytest.mark.parametrize(
    "pad", ["987654321", "-1", "abc", "2147483648", "9223372036854775808", "9" * 50, "1.5", " 0x1"]
)
def test_a_pad_that_is_none_of_ones_own_is_not_a_valid_choice(alice: Account, pad: str) -> None:
    page = alice.browser.post("/notes/create/", {"name": "N", "text": "T", "pad": pad})
    assert page.status == 200
    assert page.errors == {"pad": NOT_A_CHOICE}
    assert alice.api.notes() == []


def test_a_foreign_pad_is_not_a_valid_choice(alice: Account, bob: Account, database: Database) -> None:
    note, foreign = alice.api.note()["id"], bob.api.pad()["id"]
    before = database.save()
    for path in ("/notes/create/", f"/notes/{note}/edit/"):
        page = alice.browser.post(path, {"name": "N", "text": "T", "pad": str(foreign)})
        assert page.status == 200
        assert page.errors == {"pad": NOT_A_CHOICE}
    assert database.save() == before


def test_entered_values_are_kept_when_a_field_is_refused(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    note = alice.api.note("before", "before")["id"]
    for path in ("/notes/create/", f"/notes/{note}/edit/"):
        long = "<b>" + "x" * 100
        page = alice.browser.submit(
            alice.browser.get(path), {"name": long, "text": "\n\n </textarea> kept", "pad": str(pad)}
        )
        assert page.errors == {"name": TOO_LONG}
        fields = page.form("name", "text", "pad").fields
        assert (fields["name"], fields["text"], fields["pad"]) == (long, "\n\n </textarea> kept", str(pad))


def test_the_edit_form_holds_the_note(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    note = alice.api.note('A "name" <b>', "\n\n  text </textarea>\n", pad)["id"]
    fields = alice.browser.get(f"/notes/{note}/edit/").form("name").fields
    assert (fields["name"], fields["text"], fields["pad"]) == ('A "name" <b>', "\n\n  text </textarea>\n", str(pad))


def test_saving_an_edit_form_unchanged_changes_neither_name_nor_text_nor_pad(alice: Account) -> None:
    made = alice.api.note(" name ", "\n\n text\n\n", alice.api.pad()["id"])
    page = alice.browser.submit(
        alice.browser.get(f"/notes/{made['id']}/edit/"), {}, action=f"/notes/{made['id']}/edit/"
    )
    assert page.status == 302
    after = only_note(alice)
    assert {key: after[key] for key in ("name", "text", "pad_id")} == {
        key: made[key] for key in ("name", "text", "pad_id")
    }


def test_updating_a_note_says_so_and_leads_to_its_pad_if_it_has_one(alice: Account) -> None:
    note, pad = alice.api.note("old", "old")["id"], alice.api.pad()["id"]
    page = alice.browser.submit(
        alice.browser.get(f"/notes/{note}/edit/"), {"name": "new", "text": "newer", "pad": str(pad)}
    )
    assert (page.status, page.location) == (302, f"/pads/{pad}/")
    assert alice.browser.follow(page).flashes == [("success", "Note is successfully updated")]
    after = only_note(alice)
    assert (after["id"], after["name"], after["text"], after["pad_id"]) == (note, "new", "newer", pad)
    page = alice.browser.submit(alice.browser.get(f"/notes/{note}/edit/"), {"pad": "0"})
    assert (page.status, page.location) == (302, "/")


def test_deleting_asks_first(alice: Account) -> None:
    note = alice.api.note("A <name>")["id"]
    page = alice.browser.get(f"/notes/{note}/delete/")
    assert page.status == 200
    assert "Are you sure you want to delete A <name>?" in page.shown
    assert alice.api.get(f"notes/{note}").status == 200


def test_deleting_a_note_says_so_and_leads_to_its_pad_if_it_has_one(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    for place, where in ((None, "/"), (pad, f"/pads/{pad}/")):
        note = alice.api.note(pad_id=place)["id"]
        page = alice.browser.submit(alice.browser.get(f"/notes/{note}/delete/"), {}, action=f"/notes/{note}/delete/")
        assert (page.status, page.location) == (302, where)
        assert alice.browser.follow(page).flashes == [("success", "Note is successfully deleted")]
        assert alice.api.get(f"notes/{note}").status == 404
    assert alice.api.notes() == []
    assert len(alice.api.trash()) == 2


@pytest.mark.parametrize("bad", [b"a%00b", b"%FF", b"a%ED%A0%80", b"%C0%80", b"%F4%90%80%80", b"ok%E2%82"])
def test_u_0000_and_ill_formed_utf_8_are_refused_beside_the_field(
    alice: Account, database: Database, bad: bytes
) -> None:
    note = alice.api.note()["id"]
    before = database.save()
    for path in ("/notes/create/", f"/notes/{note}/edit/"):
        for field in ("name", "text"):
            page = alice.browser.post(path, {"name": "N", "text": "T", field: bad})
            assert page.status == 200
            assert list(page.errors) == [field]
    assert database.save() == before


def test_a_pad_of_ill_formed_utf_8_is_refused_beside_the_field(alice: Account) -> None:
    for bad in (b"%00", b"%FF", b"0%00"):
        page = alice.browser.post("/notes/create/", {"name": "N", "text": "T", "pad": bad})
        assert page.status == 200
        assert list(page.errors) == ["pad"]


def test_a_note_as_large_as_the_api_takes_can_be_edited_on_its_page(alice: Account) -> None:
    text = "ä 😀\n" * 150_000
    note = alice.api.send(
        "POST",
        "notes",
        [("Content-Type", "application/json")],
        f'{{"name": "Large", "text": "{"x" * 1_000_000}"}}'.encode(),
    ).json()["id"]
    page = alice.browser.submit(alice.browser.get(f"/notes/{note}/edit/"), {"text": text[:600_000]})
    assert page.status == 302
    assert alice.api.get(f"notes/{note}").json()["text"] == text[:600_000]
