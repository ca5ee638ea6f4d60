"""Accounts and rows to measure with: accounts are made through the API, rows by SQL, because there are many."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops.bench.client import Client, expect

if TYPE_CHECKING:
    from psycopg import Connection

PASSWORD = "correct horse battery staple"
NAME, TEXT = "Notes of the meeting", "The quick brown fox jumps over the lazy dog. " * 8

PADS = "INSERT INTO pad (user_id, name) SELECT %(user)s, 'Pad ' || i FROM generate_series(1, %(pads)s) i"
# The age of a note grows with i by a second, so that the order by updated_at has no ties.
NOTES = """
    INSERT INTO note (user_id, pad_id, name, text, words, created_at, updated_at, deleted_at)
    SELECT %(user)s, (SELECT id FROM pad WHERE user_id = %(user)s ORDER BY id OFFSET i %% (%(pads)s + 1) LIMIT 1),
           %(name)s || ' ' || i, %(text)s, array_to_tsvector(regexp_split_to_array(lower(%(text)s || i), '[ .]+')),
           now() - i * interval '1 second', now() - i * interval '1 second',
           CASE WHEN %(trashed)s THEN now() - i * interval '1 second' END
    FROM generate_series(1, %(notes)s) i
"""


@dataclass(frozen=True)
class Account:
    """A user of the application, with an API token."""

    email: str
    user_id: int
    token: str


def account(port: int, email: str) -> Account:
    """Make an account and a token through the API of the application on `port`."""
    client = Client(port)
    who = {"email": email, "password": PASSWORD}
    user = expect(client.api("POST", "/api/v1/users", who), 201, "POST users").json()
    token = expect(client.api("POST", "/api/v1/tokens", who), 201, "POST tokens").json()
    return Account(email, user["id"], token["token"])


def fill(connection: "Connection", user_id: int, notes: int, pads: int = 0, *, trashed: bool = False) -> None:
    """Add pads and notes (a part of them in no pad) to an account, and let PostgreSQL count its rows anew."""
    values = {"user": user_id, "notes": notes, "pads": pads, "name": NAME, "text": TEXT, "trashed": trashed}
    connection.execute(PADS, values)
    connection.execute(NOTES, values)
    connection.execute("VACUUM ANALYZE note, pad")


def note_ids(connection: "Connection", user_id: int, most: int) -> list[int]:
    """Return the ids of up to `most` notes of the account, spread over all of them."""
    rows = connection.execute(
        "SELECT id FROM note WHERE user_id = %s AND deleted_at IS NULL ORDER BY md5(id::text) LIMIT %s", (user_id, most)
    )
    return [row[0] for row in rows]
