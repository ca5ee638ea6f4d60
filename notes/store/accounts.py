"""Users: sign up, passwords, recovery, deletion."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert

from notes.fields import email_key
from notes.models import Recovery, Session, User
from notes.settings import RECOVERY_SECONDS
from notes.store.database import Change, Query
from notes.store.keys import key_hash, new_key
from notes.store.passwords import hash_password

_fresh = Recovery.created_at > func.now() - timedelta(seconds=RECOVERY_SECONDS)
_new_hash = bindparam("new_hash", type_=User.password_hash.type)
_link = bindparam("link", type_=Recovery.key_hash.type)

_is_taken = Query(select(exists().where(User.email_key == bindparam("wanted")).label("found")))
_is_recovery = Query(select(exists().where(Recovery.key_hash == _link, _fresh).label("found")))
_password_hash = Query(select(User.password_hash).where(User.id == bindparam("owner")))
_add = Change(
    insert(User)
    .values(email=bindparam("new_email"), email_key=bindparam("new_key"), password_hash=_new_hash)
    .on_conflict_do_nothing(index_elements=[User.email_key])
    .returning(User.id)
)
_delete = Change(delete(User).where(User.id == bindparam("owner")))


def _password_change() -> Change:
    changed = update(User).where(User.id == bindparam("owner")).values(password_hash=_new_hash).returning(User.id)
    owner = select(changed.cte("changed").c.id)
    return Change(delete(Session).where(Session.user_id.in_(owner), Session.key_hash != bindparam("kept")))


def _recovery_start() -> Change:
    owner = select(User.id, User.email).where(User.email_key == bindparam("wanted")).cte("owner")
    started = insert(Recovery).from_select(["key_hash", "user_id"], select(_link, owner.c.id)).cte("started")
    return Change(select(owner.c.email).add_cte(started))


def _recovery_end() -> Change:
    used = delete(Recovery).where(Recovery.key_hash == _link, _fresh).returning(Recovery.user_id).cte("used")
    owner = select(used.c.user_id)
    ended = delete(Session).where(Session.user_id.in_(owner)).returning(Session.user_id).cte("ended")
    changed = update(User).where(User.id.in_(owner)).values(password_hash=_new_hash)
    return Change(changed.returning(User.id).add_cte(ended))


_change_password, _start_recovery, _recover = _password_change(), _recovery_start(), _recovery_end()


def add_user(email: str, password: str) -> int | None:
    """Return the id of a new user, or None when the address is taken."""
    rows = _add(new_email=email, new_key=email_key(email), new_hash=hash_password(password))
    return rows[0].id if rows else None


def is_taken(email: str) -> bool:
    """Whether a user with this address exists."""
    return bool(_is_taken(wanted=email_key(email))[0].found)


def password_hash_of(user_id: int) -> str:
    """Return the stored hash of a user's password."""
    return str(_password_hash(owner=user_id)[0].password_hash)


def change_password(user_id: int, password: str, keep_session: bytes) -> None:
    """Set a new password and end every session of the user but `keep_session`."""
    _change_password(owner=user_id, new_hash=hash_password(password), kept=keep_session)


def delete_user(user_id: int) -> None:
    """Delete a user with everything that belongs to it."""
    _delete(owner=user_id)


def start_recovery(email: str) -> tuple[str, str] | None:
    """Return the stored address of the user and the key of a new recovery link, or None when there is no such user.

    The mail must go to the stored address: another spelling may be somebody else's mailbox.
    """
    key = new_key()
    rows = _start_recovery(wanted=email_key(email), link=key_hash(key))
    return (rows[0].email, key) if rows else None


def is_recovery(key: str) -> bool:
    """Whether `key` is of a recovery link that is neither used nor expired."""
    return bool(_is_recovery(link=key_hash(key))[0].found)


def recover(key: str, password: str) -> bool:
    """Set a new password by a recovery link, use the link up and end all sessions; False when it was not valid."""
    return bool(_recover(link=key_hash(key), new_hash=hash_password(password)))
