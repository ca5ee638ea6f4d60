"""Lists of notes: pages with numbers for people, pages with a cursor for programs. The trash is one of the lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, cast, exists, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import TSQUERY

from notes.models import Note, Pad
from notes.store.database import Query
from notes.store.keys import key_hash
from notes.store.notes import COLUMNS, alive
from notes.store.search import prefix_query
from notes.store.tokens import BEARER, for_bearer

PAGE_SIZE = 10
DEFAULT_ORDER = "-updated_at"
ORDERS = ("name", "-name", "updated_at", "-updated_at")
TRASH = "-deleted_at"  # the order of the trash, and so its name among the lists
NOTHING = ""  # as a tsquery, matches no text

_rows = Note.__table__.c


@dataclass(frozen=True)
class Position:
    """Where a page of the API ends: the sorted value and the id of its last note."""

    value: str | datetime
    id: int


@dataclass(frozen=True)
class Page:
    """One numbered page: `items` (id, name, pad_id, updated_at, deleted_at), how many in all, and which page it is."""

    items: list[Any]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))


def page_of(user_id: int, order: str, page: int, q: str | None = None, pad_id: int | None = None) -> Page:
    """Return page `page` of a user's notes, the last one when it is beyond; only matches of `q`, only of a pad."""
    parameters = _filters(q, pad_id) | {"user_id": user_id, "page": page}
    rows = _numbered(order, q is not None, pad_id is not None)(**parameters)
    found = Page([row for row in rows if row.id is not None], rows[0].total, page)
    return Page(found.items, found.total, min(page, found.pages))


def notes_for_bearer(
    key: str,
    order: str,
    limit: int,
    after: Position | None = None,
    q: str | None = None,
    pad_id: int | None = None,
) -> tuple[int | None, bool, list[Any]]:
    """Return the bearer's id, whether `pad_id` is its own or None, and up to `limit` notes that follow `after`."""
    parameters = _filters(q, pad_id) | {"limit": limit}
    if after is not None:
        parameters |= {"after_value": after.value, "after_id": after.id}
    query = _keyset(order, q is not None, pad_id is not None, after is not None)
    rows = query(key_hash=key_hash(key), **parameters)
    if not rows:
        return None, True, []
    own_pad = pad_id is None or rows[0].own_pad
    return rows[0].bearer_id, own_pad, [row for row in rows if row.id is not None]


def all_notes(user_id: int) -> list[Any]:
    """Return all notes outside the trash (id, name, text, pad), for the export."""
    return _all(user_id=user_id)


def _filters(q: str | None, pad_id: int | None) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if q is not None:
        parameters["q"] = prefix_query(q) or NOTHING
    if pad_id is not None:
        parameters["pad_id"] = pad_id
    return parameters


def _narrowed(order: str, searched: bool, padded: bool) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Note.deleted_at.is_not(None) if order == TRASH else alive]
    if searched:
        # a cast, not to_tsquery: the words are already cut and folded
        conditions.append(Note.words.op("@@")(cast(bindparam("q"), TSQUERY)))
    if padded:
        conditions.append(Note.pad_id == bindparam("pad_id"))
    return conditions


def _sorting(order: str, columns: Any) -> tuple[Any, Any]:
    value, number = columns[order.removeprefix("-")], columns.id
    return (value.desc(), number.desc()) if order.startswith("-") else (value.asc(), number.asc())


@cache
def _numbered(order: str, searched: bool, padded: bool) -> Query:
    wanted = (Note.user_id == bindparam("user_id"), *_narrowed(order, searched, padded))
    count = select(func.count().label("total")).where(*wanted).subquery("counted")
    last = (count.c.total + PAGE_SIZE - 1) // PAGE_SIZE
    item = (
        select(Note.id, Note.name, Note.pad_id, Note.updated_at, Note.deleted_at)
        .where(*wanted)
        .order_by(*_sorting(order, _rows))
        .limit(PAGE_SIZE)
        .offset(func.greatest(func.least(bindparam("page"), last) - 1, 0) * PAGE_SIZE)
        .lateral("item")
    )
    listed = select(count.c.total, *item.c).select_from(count.outerjoin(item, true()))
    return Query(listed.order_by(*_sorting(order, item.c)))


@cache
def _keyset(order: str, searched: bool, padded: bool, resumed: bool) -> Query:
    mine = select(*COLUMNS, Note.deleted_at).where(
        Note.user_id == BEARER.c.user_id, *_narrowed(order, searched, padded)
    )
    if resumed:
        value = _rows[order.removeprefix("-")]
        place: Any = tuple_(value, _rows.id)
        end = tuple_(bindparam("after_value", type_=value.type), bindparam("after_id", type_=_rows.id.type))
        mine = mine.where(place < end if order.startswith("-") else place > end)
    item = mine.order_by(*_sorting(order, _rows)).limit(bindparam("limit")).lateral("item")
    own_pad = exists().where(Pad.id == bindparam("pad_id"), Pad.user_id == BEARER.c.user_id).label("own_pad")
    return Query(for_bearer(item, *([own_pad] if padded else [])).order_by(*_sorting(order, item.c)))


_all = Query(
    select(Note.id, Note.name, Note.text, Pad.name.label("pad"))
    .outerjoin(Pad, Note.pad_id == Pad.id)
    .where(Note.user_id == bindparam("user_id"), alive)
    .order_by(Note.id)
)
