"""Section 3: keyset paging that neither repeats nor skips while others insert."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.accounts import Account
from tests.support.api import Api, invalid
from tests.support.database import Database

ORDERS = ["name", "-name", "updated_at", "-updated_at"]
START = datetime(2026, 1, 1, tzinfo=UTC)


def pages(api: Api, query: str, cursor: str = "") -> Iterator[list[dict[str, Any]]]:
    """The pages of a list, each asked for when the one before was used; from `cursor` on."""
    after = f"&after={quote(cursor, safe='')}" if cursor else ""
    for _ in range(200):
        answer = api.get(f"notes?{query}{after}")
        assert answer.status == 200, answer.text
        document = answer.json()
        assert set(document) == {"items", "next"}
        yield document["items"]
        if document["next"] is None:
            return
        assert isinstance(document["next"], str)
        after = f"&after={quote(document['next'], safe='')}"
    raise AssertionError("the list does not end")


def read(api: Api, query: str, cursor: str = "") -> list[int]:
    return [item["id"] for page in pages(api, query, cursor=cursor) for item in page]


@pytest.fixture
def many(alice: Account, database: Database) -> Account:
    """30 notes, many of the same name or the same time."""
    for number in range(30):
        note = alice.api.note(f"n{number % 4}\U0001f600")["id"]
        database.set_note(note, updated_at=START + timedelta(microseconds=number % 5))
    return alice


def expected(database: Database, order: str) -> list[int]:
    column, way = order.lstrip("-"), "DESC" if order.startswith("-") else "ASC"
    collate = ' COLLATE "C"' if column == "name" else ""
    return [row[0] for row in database.rows(f"SELECT id FROM note ORDER BY {column}{collate} {way}, id {way}")]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 7, 30, 100])
def test_every_note_comes_exactly_once_in_the_order_of_the_page(
    many: Account, database: Database, order: str, limit: int
) -> None:
    assert read(many.api, f"order={order}&limit={limit}") == expected(database, order)


def test_the_default_order_is_the_newest_edit_first(many: Account, database: Database) -> None:
    assert read(many.api, "limit=9") == expected(database, "-updated_at")


def test_the_default_limit_is_20_and_the_largest_100(many: Account) -> None:
    for _ in range(75):
        many.api.note()
    sizes = [len(page) for page in pages(many.api, "")]
    assert sizes == [20, 20, 20, 20, 20, 5]
    assert [len(page) for page in pages(many.api, "limit=100")] == [100, 5]


def test_next_is_null_on_the_last_page_even_when_it_is_full(alice: Account) -> None:
    for _ in range(4):
        alice.api.note()
    assert [len(page) for page in pages(alice.api, "limit=2")] == [2, 2]


@pytest.mark.parametrize("order", ORDERS)
def test_paging_neither_repeats_nor_skips_while_notes_are_inserted_between_pages(
    many: Account, database: Database, order: str
) -> None:
    before, seen = expected(database, order), []
    for page in pages(many.api, f"order={order}&limit=4"):
        seen += [item["id"] for item in page]
        for name in ("\x01first", "n1\U0001f600", "\U0010fffflast"):
            many.api.note(name)
        if len(seen) > 200:
            break
        if set(before) <= set(seen):
            break
    assert len(seen) == len(set(seen))
    assert [number for number in seen if number in set(before)] == before


@pytest.mark.parametrize("order", ["name", "-updated_at"])
def test_paging_neither_repeats_nor_skips_while_others_insert_all_the_time(
    many: Account, bob: Account, database: Database, order: str
) -> None:
    before, stop, errors = expected(database, order), threading.Event(), []

    def insert() -> None:
        number = 0
        while not stop.is_set() and number < 400:
            number += 1
            for account in (many, bob):
                if account.api.post("notes", {"name": f"n{number % 5}\U0001f600", "text": "T"}).status != 201:
                    errors.append(number)

    threads = [threading.Thread(target=insert) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        seen: list[int] = []
        for page in pages(many.api, f"order={order}&limit=3"):
            seen += [item["id"] for item in page]
            if set(before) <= set(seen):
                break
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert errors == []
    assert len(seen) == len(set(seen))
    assert [number for number in seen if number in set(before)] == before


def test_a_page_that_began_with_a_note_now_deleted_goes_on_where_it_was(many: Account, database: Database) -> None:
    order = expected(database, "name")
    first = many.api.get("notes?order=name&limit=5").json()
    for number in order[3:6]:
        many.api.delete(f"notes/{number}")
    rest = read(many.api, "order=name&limit=5", first["next"])
    assert rest == order[6:]


def test_an_after_made_for_another_order_is_422(many: Account) -> None:
    cursors = {order: many.api.get(f"notes?limit=3&order={order}").json()["next"] for order in ORDERS}
    for made_for, cursor in cursors.items():
        for order in ORDERS:
            answer = many.api.get(f"notes?limit=3&order={order}&after={quote(cursor, safe='')}")
            if order == made_for:
                assert answer.status == 200
            else:
                invalid(answer, "after")


def test_an_after_of_the_trash_is_none_of_the_notes_and_the_other_way_round(many: Account) -> None:
    of_notes = many.api.get("notes?limit=3").json()["next"]
    for note in many.api.notes()[:5]:
        many.api.delete(f"notes/{note['id']}")
    of_trash = many.api.get("trash?limit=3").json()["next"]
    for order in ORDERS:
        invalid(many.api.get(f"notes?order={order}&after={quote(of_trash, safe='')}"), "after")
    invalid(many.api.get(f"trash?after={quote(of_notes, safe='')}"), "after")


def test_a_cursor_that_was_tampered_with_is_422_or_shows_only_ones_own(many: Account, bob: Account) -> None:
    bobs = bob.api.note("Bob's")["id"]
    cursor = many.api.get("notes?limit=3").json()["next"]
    for place in range(len(cursor)):
        for letter in "A_9":
            changed = cursor[:place] + letter + cursor[place + 1 :]
            answer = many.api.get(f"notes?after={quote(changed, safe='')}")
            assert answer.status in (200, 422)
            if answer.status == 200:
                assert bobs not in [item["id"] for item in answer.json()["items"]]


def test_paging_goes_together_with_a_search_and_a_pad(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    wanted = []
    for number in range(12):
        note = alice.api.note(f"n{number:02}", "needle" if number % 2 else "hay", pad if number % 3 else None)["id"]
        if number % 2 and number % 3:
            wanted.append(note)
    assert read(alice.api, f"q=needle&pad={pad}&order=name&limit=1") == wanted


def test_a_name_of_astral_and_control_characters_makes_a_good_cursor(alice: Account) -> None:
    names = ["\U0001f600" * 100, "\x01", "\u2028x", "a&b=c%", "\ufffe", "é", '"', "\\", "n" * 100, "\r\nx"]
    ids = [alice.api.note(name)["id"] for name in names]
    by_name = [number for _, number in sorted(zip(names, ids, strict=True))]
    assert read(alice.api, "order=name&limit=1") == by_name
    assert read(alice.api, "order=-name&limit=1") == by_name[::-1]
