"""The floor: the least that a WSGI server and PostgreSQL can do for one note, and for one insert.

No framework, no authentication, no validation, no log, no metrics: a bare callable that reads one note by its id, or
inserts one of a user, with a prepared statement and answers JSON. Whatever the notes application does beyond it is what
the application costs.

    BENCH_DATABASE_URL=postgresql://... python -m gunicorn --worker-class gthread benchmarks.floor:application
    BENCH_DATABASE_URL=postgresql://... python -m benchmarks.floor USER_ID THREADS SECONDS
"""

import json
import os
import sys
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from wsgiref.types import StartResponse, WSGIEnvironment

import psycopg

# gthread answers each request on one of a fixed set of threads, so a connection per thread is a pool without locks.
_local = threading.local()

READ = "SELECT id, name, text, pad_id, created_at, updated_at FROM note WHERE id = %s"
# The words of the search index are part of a note: a row without them would be cheaper than what the notes app stores.
INSERT = "INSERT INTO note (user_id, name, text, words) VALUES (%s, %s, %s, array_to_tsvector(%s))"
CREATE = f"{INSERT} RETURNING id, name, text, pad_id, created_at, updated_at"


def _connection() -> psycopg.Connection:
    """This thread's own connection; autocommit, because one SELECT needs no BEGIN and no COMMIT around it."""
    connection: psycopg.Connection | None = getattr(_local, "connection", None)
    if connection is None or connection.closed:
        connection = _local.connection = psycopg.connect(os.environ["BENCH_DATABASE_URL"], autocommit=True)
    return connection


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer `GET /anything/<note>` with the note as JSON, or 404; insert the note of `POST /anything/<user>`."""
    number = int(environ["PATH_INFO"].rpartition("/")[2])
    if environ["REQUEST_METHOD"] == "POST":
        brought = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        status, sql, values = "201 Created", CREATE, _values(number, brought["name"], brought["text"])
    else:
        status, sql, values = "200 OK", READ, (number,)
    row = _connection().execute(sql, values, prepare=True).fetchone()
    if row is None:
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    identity, name, text, pad_id, created_at, updated_at = row
    note = {"id": identity, "name": name, "text": text, "pad_id": pad_id}
    times = {"created_at": created_at.isoformat(), "updated_at": updated_at.isoformat()}
    body = json.dumps(note | times).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _values(user_id: int, name: str, text: str) -> tuple[object, ...]:
    return user_id, name, text, sorted({*name.lower().split(), *text.lower().split()})


def inserts(database_url: str, user_id: int, threads: int, seconds: float) -> int:
    """Insert notes from `threads` threads for `seconds`, each insert its own committed transaction; return how many.

    `synchronous_commit` is asked for by name: the figure is about writes that a power cut cannot take back.
    """
    start = threading.Barrier(threads, timeout=30)
    row = _values(user_id, os.environ["BENCH_NAME"], os.environ["BENCH_TEXT"])

    def insert(_: int) -> int:
        count = 0
        with psycopg.connect(database_url, autocommit=True, options="-c synchronous_commit=on") as connection:
            start.wait()
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline:
                connection.execute(INSERT, row, prepare=True)
                count += 1
        return count

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(insert, range(threads)))


if __name__ == "__main__":
    user, count, duration = sys.argv[1:]
    print(inserts(os.environ["BENCH_DATABASE_URL"], int(user), int(count), float(duration)))
