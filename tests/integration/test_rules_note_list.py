"""Section 2, all notes: title, table, ordering, empty states."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.accounts import Account
from tests.support.browser import Browser
from tests.support.database import Database

# in the order of their code points
BY_CODE_POINT = ["!", "1", "10", "2", "Z", "a", "aB", "aa", "b", "É", "é", "ζ", "я", "日", "\ufffd", "\U0001f600"]
START = datetime(2026, 1, 1, tzinfo=UTC)


def test_title_and_heading_say_how_many_notes_there_are(alice: Account) -> None:
    for number in range(3):
        page = alice.browser.get("/")
        assert page.heading == f"All notes ({number})"
        assert page.title.startswith(f"All notes ({number})")
        alice.api.note()


def test_the_table_has_the_columns_note_pad_and_last_modified(alice: Account) -> None:
    alice.api.note("First", pad_id=alice.api.pad("My pad")["id"])
    page = alice.browser.get("/")
    assert [column.strip(" ▲▼↑↓⌃⌄") for column in page.columns] == ["Note", "Pad", "Last modified"]
    assert len(page.rows) == 1
    name, pad, modified = page.rows[0]
    assert (name, pad) == ("First", "My pad")
    assert modified.startswith("Today at ")


def test_names_and_pads_are_links(alice: Account) -> None:
    pad = alice.api.pad("My pad")["id"]
    note = alice.api.note("First", pad_id=pad)["id"]
    page = alice.browser.get("/")
    assert page.link("First") == f"/notes/{note}/"
    assert ("My pad", f"/pads/{pad}/") in page.links


def test_a_note_without_a_pad_says_no_pad(alice: Account) -> None:
    alice.api.note("First")
    assert alice.browser.get("/").rows[0][:2] == ["First", "No pad"]


def test_none_at_all_says_create_your_first_note(alice: Account, bob: Account) -> None:
    bob.api.note("Bob's")
    page = alice.browser.get("/")
    assert "Create your first note." in page.shown
    assert page.rows == []
    alice.api.note()
    assert "Create your first note." not in alice.browser.get("/").shown


def test_only_ones_own_notes_are_listed(alice: Account, bob: Account) -> None:
    bob.api.note("Bob's")
    alice.api.note("Alice's")
    page = alice.browser.get("/")
    assert page.names == ["Alice's"]
    assert "Bob" not in page.text


def test_the_newest_edit_comes_first(alice: Account) -> None:
    ids = [alice.api.note(name)["id"] for name in ("one", "two", "three")]
    assert alice.browser.get("/").names == ["three", "two", "one"]
    assert alice.api.put(f"notes/{ids[0]}", {"name": "one", "text": "edited"}).status == 200
    assert alice.browser.get("/").names == ["one", "three", "two"]


@pytest.mark.parametrize(
    "order", ["", "order=", "order=nothing", "order=NAME", "order=name%00", "order=text", "order=%FF"]
)
def test_an_unknown_order_is_the_default_one(alice: Account, order: str) -> None:
    for name in ("b", "a", "c"):
        alice.api.note(name)
    page = alice.browser.get(f"/?{order}")
    assert page.status == 200
    assert page.names == ["c", "a", "b"]


@pytest.mark.parametrize(("order", "step"), [("name", 1), ("-name", -1)])
def test_names_are_ordered_by_code_point(alice: Account, order: str, step: int) -> None:
    for name in BY_CODE_POINT[::3] + BY_CODE_POINT[1::3] + BY_CODE_POINT[2::3]:
        alice.api.note(name)
    seen = [name for page in (1, 2) for name in alice.browser.get(f"/?order={order}&page={page}").names]
    assert seen == BY_CODE_POINT[::step]


@pytest.mark.parametrize(("order", "step"), [("updated_at", 1), ("-updated_at", -1)])
def test_notes_are_ordered_by_the_time_of_their_last_edit(
    alice: Account, database: Database, order: str, step: int
) -> None:
    for number in (2, 0, 1):
        database.set_note(alice.api.note(str(number))["id"], updated_at=START + timedelta(microseconds=number))
    assert alice.browser.get(f"/?order={order}").names == ["0", "1", "2"][::step]


@pytest.mark.parametrize(("order", "step"), [("name", 1), ("-name", -1), ("updated_at", 1), ("-updated_at", -1)])
def test_ties_are_ordered_by_id_in_the_same_direction(
    alice: Account, database: Database, order: str, step: int
) -> None:
    ids = [alice.api.note("same")["id"] for _ in range(4)]
    for number in (2, 0, 3, 1):  # written in another order than made
        database.set_note(ids[number], updated_at=START)
    links = [href for text, href in alice.browser.get(f"/?order={order}").links if text == "same"]
    assert links == [f"/notes/{number}/" for number in ids[::step]]


def test_the_columns_can_be_ordered_by_links(alice: Account) -> None:
    for name in ("b", "a", "c"):
        alice.api.note(name)
    page = alice.browser.get("/")
    orders = {href.partition("order=")[2].partition("&")[0] for _, href in page.links if "order=" in href}
    assert {"name", "updated_at"} <= {order.lstrip("-") for order in orders}
    by_name = next(href for _, href in page.links if "order=name" in href or "order=-name" in href)
    first = alice.browser.get(by_name)
    assert first.names in (["a", "b", "c"], ["c", "b", "a"])
    back = next(href for _, href in first.links if ("order=-name" if "order=name" in by_name else "order=name") in href)
    assert alice.browser.get(back).names == first.names[::-1]


def test_a_name_in_the_list_is_shown_to_the_letter(alice: Account) -> None:
    name = "<b>&amp; \"quoted\" 'it'</b>"
    alice.api.note(name)
    page = alice.browser.get("/")
    assert page.names == [name]
    assert page.tree.css("table b") == []


def test_anonymous_sees_no_list(anonymous: Browser, alice: Account) -> None:
    alice.api.note("Secret note")
    assert "Secret note" not in anonymous.get("/").text
