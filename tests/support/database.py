"""The tests' own connection to the database: a fresh state before each test, a look inside, and time that passes."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

Rows = dict[str, bytes]

STAMPS = """
    SELECT table_name, column_name, data_type = 'ARRAY'
    FROM information_schema.columns
    WHERE table_schema = 'public' AND (udt_name LIKE 'timestamp%' OR udt_name LIKE '\\_timestamp%')
"""


class Database:
    """A migrated database. `url` is what the application gets; the connection is the tests' own, as superuser."""

    def __init__(self, url: str, admin_url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(admin_url, autocommit=True, options="-c lock_timeout=10s -c timezone=UTC")
        found = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^alembic'")
        self.tables = [str(row[0]) for row in found]
        self.stamps = self.rows(STAMPS)

    def close(self) -> None:
        self.connection.close()

    def rows(self, query: Any, *values: Any) -> list[tuple[Any, ...]]:
        cursor = self.connection.execute(query, values or None)
        return cursor.fetchall() if cursor.description else []

    def value(self, query: Any, *values: Any) -> Any:
        return self.rows(query, *values)[0][0]

    def save(self) -> Rows:
        """All rows of all tables."""
        return {table: self._copy_out(table) for table in self.tables}

    def _copy_out(self, table: str) -> bytes:
        command = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))
        with self.connection.cursor().copy(command) as copy:
            return b"".join(bytes(chunk) for chunk in copy)

    def load(self, saved: Rows) -> None:
        """Nothing but these rows. Sequences go on, so that no id is ever given twice in a test run."""
        names = sql.SQL(", ").join(map(sql.Identifier, self.tables))
        with self.connection.transaction():
            self.connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
            self.connection.execute("SET LOCAL session_replication_role = replica")  # rows in any order
            for table, rows in saved.items():
                if rows:
                    command = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                    with self.connection.cursor().copy(command) as copy:
                        copy.write(rows)

    def clear(self) -> None:
        """No rows at all."""
        self.load({})

    def pass_time(self, **span: float) -> None:
        """Let time pass (as for timedelta) by moving every stored time into the past."""
        step = sql.Literal(timedelta(**span))
        for table, column, is_array in self.stamps:
            name = sql.Identifier(column)
            one = sql.SQL("(SELECT array_agg(t - {1}) FROM unnest({0}) AS t)" if is_array else "{0} - {1}")
            moved = one.format(name, step)
            self.rows(
                sql.SQL("UPDATE {} SET {} = {} WHERE {} IS NOT NULL").format(sql.Identifier(table), name, moved, name)
            )

    # What the tests know of the tables: notes and their times, users and their hashes.

    def set_note(self, note_id: int, **times: datetime | None) -> None:
        """Put a note's updated_at, created_at or deleted_at to a moment."""
        for column, value in times.items():
            self.rows(sql.SQL("UPDATE note SET {} = %s WHERE id = %s").format(sql.Identifier(column)), value, note_id)

    def updated_at(self, note_id: int) -> datetime:
        moment: datetime = self.value("SELECT updated_at FROM note WHERE id = %s", note_id)
        return moment

    def count(self, table: str) -> int:
        return int(self.value(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))))

    def waiting(self) -> int:
        """How many statements wait for a lock on the notes."""
        return int(self.value("SELECT count(*) FROM pg_locks WHERE relation = 'note'::regclass AND NOT granted"))

    def holds(self, text: str) -> bool:
        """Whether any table holds this text anywhere, also as the bytes of it."""
        raw = text.encode()
        return any(raw in rows or raw.hex().encode() in rows for rows in self.save().values())
