"""The trash: deleted notes are kept for three years, and can be restored until then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import DateTime, all_, bindparam, delete, func, select, update

from notes.models import FailedSignIn, Idempotency, Note, Recovery, Session
from notes.settings import IDEMPOTENCY_SECONDS, RECOVERY_SECONDS, RETENTION_YEARS, SESSION_DAYS
from notes.store.database import Change
from notes.store.notes import COLUMNS
from notes.store.signins import WINDOW

BATCH = 1_000  # notes deleted by one statement, which stays far below the statement time-out

_present = bindparam("present", type_=DateTime(timezone=True))
_old = Note.deleted_at <= _present - func.make_interval(RETENTION_YEARS)
_batch = select(Note.id).where(_old).order_by(Note.deleted_at).limit(BATCH)
_purge = Change(delete(Note).where(Note.id.in_(_batch)).returning(Note.id, Note.user_id, Note.deleted_at))
_restore = Change(
    update(Note)
    .where(Note.id == bindparam("wanted"), Note.user_id == bindparam("owner"), Note.deleted_at.is_not(None))
    .values(deleted_at=None, version=Note.version + 1)
    .returning(*COLUMNS)
)


def _expiry(table: type[Session | Recovery | Idempotency], age: timedelta) -> Change:
    return Change(delete(table).where(table.created_at <= _present - age).returning(table.user_id))


_expiries = (
    _expiry(Session, timedelta(days=SESSION_DAYS)),
    _expiry(Recovery, timedelta(seconds=RECOVERY_SECONDS)),
    _expiry(Idempotency, timedelta(seconds=IDEMPOTENCY_SECONDS)),
    Change(delete(FailedSignIn).where(_present - WINDOW >= all_(FailedSignIn.times)).returning(FailedSignIn.client)),
)


def restore_note(user_id: int, note_id: int) -> Any:
    """Return the note taken out of the trash, or None when it was not there. Its `updated_at` stays as it was."""
    rows = _restore(owner=user_id, wanted=note_id)
    return rows[0] if rows else None


def purge_notes(now: datetime) -> Iterator[Any]:
    """Delete for good what was deleted three years before `now` or earlier; yield each (id, user_id, deleted_at)."""
    while rows := _purge(present=now):
        yield from rows


def purge_expired(now: datetime) -> int:
    """Delete what has expired at `now`: sessions, recovery links, idempotency keys, failed tries; return how many."""
    return sum(len(expire(present=now)) for expire in _expiries)
