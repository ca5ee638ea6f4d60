"""Section 2, viewing a note: title, time, links."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.accounts import Account
from tests.support.clock import steady_now
from tests.support.database import Database

CALENDAR = [(2, "2 days ago"), (3, "3 days ago"), (6, "6 days ago"), (7, "7 days ago")]


def when(alice: Account, database: Database, moment: datetime) -> str:
    """What the note's page says about a note last edited at `moment`, having checked that the list says the same."""
    note = alice.api.note()["id"]
    database.set_note(note, updated_at=moment)
    shown = alice.browser.get(f"/notes/{note}/").shown
    assert "Last edited at " in shown
    told = alice.browser.get("/?order=updated_at").rows[0][2]
    assert f"Last edited at {told}" in shown
    return told


def test_the_notes_name_is_the_title(alice: Account) -> None:
    note = alice.api.note("A <name> & more")["id"]
    page = alice.browser.get(f"/notes/{note}/")
    assert page.status == 200
    assert page.title.startswith("A <name> & more")
    assert page.heading == "A <name> & more"


def test_a_note_has_the_links_edit_and_delete_it(alice: Account) -> None:
    note = alice.api.note()["id"]
    page = alice.browser.get(f"/notes/{note}/")
    assert page.link("Edit") == f"/notes/{note}/edit/"
    assert page.link("Delete it") == f"/notes/{note}/delete/"


def test_a_note_edited_today_says_today_at(alice: Account, database: Database) -> None:
    now = steady_now()
    assert when(alice, database, now) == f"Today at {now:%H:%M}"
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert when(alice, database, midnight) == "Today at 00:00"


def test_a_note_edited_yesterday_says_yesterday_at(alice: Account, database: Database) -> None:
    midnight = steady_now().replace(hour=0, minute=0, second=0, microsecond=0)
    assert when(alice, database, midnight - timedelta(microseconds=1)) == "Yesterday at 23:59"
    assert when(alice, database, midnight - timedelta(days=1)) == "Yesterday at 00:00"


@pytest.mark.parametrize(("days", "told"), CALENDAR)
def test_a_note_edited_2_to_7_calendar_days_ago_says_so(
    alice: Account, database: Database, days: int, told: str
) -> None:
    midnight = steady_now().replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight - timedelta(days=days)
    assert when(alice, database, first) == told
    database.rows("DELETE FROM note")
    assert when(alice, database, first + timedelta(hours=23, minutes=59)) == told


def test_an_older_note_says_the_date(alice: Account, database: Database) -> None:
    midnight = steady_now().replace(hour=0, minute=0, second=0, microsecond=0)
    moment = midnight - timedelta(days=8)
    assert when(alice, database, moment) == f"{moment:%Y-%m-%d}"
    assert when(alice, database, datetime(1999, 2, 3, 23, 59, tzinfo=UTC)) == "1999-02-03"


def test_times_are_utc_whatever_the_servers_time_zone(
    alice: Account, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")  # 14 hours ahead
    time.tzset()
    try:
        now = steady_now()
        assert when(alice, database, now) == f"Today at {now:%H:%M}"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_time_is_renewed_by_an_edit(alice: Account, database: Database) -> None:
    note = alice.api.note()["id"]
    database.set_note(note, updated_at=datetime(1999, 1, 1, tzinfo=UTC), created_at=datetime(1999, 1, 1, tzinfo=UTC))
    page = alice.browser.get(f"/notes/{note}/edit/")
    alice.browser.submit(page, {"name": "New name"})
    assert database.updated_at(note) > datetime.now(UTC) - timedelta(minutes=1)
    assert database.value("SELECT created_at FROM note WHERE id = %s", note).year == 1999


def test_looking_changes_nothing(alice: Account, database: Database) -> None:
    note = alice.api.note()["id"]
    before = database.save()
    for path in (f"/notes/{note}/", f"/notes/{note}/edit/", f"/notes/{note}/delete/", "/", "/trash/", "/settings/"):
        for method in ("GET", "HEAD"):
            assert alice.browser.send(method, path).status == 200
    assert database.save() == before
