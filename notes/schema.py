"""Bringing a database's schema up to date: a step of its own before a rollout, never part of the web process."""

from __future__ import annotations

import time

import flask_migrate
from flask import Flask

from notes.extensions import MIGRATIONS, db
from notes.store.database import UNAVAILABLE, is_refused, ping

WAIT_SECONDS = 30  # a database that starts together with us is there by then
PAUSE_SECONDS = 0.2


def upgrade(app: Flask, revision: str = "head") -> None:
    """Migrate the database of `app` up to `revision`; waits for one that is only just starting, not for one that
    refuses us."""
    with _prepared(app):
        _wait()
        flask_migrate.upgrade(str(MIGRATIONS), revision)


def downgrade(app: Flask, revision: str) -> None:
    """Migrate the database of `app` down to `revision`."""
    with _prepared(app):
        flask_migrate.downgrade(str(MIGRATIONS), revision)


def _prepared(app: Flask):  # type: ignore[no-untyped-def]  # Flask's own context
    if "migrate" not in app.extensions:
        flask_migrate.Migrate(app, db, directory=str(MIGRATIONS))
    return app.app_context()


def _wait() -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return ping()
        except UNAVAILABLE as error:
            if is_refused(error) or time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
