"""Section 3: trash, restore and pads in the API."""

import re
from datetime import UTC, datetime

import pytest

from tests.support.accounts import Account
from tests.support.api import invalid, problem
from tests.support.database import Database

NOTE = {"id", "name", "text", "pad_id", "created_at", "updated_at"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def trash(account: Account, *names: str) -> list[int]:
    ids = [account.api.note(name)["id"] for name in names]
    for number in ids:
        account.api.delete(f"notes/{number}")
    return ids


def test_get_trash_lists_notes_with_deleted_at_newest_deletion_first(alice: Account, bob: Account) -> None:
    trash(bob, "Bob's")
    ids = trash(alice, "a", "b", "c")
    answer = alice.api.get("trash")
    assert answer.status == 200
    document = answer.json()
    assert set(document) == {"items", "next"}
    assert document["next"] is None
    assert [item["id"] for item in document["items"]] == ids[::-1]
    assert all(set(item) == NOTE | {"deleted_at"} for item in document["items"])
    assert all(TIME.fullmatch(item["deleted_at"]) for item in document["items"])


def test_the_trash_is_paged_by_limit_and_after_with_ties_by_id_highest_first(
    alice: Account, database: Database
) -> None:
    ids = trash(alice, *"abcdefg")
    for number in ids[:5]:
        database.set_note(number, deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    seen, after = [], ""
    while True:
        page = alice.api.get(f"trash?limit=2{after}").json()
        seen += [item["id"] for item in page["items"]]
        assert len(page["items"]) <= 2
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == [ids[6], ids[5], *ids[4::-1]]


def test_the_trash_has_a_default_limit_of_20(alice: Account) -> None:
    trash(alice, *(str(number) for number in range(21)))
    page = alice.api.get("trash").json()
    assert len(page["items"]) == 20
    assert page["next"] is not None


def test_restore_answers_200_with_the_note_and_its_etag(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    note = alice.api.note("N", "T", pad)
    alice.api.delete(f"notes/{note['id']}")
    answer = alice.api.send("POST", f"notes/{note['id']}/restore")
    assert answer.status == 200
    assert answer.json() == note
    assert answer.headers["ETag"].startswith('"')
    assert alice.api.trash() == []
    assert alice.api.notes() == [note]


def test_restore_looks_at_no_body(alice: Account) -> None:
    for headers, body in (
        ([], None),
        ([("Content-Type", "text/plain")], b"x"),
        ([("Content-Type", "application/json")], b"{}"),
    ):
        note = trash(alice, "x")[0]
        assert alice.api.send("POST", f"notes/{note}/restore", headers, body).status == 200


def test_restoring_what_is_not_in_the_trash_is_404(alice: Account) -> None:
    note = alice.api.note()["id"]
    problem(alice.api.send("POST", f"notes/{note}/restore"), 404)


def test_a_trashed_notes_pad_id_is_null_once_the_pad_is_gone(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    note = alice.api.note(pad_id=pad)["id"]
    alice.api.delete(f"notes/{note}")
    assert alice.api.trash()[0]["pad_id"] == pad
    assert alice.api.delete(f"pads/{pad}").status == 204
    assert alice.api.trash()[0]["pad_id"] is None
    assert alice.api.send("POST", f"notes/{note}/restore").json()["pad_id"] is None


def test_post_pads_answers_201_with_the_pad(alice: Account) -> None:
    answer = alice.api.post("pads", {"name": " My pad "})
    assert answer.status == 201
    pad = answer.json()
    assert pad == {"id": pad["id"], "name": " My pad ", "notes": 0}
    assert alice.api.get(f"pads/{pad['id']}").json() == pad


def test_get_pads_answers_200_with_ones_own_and_a_count_of_notes(alice: Account, bob: Account) -> None:
    bob.api.note(pad_id=bob.api.pad("Bob's")["id"])
    pads = [alice.api.pad(name)["id"] for name in ("A", "B")]
    for _ in range(2):
        alice.api.note(pad_id=pads[0])
    alice.api.delete(f"notes/{alice.api.note(pad_id=pads[0])['id']}")
    answer = alice.api.get("pads")
    assert answer.status == 200
    assert set(answer.json()) == {"items"}
    items = sorted(answer.json()["items"], key=lambda pad: str(pad["name"]))
    assert items == [{"id": pads[0], "name": "A", "notes": 2}, {"id": pads[1], "name": "B", "notes": 0}]


def test_put_pads_answers_200_with_the_pad_renamed(alice: Account) -> None:
    pad = alice.api.pad("old")["id"]
    alice.api.note(pad_id=pad)
    answer = alice.api.put(f"pads/{pad}", {"name": "new"})
    assert answer.status == 200
    assert answer.json() == {"id": pad, "name": "new", "notes": 1} == alice.api.get(f"pads/{pad}").json()


def test_delete_pads_answers_204_and_trashes_its_notes(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    inside, outside = alice.api.note(pad_id=pad)["id"], alice.api.note()["id"]
    answer = alice.api.delete(f"pads/{pad}")
    assert (answer.status, answer.body) == (204, b"")
    problem(alice.api.get(f"pads/{pad}"), 404)
    problem(alice.api.delete(f"pads/{pad}"), 404)
    assert [note["id"] for note in alice.api.trash()] == [inside]
    assert [note["id"] for note in alice.api.notes()] == [outside]


@pytest.mark.parametrize(
    ("name", "error"), [("", "This field is required."), ("x" * 101, "The name must have less than 100 characters.")]
)
def test_a_pads_name_is_refused_with_the_texts_of_the_pages(alice: Account, name: str, error: str) -> None:
    assert invalid(alice.api.post("pads", {"name": name}), "name") == {"name": [error]}


def test_notes_of_a_pad_are_listed_by_pad(alice: Account) -> None:
    pads = [alice.api.pad(name)["id"] for name in "AB"]
    notes = [alice.api.note(pad_id=pad)["id"] for pad in (*pads, None)]
    assert [note["id"] for note in alice.api.notes(f"pad={pads[0]}")] == notes[:1]
    assert [note["id"] for note in alice.api.notes(f"pad={pads[1]}")] == notes[1:2]
