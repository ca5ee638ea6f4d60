"""The ledger on a real server: a correct service passes, one note taken away by hand does not."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.ledger import journal, readers, writers
from ops.ledger.check import DUPLICATED, FAIL, LOST, PASS, STALE, UNEXPECTED, Ledger, check
from ops.ledger.client import Address
from ops.ledger.writers import Account, Manners, Writers
from ops.ledger.writes import ACKNOWLEDGED, CREATE, DELETE, EDIT, Write
from tests.support.database import Database
from tests.support.process import Server

ENOUGH = 200  # acknowledged writes: all three kinds are among them
SECONDS = 30.0


def _until(is_so: Callable[[], bool], own: Writers) -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        own.check()
        assert time.monotonic() < deadline, own.outcomes
        time.sleep(0.05)


class Run:
    """Writers that have written, and what is found after that."""

    def __init__(self, server: Server, database: Database, folder: Path) -> None:
        self.address, self.folder, self.name = Address(server.url), folder, f"test-{secrets.token_hex(4)}"
        self.database = database
        self.accounts: list[Account] = writers.accounts(self.address, self.name, 2)

    def write(self) -> None:
        own = Writers(self.address, self.accounts, self.folder, seed=1, manners=Manners())
        own.start()
        _until(lambda: own.outcomes.get(ACKNOWLEDGED, 0) >= ENOUGH, own)
        own.stop()

    def query(self, statement: str) -> str:
        return "".join(f"{json.dumps(row[0])}\n" for row in self.database.rows(statement))

    def ledger(self) -> Ledger:
        by_api = readers.by_api(self.address, self.accounts)
        return check(journal.read(self.folder), by_api, readers.by_sql(self.query, self.name))

    def a_note(self, *verbs: str) -> Write:
        """The first write of a note with just these writes, all acknowledged."""
        by_note: dict[str, list[Write]] = {}
        for write in journal.read(self.folder):
            by_note.setdefault(write.note, []).append(write)
        return next(
            several[0]
            for several in by_note.values()
            if tuple(each.verb for each in several) == verbs and {each.outcome for each in several} == {ACKNOWLEDGED}
        )


@pytest.fixture
def run(server: Server, database: Database, tmp_path: Path) -> Iterator[Run]:
    made = Run(server, database, tmp_path)
    made.write()
    yield made
    readers.forget(made.query, made.name)
    assert readers.by_sql(made.query, made.name) == []


def test_a_service_that_keeps_its_word_passes(run: Run) -> None:
    ledger = run.ledger()
    assert ledger.verdict == PASS, ledger
    assert ledger.acknowledged == ledger.attempted >= ENOUGH
    assert ledger.reads["API"] == ledger.reads["SQL"]


def test_a_note_removed_from_the_database_by_hand_is_caught(run: Run) -> None:
    gone = run.a_note(CREATE)
    run.query(f"DELETE FROM note WHERE name = '{gone.note}'")
    ledger = run.ledger()
    assert (ledger.verdict, ledger.count(LOST), len(ledger.findings)) == (FAIL, 1, 1)
    assert (ledger.findings[0].note, ledger.findings[0].seen_by) == (gone.note, ("API", "SQL"))


BY_HAND = {
    STALE: ((CREATE, EDIT), "UPDATE note SET text = name WHERE name = '{}'"),
    LOST: ((CREATE, DELETE), "UPDATE note SET deleted_at = NULL WHERE name = '{}'"),
    UNEXPECTED: ((CREATE,), "UPDATE note SET deleted_at = now() WHERE name = '{}'"),
    DUPLICATED: (
        (CREATE, EDIT, EDIT),
        "INSERT INTO note (user_id, name, text, words) SELECT user_id, name, text, words FROM note WHERE name = '{}'",
    ),
}


def test_whatever_else_is_done_by_hand_is_caught(run: Run) -> None:
    done = set()
    for kind, (verbs, statement) in BY_HAND.items():
        touched = run.a_note(*verbs)
        run.query(statement.format(touched.note))
        done.add((kind, touched.note))
    ledger = run.ledger()
    assert {(finding.kind, finding.note) for finding in ledger.findings} == done
    assert len(ledger.findings) == len(done)
    assert {finding.seen_by for finding in ledger.findings} == {("API", "SQL")}


def test_the_same_key_is_sent_again_where_retries_are_on(server: Server, database: Database, tmp_path: Path) -> None:
    """No first try is answered while the table is locked; the notes are there once all the same."""
    run = Run(server, database, tmp_path)
    own = Writers(run.address, run.accounts, tmp_path, seed=3, manners=Manners(timeout=0.5, retries=30))
    with database.connection.transaction():
        database.rows("LOCK TABLE note IN SHARE ROW EXCLUSIVE MODE")  # reads go on, writes wait
        own.start()
        # more tries wait than there are writers: some of them were sent again
        _until(lambda: database.waiting() > len(run.accounts), own)
    _until(lambda: own.outcomes.get(ACKNOWLEDGED, 0) >= 20, own)
    own.stop()
    tries = [line for path in tmp_path.glob(journal.PATTERN) for line in path.read_text().splitlines()]
    again = [line for line in tries if '"tries": ' in line and '"tries": 1}' not in line]
    assert again, "no try was left open: nothing was tested"
    ledger = run.ledger()
    assert ledger.verdict == PASS, ledger.findings
    readers.forget(run.query, run.name)
