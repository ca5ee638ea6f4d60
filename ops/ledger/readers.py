"""The final reads: everything that the writers' accounts hold, through the API and straight from PostgreSQL."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ops import wait
from ops.errors import OpsError
from ops.ledger.client import Address, Client, InDoubtError, NeverSentError
from ops.ledger.writers import Account
from ops.ledger.writes import Found

PAGE = 100
TRIES_SECONDS = 30.0  # for one page: the final read begins when the target is well, so this bridges a hiccup
MEND = "./inv status, then run again"

SQL = """SELECT json_build_object('id', note.id, 'account', account.email, 'name', note.name, 'text', note.text,
'trashed', note.deleted_at IS NOT NULL) FROM note JOIN "user" AS account ON account.id = note.user_id
WHERE account.email_key LIKE '{run}-%@example.com' ORDER BY note.id"""
FORGET = """DELETE FROM "user" WHERE email_key LIKE '{run}-%@example.com'"""


def by_api(address: Address, own: Sequence[Account]) -> list[Found]:
    """All notes and all of the trash of these accounts, page by page. Raises OpsError when they cannot be read."""
    return [found for account in own for found in _account(address, account)]


def _account(address: Address, account: Account) -> Iterator[Found]:
    client = Client(address, token=account.token)
    for path, trashed in (("notes", False), ("trash", True)):
        after = ""
        while after is not None:
            page = _page(client, f"{path}?limit={PAGE}" + (f"&after={after}" if after else ""))
            for item in page["items"]:
                yield Found(item["id"], account.email, item["name"], item["text"], trashed)
            after = page["next"]
    client.close()


def _page(client: Client, path: str) -> dict[str, Any]:
    def probe() -> dict[str, Any]:
        try:
            reply = client.send("GET", path)
        except (NeverSentError, InDoubtError) as error:
            raise wait.Pending(str(error)) from error
        if reply.status >= 500:
            raise wait.Pending(str(reply.status))
        if reply.status != 200:
            raise OpsError("the final read through the API failed", f"{path}: {reply.status} {reply.json}", MEND)
        told: dict[str, Any] = reply.json
        return told

    page = wait.until(probe, "a page of the final read", seconds=TRIES_SECONDS, mend=MEND)
    return page or {}


def by_sql(query: Callable[[str], str], run: str) -> list[Found]:
    """The same as the database has it; `query` runs one statement and returns its rows as lines."""
    return [Found(**json.loads(line)) for line in query(SQL.format(run=_plain(run))).splitlines()]


def forget(query: Callable[[str], str], run: str) -> None:
    """Remove a run's accounts with all their notes."""
    query(FORGET.format(run=_plain(run)))


def _plain(run: str) -> str:
    if not run.isascii() or not run.replace("-", "").isalnum() or run != run.lower():
        raise ValueError(f"no name for a run: {run!r}")  # it stands in a statement
    return run
