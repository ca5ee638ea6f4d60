"""Notes: one at a time. Lists are in `notes.store.lists`, the trash in `notes.store.trash`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, Integer, Select, Text, any_, bindparam, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from notes.models import Idempotency, Note, Pad
from notes.settings import IDEMPOTENCY_SECONDS
from notes.store.database import Change, Query
from notes.store.keys import key_hash
from notes.store.search import words
from notes.store.tokens import BEARER, for_bearer, read_for_bearer

COLUMNS = (Note.id, Note.name, Note.text, Note.pad_id, Note.version, Note.created_at, Note.updated_at)
alive = Note.deleted_at.is_(None)

_mine = select(*COLUMNS).where(Note.user_id == BEARER.c.user_id, Note.id == bindparam("note_id"), alive)
_for_bearer = Query(for_bearer(_mine.lateral("item")))
_own = (Note.user_id == bindparam("owner"), Note.id == bindparam("wanted"), alive)
_of_user = Query(select(*COLUMNS).where(*_own))
_recent = Idempotency.created_at > func.now() - timedelta(seconds=IDEMPOTENCY_SECONDS)
_answer = (Idempotency.note_id, Idempotency.body_hash, Idempotency.created_at)


@dataclass(frozen=True)
class Draft:
    """The fields of a note that its owner sets."""

    name: str
    text: str
    pad_id: int | None

    def parameters(self) -> dict[str, Any]:
        """Return what the statements below store."""
        found = words(self.name, self.text)
        return {"new_name": self.name, "new_text": self.text, "new_pad": self.pad_id, "new_words": found}


@dataclass(frozen=True)
class Repeatable:
    """The key under which a request may be repeated, with the hash of its body."""

    key: str
    body_hash: bytes


def note_for_bearer(key: str, note_id: int) -> tuple[int | None, list[Any]]:
    """Return the bearer's id and its note, if there is one with this id that is not in the trash."""
    return read_for_bearer(_for_bearer, key, note_id=note_id)


def note_of(user_id: int, note_id: int) -> Any:
    """Return a user's note, or None when there is none with this id outside the trash."""
    rows = _of_user(owner=user_id, wanted=note_id)
    return rows[0] if rows else None


def add_note(user_id: int, draft: Draft) -> Any:
    """Return the new note, or None when its pad is not the user's."""
    rows = _add(owner=user_id, **draft.parameters())
    return rows[0] if rows else None


def add_note_for_bearer(token: str, draft: Draft, repeatable: Repeatable | None = None) -> Any:
    """Return the new note with its `user_id`, in one round trip.

    None when the token is dead, the pad is not the bearer's, or a note was made under the same key before. Of
    simultaneous calls with one key one wins: the others wait at the key's unique index, and then insert nothing.
    """
    if repeatable is None:
        rows = _add_for_bearer(key_hash=key_hash(token), **draft.parameters())
    else:
        under = {"new_key": repeatable.key, "new_hash": repeatable.body_hash}
        rows = _add_once(key_hash=key_hash(token), **under, **draft.parameters())
    return rows[0] if rows else None


def bearer_and_answer(token: str, key: str) -> tuple[int | None, Any]:
    """Return the bearer's id, and what it used the idempotency key for, in one round trip."""
    rows = _bearer_and_answer(key_hash=key_hash(token), idempotency_key=key)
    if not rows:
        return None, None
    return rows[0].bearer_id, rows[0] if rows[0].note_id is not None else None


def edit_note(user_id: int, note_id: int, draft: Draft, versions: list[int] | None = None) -> Any:
    """Return the edited note. None when there is none, its pad is foreign, or its version is not one of `versions`."""
    rows = _edit(owner=user_id, wanted=note_id, versions=versions, **draft.parameters())
    return rows[0] if rows else None


def trash_note(user_id: int, note_id: int, versions: list[int] | None = None) -> bool:
    """Move a note to the trash; False when there is none, or its version is not one of `versions`."""
    return bool(_trash(owner=user_id, wanted=note_id, versions=versions))


def why_refused(user_id: int, note_id: int, pad_id: int | None) -> tuple[bool, bool]:
    """Return whether the note exists outside the trash, and whether the pad is the user's or None."""
    found = _why_refused(owner=user_id, wanted=note_id, new_pad=pad_id)[0]
    return found.note, found.pad


_under_key = select(*_answer).where(Idempotency.key == bindparam("idempotency_key"), _recent)
_bearer_and_answer = Query(for_bearer(_under_key.where(Idempotency.user_id == BEARER.c.user_id).lateral("item")))

_owner = bindparam("owner", type_=Integer)
_pad = bindparam("new_pad", type_=Integer)


def _is_own_pad(owner: Any, *, lock: bool = True) -> Any:
    """Whether the pad is none or the owner's; locked against deletion until the note is in it."""
    pad = select(Pad.id).where(Pad.id == _pad, Pad.user_id == owner)
    return or_(_pad.is_(None), (pad.with_for_update(read=True, key_share=True) if lock else pad).exists())


_own_pad = _is_own_pad(_owner)
_bearers_pad = _is_own_pad(BEARER.c.user_id)
_why_refused = Query(select(exists().where(*_own).label("note"), _is_own_pad(_owner, lock=False).label("pad")))

_draft = {
    "name": bindparam("new_name", type_=Note.name.type),
    "text": bindparam("new_text", type_=Text),
    "pad_id": _pad,
    "words": func.array_to_tsvector(bindparam("new_words", type_=ARRAY(Text))),
}


def _insertion(source: Select[*tuple[Any, ...]]) -> Change:
    return Change(insert(Note).from_select(["user_id", *_draft], source).returning(*COLUMNS, Note.user_id))


_add = _insertion(select(_owner, *_draft.values()).where(_own_pad))
_add_for_bearer = _insertion(select(BEARER.c.user_id, *_draft.values()).where(_bearers_pad))


def _insertion_under_key() -> Change:
    number = func.nextval(func.pg_get_serial_sequence("note", "id"))
    origin = select(
        BEARER.c.user_id,
        bindparam("new_key", type_=Idempotency.key.type),
        bindparam("new_hash", type_=Idempotency.body_hash.type),
        number,
        func.now(),
    )
    claim = upsert(Idempotency).from_select(
        ["user_id", "key", "body_hash", "note_id", "created_at"], origin.where(_bearers_pad)
    )
    # a key that was used more than a day ago is as good as new
    fresh = {name: claim.excluded[name] for name in ("body_hash", "note_id", "created_at")}
    claimed = (
        claim.on_conflict_do_update(index_elements=["user_id", "key"], set_=fresh, where=~_recent)
        .returning(Idempotency.note_id, Idempotency.user_id, Idempotency.created_at)
        .cte("claimed")
    )
    source = select(claimed.c.note_id, claimed.c.user_id, claimed.c.created_at, claimed.c.created_at, *_draft.values())
    columns = ["id", "user_id", "created_at", "updated_at", *_draft]
    return Change(insert(Note).from_select(columns, source).returning(*COLUMNS, Note.user_id))


_add_once = _insertion_under_key()

_versions = bindparam("versions", type_=ARRAY(Integer))
_changeable = (
    Note.id == bindparam("wanted"),
    Note.user_id == _owner,
    alive,
    or_(_versions.is_(None), Note.version == any_(_versions)),
)
# two edits within one tick of the clock still differ
_later = func.greatest(func.clock_timestamp(), Note.updated_at + timedelta(microseconds=1))
_edit = Change(
    update(Note)
    .where(*_changeable, _own_pad)
    .values(**_draft, updated_at=_later, version=Note.version + 1)
    .returning(*COLUMNS)
)
_trash = Change(
    update(Note).where(*_changeable).values(deleted_at=func.now(), version=Note.version + 1).returning(Note.id)
)
