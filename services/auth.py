"""Knows whose token it is. Keeps users with hashed tokens in a database of its own.

`python -m services.auth migrate` makes its table and the first user.
"""

from __future__ import annotations

import click
from flask import Flask, request
from sqlalchemy import LargeBinary, String, bindparam, create_engine, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.wrappers import Response

from notes.commandline import run
from notes.extensions import db
from notes.serving.edge import USER_ID
from notes.serving.logs import get_logger
from notes.settings import Settings
from notes.store.database import UNAVAILABLE, Query, connect, engine_options, reason
from notes.store.keys import key_hash
from services.common import new_app, text, unavailable

FIRST_USER, FIRST_TOKEN = "density", "mytoken"  # the rules' own; known to everybody, and worth nothing
log = get_logger("auth")


class Base(DeclarativeBase):
    """The tables of auth's own database."""


class AuthUser(Base):
    """A user by name, with the hash of the token."""

    __tablename__ = "auth_user"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)


_named = Query(select(AuthUser.name).where(AuthUser.token_hash == bindparam("token_hash")))


def create_app(settings: Settings | None = None) -> Flask:
    """Return a new application; raises `SettingsError` when no database is set."""
    settings = (settings or Settings.from_env()).require("database_url")
    app = new_app("auth", settings, lambda: name_of(""))
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings)
    db.init_app(app)
    connect(app)

    @app.post("/auth")
    def auth() -> Response:
        token = request.form.get("token", "")
        if not token:
            return text("a token is needed\n", 400)
        try:
            name = name_of(token)
        except UNAVAILABLE as error:
            log.warning("database not available", reason=reason(error))
            return unavailable("the database is not available")
        if name is None:
            return text("not allowed\n", 403)
        request.environ[USER_ID] = name
        return text(name)

    return app


def name_of(token: str) -> str | None:
    """Return the name of the user with this token, or None; raises one of `UNAVAILABLE`."""
    rows = _named(token_hash=key_hash(token))
    return rows[0].name if rows else None


def migrate(settings: Settings) -> None:
    """Make the table and the first user, unless they are there."""
    engine = create_engine(settings.database_url, **engine_options(settings))
    Base.metadata.create_all(engine)
    first = insert(AuthUser).values(name=FIRST_USER, token_hash=key_hash(FIRST_TOKEN))
    with engine.connect() as connection:
        connection.execute(first.on_conflict_do_nothing())
    engine.dispose()


@click.group()
def main() -> None:
    """Commands of auth; configured by the same environment as its web process."""


@main.command("migrate")
def migrate_command() -> None:
    """Make the table and the first user; safe to repeat."""
    migrate(Settings.from_env().require("database_url"))


if __name__ == "__main__":
    run("auth", main)
