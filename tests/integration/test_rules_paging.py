"""Section 2, paging of all notes and of a pad's."""

import pytest

from tests.support.accounts import Account
from tests.support.page import Page


def numbered(page: Page) -> dict[str, str]:
    """The numbered links of a list."""
    return {text: href for text, href in page.links if text.isdigit() and "page=" in href}


@pytest.fixture
def many(alice: Account) -> Account:
    """23 notes, n00 first made, n22 last."""
    for number in range(23):
        alice.api.note(f"n{number:02}", "findable" if number % 2 else "other")
    return alice


def test_ten_notes_have_no_numbered_links(alice: Account) -> None:
    for number in range(10):
        alice.api.note(f"n{number}")
    page = alice.browser.get("/")
    assert len(page.rows) == 10
    assert numbered(page) == {}


def test_the_eleventh_note_makes_a_second_page(alice: Account) -> None:
    for number in range(11):
        alice.api.note(f"n{number:02}")
    page = alice.browser.get("/")
    assert page.names == [f"n{number:02}" for number in range(10, 0, -1)]
    assert "2" in numbered(page)
    assert alice.browser.get(numbered(page)["2"]).names == ["n00"]
    assert page.heading == "All notes (11)"


def test_more_than_10_notes_are_shown_10_a_page_with_numbered_links(many: Account) -> None:
    first = many.browser.get("/")
    assert {"2", "3"} <= set(numbered(first))
    assert "4" not in numbered(first)
    pages = [first, *(many.browser.get(numbered(first)[number]) for number in "23")]
    assert [name for page in pages for name in page.names] == [f"n{number:02}" for number in range(22, -1, -1)]
    assert [len(page.rows) for page in pages] == [10, 10, 3]
    assert {page.heading for page in pages} == {"All notes (23)"}


@pytest.mark.parametrize("number", ["4", "100", "2147483648", "9" * 30])
def test_a_page_beyond_the_last_is_the_last_one(many: Account, number: str) -> None:
    page = many.browser.get(f"/?page={number}")
    assert page.status == 200
    assert page.names == ["n02", "n01", "n00"]


@pytest.mark.parametrize("number", ["0", "-1", "-999999999999", "", "abc", "1.5", "2x", "%00", "%FF", "1e1", "0x2"])
def test_a_page_below_1_or_no_number_is_the_first(many: Account, number: str) -> None:
    page = many.browser.get(f"/?page={number}")
    assert page.status == 200
    assert page.names[0] == "n22"
    assert len(page.names) == 10


def test_a_page_beyond_the_last_of_nothing_is_no_error(alice: Account) -> None:
    page = alice.browser.get("/?page=7")
    assert page.status == 200
    assert "Create your first note." in page.shown


def test_ordering_returns_to_page_1_and_orders_the_whole_collection(many: Account) -> None:
    page = many.browser.get("/?page=2")
    by_name = next(href for _, href in page.links if "order=name" in href or "order=-name" in href)
    ordered = many.browser.get(by_name)
    assert ordered.names[0] == ("n22" if "-name" in by_name else "n00")
    assert len(ordered.names) == 10


def test_the_numbered_links_keep_the_order(many: Account) -> None:
    page = many.browser.get("/?order=name")
    assert many.browser.get(numbered(page)["2"]).names[0] == "n10"
    assert many.browser.get(numbered(page)["3"]).names == ["n20", "n21", "n22"]


def test_paging_and_ordering_keep_the_search(many: Account) -> None:
    page = many.browser.get("/?q=findable&order=name")
    assert page.heading == "All notes (11)"
    second = many.browser.get(numbered(page)["2"])
    assert second.names == ["n21"]
    assert second.heading == "All notes (11)"
    by_time = next(href for _, href in second.links if "order=updated_at" in href or "order=-updated_at" in href)
    assert many.browser.get(by_time).heading == "All notes (11)"


def test_every_note_appears_on_exactly_one_page_with_many_ties(alice: Account) -> None:
    ids = {alice.api.note("same")["id"] for _ in range(25)}
    seen = [
        href
        for number in (1, 2, 3)
        for text, href in alice.browser.get(f"/?order=name&page={number}").links
        if text == "same"
    ]
    assert len(seen) == 25
    assert set(seen) == {f"/notes/{number}/" for number in ids}


def test_a_pads_notes_are_ordered_and_paged_in_the_same_way(alice: Account) -> None:
    pad = alice.api.pad("P")["id"]
    for number in range(12):
        alice.api.note(f"n{number:02}", pad_id=pad)
        alice.api.note(f"elsewhere {number}")
    first = alice.browser.get(f"/pads/{pad}/")
    assert first.names == [f"n{number:02}" for number in range(11, 1, -1)]
    assert alice.browser.get(numbered(first)["2"]).names == ["n01", "n00"]
    assert alice.browser.get(f"/pads/{pad}/?order=name").names[0] == "n00"
    assert alice.browser.get(f"/pads/{pad}/?order=-name&page=2").names == ["n01", "n00"]
    assert alice.browser.get(f"/pads/{pad}/?page=99").names == ["n01", "n00"]
    assert alice.browser.get(f"/pads/{pad}/?page=x&order=x").names == first.names
