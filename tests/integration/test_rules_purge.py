"""Section 2, the purge: three years after deletion, by a command that takes the present time."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.accounts import Account
from tests.support.database import Database
from tests.support.process import python

DELETED = datetime(2026, 11, 21, 10, 30, tzinfo=UTC)  # 2028 has a leap day: three years are 1,096 days
DUE = datetime(2029, 11, 21, 10, 30, tzinfo=UTC)


def purge(env: dict[str, str], now: datetime | None = None) -> list[str]:
    """Run the command; the lines of its standard output."""
    words = ["--now", now.isoformat()] if now else []
    done = python("-m", "notes", "purge", *words, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def trashed(alice: Account, database: Database) -> int:
    note: int = alice.api.note("to be purged", "its text")["id"]
    alice.api.delete(f"notes/{note}")
    database.set_note(note, deleted_at=DELETED)
    return note


def test_a_note_is_kept_until_three_years_after_its_deletion(alice: Account, env: dict[str, str], trashed: int) -> None:
    purge(env, DUE - timedelta(seconds=1))
    assert [note["id"] for note in alice.api.trash()] == [trashed]


def test_a_note_is_purged_three_years_after_its_deletion(
    alice: Account, env: dict[str, str], trashed: int, database: Database
) -> None:
    purge(env, DUE + timedelta(seconds=1))
    assert alice.api.trash() == []
    assert database.count("note") == 0
    assert alice.api.send("POST", f"notes/{trashed}/restore").status == 404


@pytest.mark.usefixtures("trashed")
def test_only_the_trash_is_purged_and_only_what_is_due(
    alice: Account, bob: Account, env: dict[str, str], database: Database
) -> None:
    old = datetime(2000, 1, 1, tzinfo=UTC)
    pad = alice.api.pad()["id"]
    alive = alice.api.note("alive and old", pad_id=pad)["id"]
    database.set_note(alive, created_at=old, updated_at=old)
    young = alice.api.note("young in the trash")["id"]
    alice.api.delete(f"notes/{young}")
    database.set_note(young, created_at=old, updated_at=old, deleted_at=DELETED + timedelta(days=1))
    bobs = bob.api.note("Bob's")["id"]
    bob.api.delete(f"notes/{bobs}")
    database.set_note(bobs, deleted_at=DELETED)
    purge(env, DUE)
    assert [note["id"] for note in alice.api.notes()] == [alive]
    assert [note["id"] for note in alice.api.trash()] == [young]
    assert bob.api.trash() == []
    assert database.count("pad") == 1
    assert database.count("user") == 2


def test_each_purged_note_has_one_audit_line_without_its_name_or_text(env: dict[str, str], trashed: int) -> None:
    for wanted in (1, 0):
        lines = purge(env, DUE)
        audit = [json.loads(line) for line in lines]
        assert [line["note_id"] for line in audit if line["event"] == "purged"] == [trashed] * wanted
        assert all(text not in line for line in lines for text in ("to be purged", "its text"))


def test_each_run_has_one_audit_line_that_tells_how_many_notes_went(
    alice: Account, database: Database, env: dict[str, str]
) -> None:
    for number in range(17):
        note = alice.api.note(f"n{number}")["id"]
        alice.api.delete(f"notes/{note}")
        database.set_note(note, deleted_at=DELETED)
    for wanted in (17, 0):
        runs = [line for line in map(json.loads, purge(env, DUE)) if line["event"] != "purged"]
        assert [line["notes"] for line in runs] == [wanted]


def test_without_a_time_the_present_is_taken(alice: Account, env: dict[str, str], database: Database) -> None:
    ids = []
    for days in (4 * 365, 2 * 365):
        note = alice.api.note(str(days))["id"]
        alice.api.delete(f"notes/{note}")
        database.set_note(note, deleted_at=datetime.now(UTC) - timedelta(days=days))
        ids.append(note)
    purge(env)
    assert [note["id"] for note in alice.api.trash()] == ids[1:]


def test_a_leap_day_is_due_no_earlier_than_three_years_later(
    alice: Account, env: dict[str, str], trashed: int, database: Database
) -> None:
    database.set_note(trashed, deleted_at=datetime(2028, 2, 29, 12, tzinfo=UTC))
    purge(env, datetime(2031, 2, 28, 11, 59, tzinfo=UTC))
    assert len(alice.api.trash()) == 1
    purge(env, datetime(2031, 3, 1, 12, 1, tzinfo=UTC))
    assert alice.api.trash() == []


@pytest.mark.parametrize("now", ["yesterday", "2029-13-01", ""])
def test_a_time_that_is_none_is_refused_and_nothing_is_purged(
    env: dict[str, str], trashed: int, alice: Account, now: str
) -> None:
    done = python("-m", "notes", "purge", "--now", now, env=env)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert [note["id"] for note in alice.api.trash()] == [trashed]


def test_the_time_may_carry_any_offset(alice: Account, env: dict[str, str], trashed: int) -> None:
    assert python("-m", "notes", "purge", "--now", "2029-11-21T12:29:59+02:00", env=env).returncode == 0
    assert [note["id"] for note in alice.api.trash()] == [trashed]
    done = python("-m", "notes", "purge", "--now", "2029-11-21T12:30:01+02:00", env=env)
    assert done.returncode == 0, done.stderr
    assert alice.api.trash() == []
    assert python("-m", "notes", "purge", "--now", "2029-11-21T10:30:01Z", env=env).returncode == 0
