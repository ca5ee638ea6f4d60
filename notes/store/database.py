"""Runs statements. The engine is in autocommit: each statement is one transaction and one round trip."""

from __future__ import annotations

import contextlib
import re
from collections import deque, namedtuple
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import psycopg
from flask import Flask, current_app
from sqlalchemy import ClauseElement, Engine, PoolProxiedConnection, event, literal, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from notes.extensions import db
from notes.serving import metrics
from notes.settings import Settings

CONNECT_SECONDS = 2  # readiness must answer within a probe's time-out
STATEMENT_MILLISECONDS = 5_000  # far above any query of ours: what takes longer is stuck
POOL_WAIT_SECONDS = 2
CONNECTIONS = "connections"  # where an application keeps its own


class LostConnectionError(Exception):
    """The connection to the database was lost while it was used."""


# what is raised while the database cannot answer
UNAVAILABLE = (LostConnectionError, psycopg.OperationalError, OperationalError, InterfaceError, PoolTimeoutError)

REFUSED = re.compile(r'FATAL: +(password authentication failed|role ".*" (does not exist|is not permitted to log in))')


def reason(error: BaseException) -> str:
    """Return in one line why the database cannot answer, without its address' secrets."""
    lines = str(error.__cause__ or error).strip().splitlines() or [type(error).__name__]
    return lines[0]


def is_refused(error: BaseException) -> bool:
    """Whether the database answers, but not to us: waiting does not help. SQLSTATE 28000 and 28P01.

    Known by PostgreSQL's words (in English, as its messages are unless somebody sets lc_messages): libpq does not tell
    the code of a connection that was refused.
    """
    return any(REFUSED.search(line) for line in str(error.__cause__ or error).splitlines())


def engine_options(settings: Settings) -> dict[str, Any]:
    """Return the arguments of `create_engine`: as many connections as threads, never more."""
    return {
        "isolation_level": "AUTOCOMMIT",
        "skip_autocommit_rollback": True,  # a rollback would be a round trip with nothing to roll back
        "pool_reset_on_return": None,
        "pool_size": settings.threads,
        "max_overflow": 0,
        "pool_timeout": POOL_WAIT_SECONDS,
        "use_native_hstore": False,  # else every new connection asks for a type that we do not use
        "connect_args": {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "notes",
            "options": f"-c TimeZone=UTC -c statement_timeout={STATEMENT_MILLISECONDS}",
            # a peer that vanished without a word is noticed within seconds
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
        },
    }


class Connections:
    """The connections of one application, kept open from one statement to the next.

    They come from SQLAlchemy's pool, which bounds them, and stay out of it while all is well: to check one out and in
    again took a tenth of all that reading a note costs. The one used last is taken first: its backend is still in the
    processor's caches. Each thread has one at most, so that as many as there are threads are enough.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[PoolProxiedConnection] = deque()
        limit = engine.pool.size()  # type: ignore[attr-defined]
        # told by whichever process opens one: this one may be forked later
        event.listen(engine, "connect", lambda *_: metrics.POOL_LIMIT.set(limit))

    def take(self) -> PoolProxiedConnection:
        """Return a connection for one statement; raises one of `UNAVAILABLE` when none can be had."""
        try:
            taken = self._idle.pop()
        except IndexError:
            taken = self._engine.raw_connection()
        metrics.POOL_USED.inc()
        return taken

    def give_back(self, taken: PoolProxiedConnection) -> None:
        """Keep a connection for the next statement; when it broke, drop it and all that are idle: they are as dead."""
        metrics.POOL_USED.dec()
        if taken.driver_connection.closed:  # type: ignore[union-attr]
            taken.invalidate()
            self.close()
        else:
            self._idle.append(taken)

    def close(self) -> None:
        """Close what is idle, also in the pool: whoever took a connection from there put it back there."""
        with contextlib.suppress(IndexError):  # none is left
            while True:
                self._idle.pop().invalidate()
        self._engine.dispose()


def connect(app: Flask) -> None:
    """Give the application its connections; none is opened yet."""
    with app.app_context():
        app.extensions[CONNECTIONS] = Connections(db.engine)


class Statement:
    """A statement compiled once and then run by psycopg itself, on one of the application's `Connections`.

    SQLAlchemy's own execution takes longer than all the rest of the round trip. Make one per statement, not per call.
    """

    def __init__(self, expression: ClauseElement) -> None:
        self._expression = expression
        self._row: Callable[[Iterable[Any]], Any] | None = None

    @cached_property
    def _compiled(self) -> tuple[bytes, dict[str, Any]]:
        compiled = self._expression.compile(dialect=db.engine.dialect)
        return str(compiled).encode(), dict(compiled.params)

    def _run(self, parameters: dict[str, Any]) -> list[Any]:
        sql, defaults = self._compiled
        connections: Connections = current_app.extensions[CONNECTIONS]
        taken = connections.take()
        connection: psycopg.Connection[Any] = taken.driver_connection  # type: ignore[assignment]
        try:
            cursor = connection.execute(sql, defaults | parameters)
            # not `description`, which makes an object for each column each time
            rows = cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []
        except psycopg.Error as error:
            if not connection.closed:
                raise
            raise LostConnectionError(str(error)) from error
        finally:
            connections.give_back(taken)
        if rows and self._row is None:
            names = [column.name for column in cursor.description or ()]
            shape: Any = namedtuple("Row", names)  # type: ignore[misc]  # known only now
            self._row = shape._make
        return [self._row(row) for row in rows] if self._row else []


class Query(Statement):
    """A statement that changes nothing."""

    def __call__(self, **parameters: Any) -> list[Any]:
        """Return all rows, as named tuples; asked once more when the connection turned out to be dead."""
        try:
            return self._run(parameters)
        except LostConnectionError:
            return self._run(parameters)


class Change(Statement):
    """A statement that changes something. Never repeated: it may have been carried out."""

    def __call__(self, **parameters: Any) -> list[Any]:
        """Return what the statement returns, as named tuples."""
        return self._run(parameters)


def ping() -> None:
    """Ask the database for an answer; raises one of `UNAVAILABLE` when there is none."""
    _ping()


_ping = Query(select(literal(1).label("one")))
