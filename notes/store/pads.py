"""Pads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from notes.models import Note, Pad
from notes.store.database import Change, Query
from notes.store.tokens import BEARER, for_bearer, read_for_bearer

_notes = (
    select(func.count())
    .where(Note.pad_id == Pad.id, Note.user_id == Pad.user_id, Note.deleted_at.is_(None))
    .scalar_subquery()
    .label("notes")
)
_own = select(Pad.id, Pad.name, _notes).where(Pad.user_id == BEARER.c.user_id)
_all = _own.order_by(Pad.name, Pad.id).lateral("item")
_list = Query(for_bearer(_all).order_by(_all.c.name, _all.c.id))
_one = Query(for_bearer(_own.where(Pad.id == bindparam("pad_id")).lateral("item")))
_mine = (Pad.id == bindparam("wanted"), Pad.user_id == bindparam("owner"))
_add = Change(insert(Pad).values(user_id=bindparam("owner"), name=bindparam("new_name")).returning(Pad.id))
_rename = Change(update(Pad).where(*_mine).values(name=bindparam("new_name")).returning(Pad.id, Pad.name, _notes))
# a trigger of the table moves the pad's notes to the trash
_delete = Change(delete(Pad).where(*_mine).returning(Pad.id))


def pads_for_bearer(key: str) -> tuple[int | None, list[Any]]:
    """Return the bearer's id and its pads (id, name, notes), by name."""
    return read_for_bearer(_list, key)


def pad_for_bearer(key: str, pad_id: int) -> tuple[int | None, list[Any]]:
    """Return the bearer's id and its pad (id, name, notes), if there is one with this id."""
    return read_for_bearer(_one, key, pad_id=pad_id)


def add_pad(user_id: int, name: str) -> int:
    """Return the id of a new pad."""
    return int(_add(owner=user_id, new_name=name)[0].id)


def rename_pad(user_id: int, pad_id: int, name: str) -> Any:
    """Return the renamed pad (id, name, notes), or None when the user has no such pad."""
    rows = _rename(owner=user_id, wanted=pad_id, new_name=name)
    return rows[0] if rows else None


def delete_pad(user_id: int, pad_id: int) -> bool:
    """Delete a pad and move its notes to the trash; False when the user has no such pad."""
    return bool(_delete(owner=user_id, wanted=pad_id))
