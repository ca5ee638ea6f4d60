"""Accounts for a load test: made if missing, with a token that can be told again and enough notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from notes.fields import email_key
from notes.models import Token, User
from notes.store.database import Change, Query
from notes.store.keys import key_hash
from notes.store.notes import Draft
from notes.store.search import words

_user = Query(select(User.id).where(User.email_key == bindparam("wanted")))
_add_user = Change(
    insert(User)
    .values(email=bindparam("new_email"), email_key=bindparam("new_key"), password_hash=bindparam("new_hash"))
    # the row of whoever was quicker is as good; an update, because nothing at all would return no id
    .on_conflict_do_update(index_elements=[User.email_key], set_={"email_key": bindparam("new_key")})
    .returning(User.id)
)
_add_token = Change(
    insert(Token)
    .values(user_id=bindparam("owner"), name=bindparam("new_name"), key_hash=bindparam("new_hash"))
    .on_conflict_do_nothing(index_elements=[Token.key_hash])
)
_top_up = Change(
    text(
        """
        INSERT INTO note (user_id, name, text, words)
        SELECT :owner, name, body, array_to_tsvector(string_to_array(words, ' '))
        FROM unnest(CAST(:names AS text[]), CAST(:bodies AS text[]), CAST(:words AS text[]))
             WITH ORDINALITY AS draft (name, body, words, number)
        WHERE number > (SELECT count(*) FROM note WHERE user_id = :owner AND deleted_at IS NULL)
        RETURNING id
        """
    )
)
_analyze = Change(text("ANALYZE note"))


def user_id_of(email: str) -> int | None:
    """Return the id of the user with this address, or None."""
    rows = _user(wanted=email_key(email))
    return int(rows[0].id) if rows else None


def add_user(email: str, password_hash: str) -> int:
    """Return the id of the user with this address, made with this hash if there was none."""
    return int(_add_user(new_email=email, new_key=email_key(email), new_hash=password_hash)[0].id)


def add_token(user_id: int, name: str, key: str) -> None:
    """Let `key` be a token of the user; nothing when it is one already."""
    _add_token(owner=user_id, new_name=name, new_hash=key_hash(key))


@dataclass(frozen=True)
class Drafts:
    """Notes to be added to many accounts: their words are cut once."""

    names: list[str]
    bodies: list[str]
    words: list[str]

    @classmethod
    def of(cls, drafts: Sequence[Draft]) -> Drafts:
        """Prepare these drafts."""
        found = [" ".join(words(draft.name, draft.text)) for draft in drafts]
        return cls([draft.name for draft in drafts], [draft.text for draft in drafts], found)


def top_up(user_id: int, drafts: Drafts) -> int:
    """Add those of `drafts` that the user has fewer notes than; return how many that were."""
    return len(_top_up(owner=user_id, names=drafts.names, bodies=drafts.bodies, words=drafts.words))


def analyze() -> None:
    """Let PostgreSQL count its rows anew: plans made for an empty table would be another load."""
    _analyze()
