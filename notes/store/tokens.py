"""API tokens, and the join by which a query answers for the owner of a token in the same round trip."""

from __future__ import annotations

from typing import Any

from sqlalchemy import FromClause, Select, bindparam, delete, insert, select, true

from notes.models import Token
from notes.store.database import Change, Query
from notes.store.keys import key_hash, new_key

BEARER = select(Token.user_id).where(Token.key_hash == bindparam("key_hash")).subquery("bearer")
COLUMNS = (Token.id, Token.name, Token.created_at)

_bearer = Query(select(BEARER.c.user_id))
_tokens = Query(select(*COLUMNS).where(Token.user_id == bindparam("user_id")).order_by(Token.id))
_tokens_of_bearer = select(*COLUMNS).where(Token.user_id == BEARER.c.user_id).order_by(Token.id).lateral("item")
_add = Change(
    insert(Token)
    .values(user_id=bindparam("owner"), name=bindparam("new_name"), key_hash=bindparam("new_hash"))
    .returning(*COLUMNS)
)
_delete = Change(
    delete(Token).where(Token.id == bindparam("wanted"), Token.user_id == bindparam("owner")).returning(Token.id)
)


def for_bearer(item: FromClause, *also: Any) -> Select[Any]:
    """Return a query of the bearer's id, `also`, and the columns of `item`, one row at least for a living token."""
    return select(BEARER.c.user_id.label("bearer_id"), *also, *item.c).select_from(BEARER.outerjoin(item, true()))


def bearer_of(key: str) -> int | None:
    """Return the id of the user whose token this is, or None."""
    rows = _bearer(key_hash=key_hash(key))
    return rows[0].user_id if rows else None


def read_for_bearer(query: Query, key: str, **parameters: Any) -> tuple[int | None, list[Any]]:
    """Return the bearer's id (None for a dead token) and the rows of its items."""
    rows = query(key_hash=key_hash(key), **parameters)
    return (rows[0].bearer_id if rows else None), [row for row in rows if row.id is not None]


def tokens_for_bearer(key: str) -> tuple[int | None, list[Any]]:
    """Return the bearer's id and its tokens (id, name, created_at), oldest first."""
    return read_for_bearer(_list, key)


def tokens_of(user_id: int) -> list[Any]:
    """Return a user's tokens (id, name, created_at), oldest first."""
    return _tokens(user_id=user_id)


def add_token(user_id: int, name: str | None) -> tuple[Any, str]:
    """Return a new token (id, name, created_at) and its key, which can never be read again."""
    key = new_key()
    return _add(owner=user_id, new_name=name, new_hash=key_hash(key))[0], key


def delete_token(user_id: int, token_id: int) -> bool:
    """Make a token dead at once; False when the user has no such token."""
    return bool(_delete(owner=user_id, wanted=token_id))


_list = Query(for_bearer(_tokens_of_bearer).order_by(_tokens_of_bearer.c.id))
