"""The tables. Times are stored in UTC with microseconds; ids are 32-bit integers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ARRAY, DateTime, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text, func
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from notes.extensions import metadata as shared_metadata

MAX_ID = 2**31 - 1  # of a PostgreSQL integer
EMAIL_LENGTH = 120
NAME_LENGTH = 100
HASH_LENGTH = 255  # a scrypt hash of Werkzeug has 162 characters

Instant = DateTime(timezone=True)


class Base(DeclarativeBase):
    """Typed models over the metadata that Flask-SQLAlchemy and the migrations use."""

    metadata = shared_metadata


class User(Base):
    """An account. `email` is as typed, `email_key` the same without regard to case."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    email_key: Mapped[str] = mapped_column(Text, unique=True)
    password_hash: Mapped[str] = mapped_column(String(HASH_LENGTH))
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class Pad(Base):
    """A named collection of notes of one owner."""

    __tablename__ = "pad"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # byte order of UTF-8 is code point order
    name: Mapped[str] = mapped_column(String(NAME_LENGTH, collation="C"))

    __table_args__ = (
        Index(None, "user_id", "name", "id"),
        Index("uq_pad_id_user_id", "id", "user_id", unique=True),  # what a note's foreign key refers to
    )


class Note(Base):
    """A note: in a pad or in none, alive or in the trash. `version` counts every change that its readers can see."""

    __tablename__ = "note"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    pad_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(NAME_LENGTH, collation="C"))
    text: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(TSVECTOR)  # made by notes.store.search, the same on every server locale
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        # a note can only be in a pad of its own owner; when the pad goes, only the reference is cleared
        ForeignKeyConstraint(["pad_id", "user_id"], ["pad.id", "pad.user_id"], ondelete="SET NULL (pad_id)"),
        Index("ix_note_alive_updated_at", "user_id", "updated_at", "id", postgresql_where="deleted_at IS NULL"),
        Index("ix_note_alive_name", "user_id", "name", "id", postgresql_where="deleted_at IS NULL"),
        Index("ix_note_pad_id", "pad_id", "user_id"),
        Index("ix_note_trash", "user_id", "deleted_at", "id", postgresql_where="deleted_at IS NOT NULL"),
        # no pending list: each search walks all of it, and whoever fills it waits until it is worked off
        Index("ix_note_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )


class Session(Base):
    """A signed-in browser. Only the hash of the cookie's key is kept; deleting the row ends the session."""

    __tablename__ = "session"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class Token(Base):
    """A bearer token of the API, kept as its hash."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class Recovery(Base):
    """A link to set a forgotten password: one use, one day."""

    __tablename__ = "recovery"

    key_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class Idempotency(Base):
    """What `POST notes` answered to a key. The text is not kept twice: the repeated body holds it."""

    __tablename__ = "idempotency"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    note_id: Mapped[int]  # no foreign key: the first answer is repeated after the note is gone, too
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now(), index=True)


class FailedSignIn(Base):
    """When sign-ins for one address from one client failed within the last minute."""

    __tablename__ = "failed_sign_in"

    email_key: Mapped[str] = mapped_column(Text, primary_key=True)
    client: Mapped[str] = mapped_column(Text, primary_key=True)
    times: Mapped[list[datetime]] = mapped_column(ARRAY(Instant))
