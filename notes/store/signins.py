"""Signing in: sessions of browsers, and the limit of failed tries, which holds over all processes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_login import UserMixin
from sqlalchemy import Text, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, array, insert

from notes.fields import email_key
from notes.models import FailedSignIn, Pad, Session, User
from notes.settings import SESSION_DAYS
from notes.store.database import Change, Query
from notes.store.keys import key_hash, new_key

FAILED_TRIES = 10  # within WINDOW; the next failed one, and all after it, are refused
WINDOW = timedelta(seconds=60)


@dataclass(frozen=True)
class Principal(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """The signed-in user of a page, with what each page shows of it. `pads` are (id, name), by name."""

    id: int
    email: str
    pads: list[tuple[int, str]]
    session_key: str

    def get_id(self) -> str:
        """Return what Flask-Login keeps in the cookie: the session's key, not the user's id."""
        return self.session_key

    @property
    def pad_names(self) -> dict[int, str]:
        """The own pads' names by id."""
        return dict(self.pads)


@dataclass(frozen=True)
class Attempt:
    """What is known before a password is looked at. `retry_after` is in seconds, 0 when tries are left."""

    user_id: int | None
    email: str | None
    password_hash: str | None
    retry_after: int


_pads = (
    select(
        func.coalesce(
            func.jsonb_agg(aggregate_order_by(func.jsonb_build_array(Pad.id, Pad.name), Pad.name, Pad.id), type_=JSONB),
            text("'[]'::jsonb"),
        )
    )
    .where(Pad.user_id == User.id)
    .scalar_subquery()
    .label("pads")
)
_principal = Query(
    select(User.id, User.email, _pads)
    .join(Session, Session.user_id == User.id)
    .where(Session.key_hash == bindparam("key_hash"), Session.created_at > func.now() - timedelta(days=SESSION_DAYS))
)
# one row, also for an unknown address
_attempt = Query(
    select(User.id, User.email, User.password_hash, FailedSignIn.times, func.now().label("now")).select_from(
        select(bindparam("wanted", type_=Text).label("email_key"))
        .subquery("wanted")
        .outerjoin(User, User.email_key == text("wanted.email_key"))
        .outerjoin(
            FailedSignIn,
            (FailedSignIn.email_key == text("wanted.email_key")) & (FailedSignIn.client == bindparam("client")),
        )
    )
)
_open = Change(insert(Session).values(key_hash=bindparam("new_hash"), user_id=bindparam("owner")))
_close = Change(delete(Session).where(Session.key_hash == bindparam("key_hash")))


def _failure() -> Change:
    now = func.clock_timestamp()
    kept = text("ARRAY(SELECT t FROM unnest(failed_sign_in.times) AS t WHERE t > clock_timestamp() - :window)")
    return Change(
        insert(FailedSignIn)
        .values(email_key=bindparam("wanted"), client=bindparam("from_client"), times=array([now]))
        .on_conflict_do_update(
            index_elements=["email_key", "client"],
            set_={"times": func.array_append(kept.bindparams(window=WINDOW), now)},
        )
        .returning(FailedSignIn.times, now.label("now"))
    )


_fail = _failure()


def open_session(user_id: int) -> str:
    """Return the key of a new session."""
    key = new_key()
    _open(new_hash=key_hash(key), owner=user_id)
    return key


def close_session(key: str) -> None:
    """End the session with this key: a copied cookie is dead from now on."""
    _close(key_hash=key_hash(key))


def principal_of(key: str) -> Principal | None:
    """Return the user signed in by the session with this key, or None."""
    rows = _principal(key_hash=key_hash(key))
    if not rows:
        return None
    user = rows[0]
    return Principal(user.id, user.email, [(pad[0], pad[1]) for pad in user.pads], key)


def attempt(email: str, client: str) -> Attempt:
    """Return what a try to sign in for `email` from the address `client` finds."""
    found = _attempt(wanted=email_key(email), client=client)[0]
    return Attempt(found.id, found.email, found.password_hash, retry_after(found.times or [], found.now))


def retry_after(times: list[datetime], now: datetime) -> int:
    """Return the seconds until a try is allowed again, after failures at `times`; 0 when it is allowed now."""
    recent = sorted(time for time in times if time > now - WINDOW)
    if len(recent) <= FAILED_TRIES:
        return 0
    until = recent[-FAILED_TRIES - 1] + WINDOW
    return max(1, math.ceil((until - now).total_seconds()))


def record_failure(email: str, client: str) -> int:
    """Count a failed try; return the seconds to wait when it was one too many, else 0.

    One row for an address and a client, so that simultaneous tries queue up at its lock and each is counted.
    """
    counted = _fail(wanted=email_key(email), from_client=client)[0]
    return retry_after(counted.times, counted.now)
