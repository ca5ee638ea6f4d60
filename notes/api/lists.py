"""`GET /notes` and `GET /trash`: pages with a cursor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from notes import fields
from notes.api import api
from notes.api.answers import answer, note_json, trashed_json
from notes.api.cursors import read_cursor, write_cursor
from notes.api.openapi import describes, or_empty, query_parameter
from notes.api.problems import Errors, invalid
from notes.api.requests import bearer_key, signed_in
from notes.api.schemas import ID
from notes.models import MAX_ID
from notes.store import tokens
from notes.store.lists import DEFAULT_ORDER, ORDERS, TRASH, Position, notes_for_bearer

LIMIT = 20
MAX_LIMIT = 100
PAGING = (
    query_parameter("limit", or_empty({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}) | {"default": LIMIT}),
    query_parameter("after", {"type": "string"}),
)
NARROWING = (
    query_parameter("order", or_empty({"enum": list(ORDERS)}) | {"default": DEFAULT_ORDER}),
    query_parameter("q", {"type": "string"}),
    query_parameter("pad", or_empty(ID)),
)


@api.get("/notes")
@describes("List or search notes", answers="NotePage", errors=(422,), parameters=(*PAGING, *NARROWING))
def list_notes() -> Response:
    key = bearer_key()
    errors: Errors = {}
    order = request.args.get("order") or DEFAULT_ORDER
    if order not in ORDERS:
        errors["order"] = [fields.NOT_A_CHOICE]
        order = DEFAULT_ORDER
    pad_id = _number("pad", MAX_ID, fields.NOT_A_CHOICE, errors)
    q = request.args.get("q", "")
    return _page(key, order, errors, note_json, q=None if fields.is_blank(q) else q, pad_id=pad_id)


@api.get("/trash")
@describes("List the trash, newest deletion first", answers="TrashPage", errors=(422,), parameters=PAGING)
def list_trash() -> Response:
    return _page(bearer_key(), TRASH, {}, trashed_json)


def _page(
    key: str, order: str, errors: Errors, shape: Callable[[Any], Any], q: str | None = None, pad_id: int | None = None
) -> Response:
    limit = _number("limit", MAX_LIMIT, fields.INVALID, errors) or LIMIT
    after = _after(order, errors)
    if errors:
        signed_in(tokens.bearer_of(key))
        raise invalid(errors)
    # one more than wanted tells whether there is a next page
    user_id, own_pad, found = notes_for_bearer(key, order, limit + 1, after, q, pad_id)
    signed_in(user_id)
    if not own_pad:
        raise invalid({"pad": [fields.NOT_A_CHOICE]})
    following = write_cursor(order, found[limit - 1]) if len(found) > limit else None
    return answer({"items": [shape(note) for note in found[:limit]], "next": following})


def _after(order: str, errors: Errors) -> Position | None:
    cursor = request.args.get("after")
    if not cursor:
        return None
    position = read_cursor(cursor, order)
    if position is None:
        errors["after"] = [fields.INVALID]
    return position


def _number(name: str, most: int, message: str, errors: Errors) -> int | None:
    """Return the parameter `name`, a whole number from 1 to `most`; None when it is absent or wrong."""
    text = request.args.get(name)
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) <= 10 and 1 <= int(text) <= most:
        return int(text)
    errors[name] = [message]
    return None
