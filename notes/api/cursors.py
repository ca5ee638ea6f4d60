"""The opaque cursors of paged lists: signed, so that one that we did not make is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from notes.models import MAX_ID
from notes.store.lists import Position

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def write_cursor(order: str, note: Any) -> str:
    """Return the cursor that continues a list in `order` behind `note`."""
    value = getattr(note, order.removeprefix("-"))
    plain = (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value
    return str(_serializer().dumps([order, plain, note.id]))


def read_cursor(cursor: str, order: str) -> Position | None:
    """Return where the list continues, or None for a cursor that is not ours or was made for another order."""
    try:
        made_for, plain, number = _serializer().loads(cursor)
    except (BadData, UnicodeError):
        return None
    if made_for != order or number > MAX_ID:
        return None
    return Position(plain if isinstance(plain, str) else EPOCH + plain * MICROSECOND, number)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="cursor")
