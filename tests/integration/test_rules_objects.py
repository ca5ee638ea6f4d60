"""Section 1: users, pads, notes; to the code point."""

from datetime import UTC, datetime

import pytest

from tests.support.accounts import Account
from tests.support.database import Database

KEPT = [
    " leading and trailing ", "\tx\t", "e\u0301", "\u00e9", "\u1e9b\u0323", "\ufb01", "\u212b", "\u200bx\u200b",
    "a\u00a0b", "\ufeffx", "x\ufffe", "\u202ex", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0010ffff",
    "\x01\x1f\x7f\x80", "&amp;&lt;", "x\x0b\x0cy", "\u2028x\u2029", "\ufffd",
]  # fmt: skip


@pytest.mark.parametrize("value", KEPT)
def test_nothing_is_trimmed_or_normalised_by_the_pages(alice: Account, value: str) -> None:
    alice.browser.post("/pads/create/", {"name": value})
    pad = alice.api.get("pads").json()["items"][0]
    assert pad["name"] == value
    alice.browser.post("/notes/create/", {"name": value, "text": value, "pad": str(pad["id"])})
    note = alice.api.notes()[0]
    assert (note["name"], note["text"]) == (value, value)
    fields = alice.browser.get(f"/notes/{note['id']}/edit/").form("name").fields
    assert (fields["name"], fields["text"]) == (value, value)


@pytest.mark.parametrize("value", [*KEPT, "a\r\nb", "a\rb", "\r\n\r\na", "\na\n", "\n\n"[:1] + "x"])
def test_nothing_is_trimmed_or_normalised_by_the_api(alice: Account, value: str) -> None:
    made = alice.api.note(value, value)
    again = alice.api.get(f"notes/{made['id']}").json()
    for note in (made, again, alice.api.notes()[0]):
        assert (note["name"], note["text"]) == (value, value)
    assert alice.api.pad(value)["name"] == value


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a\r\nb", "a\nb"),
        ("\r\na", "\na"),
        ("\r\n\r\n\r\na", "\n\n\na"),
        ("a\r\n", "a\n"),
        ("a\nb", "a\nb"),
        ("\na", "\na"),
        ("a\rb", "a\rb"),
        ("a\r\r\nb", "a\r\nb"),
        ("a\n\r\nb", "a\n\nb"),
    ],
)
def test_pages_store_crlf_as_lf_and_keep_a_leading_line_break(alice: Account, sent: str, kept: str) -> None:
    assert alice.browser.post("/notes/create/", {"name": "N", "text": sent}).status == 302
    note = alice.api.notes()[0]
    assert note["text"] == kept
    assert alice.browser.post(f"/notes/{note['id']}/edit/", {"name": "N", "text": sent + "!"}).status == 302
    assert alice.api.notes()[0]["text"] == kept + "!"


def test_a_text_of_line_breaks_survives_three_rounds_through_the_edit_form(alice: Account) -> None:
    note = alice.api.note("N", "\n\n\nx\n\n")["id"]
    for _ in range(3):
        alice.browser.submit(alice.browser.get(f"/notes/{note}/edit/"), {"name": "N"})
    assert alice.api.get(f"notes/{note}").json()["text"] == "\n\n\nx\n\n"


def test_a_100_code_point_name_is_counted_after_crlf_has_become_lf(alice: Account) -> None:
    assert alice.browser.post("/pads/create/", {"name": "x" * 99 + "\r\ny"}).status == 200
    assert alice.browser.post("/pads/create/", {"name": "x" * 99 + "\r\n"}).status == 302
    assert alice.api.get("pads").json()["items"][0]["name"] == "x" * 99 + "\n"


def test_updated_at_is_renewed_by_every_edit_but_not_by_restoring(alice: Account, database: Database) -> None:
    note = alice.api.note()["id"]
    times = [database.updated_at(note)]
    for _ in range(2):
        alice.browser.submit(alice.browser.get(f"/notes/{note}/edit/"), {"name": "same"})
        times.append(database.updated_at(note))
    alice.api.put(f"notes/{note}", {"name": "same", "text": "same"})
    times.append(database.updated_at(note))
    assert sorted(set(times)) == times
    alice.api.delete(f"notes/{note}")
    alice.api.send("POST", f"notes/{note}/restore")
    assert database.updated_at(note) == times[-1]


def test_times_are_stored_in_utc_with_microseconds(alice: Account, database: Database) -> None:
    before = datetime.now(UTC)
    notes = [alice.api.note()["id"] for _ in range(5)]
    after = datetime.now(UTC)
    stored = [database.updated_at(note) for note in notes]
    assert before <= min(stored) <= max(stored) <= after
    assert any(moment.microsecond % 1000 for moment in stored)


def test_a_note_is_in_a_pad_or_in_none_which_is_null(alice: Account, database: Database) -> None:
    alice.browser.post("/notes/create/", {"name": "N", "text": "T", "pad": "0"})
    assert database.rows("SELECT pad_id FROM note") == [(None,)]


def test_ids_are_integers(alice: Account) -> None:
    pad = alice.api.pad()
    note = alice.api.note(pad_id=pad["id"])
    assert all(type(value) is int for value in (pad["id"], note["id"], note["pad_id"]))


def test_the_tables_hold_what_the_rules_allow(database: Database) -> None:
    lengths = dict(
        database.rows(
            "SELECT table_name || '.' || column_name, character_maximum_length FROM information_schema.columns"
            " WHERE table_schema = 'public' AND character_maximum_length IS NOT NULL"
        )
    )
    assert lengths["user.email"] == 120
    assert lengths["user.password_hash"] == 255
    assert lengths["pad.name"] == lengths["note.name"] == 100
