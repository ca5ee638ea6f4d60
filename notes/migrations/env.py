"""Alembic's environment, run by Flask-Migrate inside the application's context."""

from __future__ import annotations

from alembic import context
from sqlalchemy import text

from notes.extensions import db

LOCK = 7_266_837  # any number, the same for all of us: replicas that start together migrate one after the other

if context.is_offline_mode():
    raise SystemExit("migrations run against a database, not offline")

engine = db.engine.execution_options(isolation_level="READ COMMITTED")
with engine.connect() as connection:
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        # closes the session, and with it the lock; the pool must not hand this connection out again
        connection.invalidate()
