"""Writers: threads that make, edit and delete notes through the API, and journal each step."""

import random
import secrets
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError
from ops.ledger.attempt import Attempt, until_told
from ops.ledger.client import Address, Client, InDoubtError, NeverSentError, Reply
from ops.ledger.journal import Journal
from ops.ledger.writes import ACKNOWLEDGED, CREATE, DELETE, EDIT, UNKNOWN

SHARES = {CREATE: 6, EDIT: 3, DELETE: 1}  # mostly new notes: each of them is one more that can be lost
KEPT = 50  # notes a writer goes on changing; older ones stay as they are
JOIN_SECONDS = 60.0


@dataclass(frozen=True)
class Account:
    """An account of a run's own, with a token for the API."""

    email: str
    token: str


@dataclass(frozen=True)
class Manners:
    """How writers behave. `pause` in seconds after each write, 0 for as fast as it goes; `timeout` of an answer.

    `retries` repeats a write that was left open with the same key, 0 (the default) never.
    """

    pause: float = 0.0
    timeout: float = 10.0
    retries: int = 0


@dataclass
class _Note:
    id: int
    name: str
    etag: str


def accounts(address: Address, run: str, count: int) -> list[Account]:
    """Make that many accounts for a run, `<run>-<n>@example.com`. Raises OpsError where the service does not let us."""
    client = Client(address, seconds=30)
    made = []
    for number in range(count):
        pair = {"email": f"{run}-{number}@example.com", "password": secrets.token_urlsafe(16)}
        told = {}
        for path in ("users", "tokens"):
            try:
                reply = client.send("POST", path, pair)
            except (NeverSentError, InDoubtError) as error:
                raise OpsError("no accounts for the writers", f"{address.url}: {error}", "./inv status") from error
            if reply.status != 201:
                raise OpsError("no accounts for the writers", f"{path}: {reply.status} {reply.json}", "./inv status")
            told = reply.json
        made.append(Account(pair["email"], told["token"]))
    client.close()
    return made


class Writer(threading.Thread):
    """One writer with an account and notes of its own."""

    def __init__(
        self, address: Address, account: Account, folder: Path, *, fresh: bool, seed: int, manners: Manners
    ) -> None:
        super().__init__(name=account.email.partition("@")[0], daemon=True)
        self._client = Client(address, token=account.token, fresh=fresh, seconds=manners.timeout)
        self._account, self._folder, self._manners = account.email, folder, manners
        self._random = random.Random(seed)
        self._over = threading.Event()
        self._notes: list[_Note] = []
        self._count = 0
        self.outcomes: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Write until told to stop; a failure of our own is kept in `failure`."""
        try:
            with Journal(self._folder, self.name) as journal:
                while not self._over.is_set():
                    attempt = self._write(journal)
                    self.outcomes[attempt.outcome] += 1
                    # a service that is away is not asked thousands of times a second
                    self._over.wait(self._manners.pause if attempt.outcome == ACKNOWLEDGED else 0.05)
        except BaseException as error:  # noqa: BLE001 - it is raised again by whoever stops us
            self.failure = error
        finally:
            self._client.close()

    def stop(self) -> None:
        """Ask for an end after the write in hand."""
        self._over.set()

    def _write(self, journal: Journal) -> Attempt:
        self._count += 1
        op = f"{self.name}-{self._count}"
        verb = self._random.choices(list(SHARES), list(SHARES.values()))[0] if self._notes else CREATE
        note = _Note(0, op, "") if verb == CREATE else self._random.choice(self._notes)
        text = "" if verb == DELETE else op
        journal.intend(op, self._account, note.name, verb, text, key=op if verb == CREATE else None, etag=note.etag)
        attempt = until_told(lambda: self._ask(verb, note, text, op), self._manners.retries, self._over.wait)
        more = {"id": attempt.note or note.id, "tries": attempt.tries}
        journal.conclude(op, attempt.outcome, attempt.reason, **more)
        self._remember(verb, note, attempt)
        return attempt

    def _ask(self, verb: str, note: _Note, text: str, op: str) -> Reply:
        body = {"name": note.name, "text": text}
        if verb == CREATE:
            return self._client.send("POST", "notes", body, {"Idempotency-Key": op})
        if verb == EDIT:
            return self._client.send("PUT", f"notes/{note.id}", body, {"If-Match": note.etag})
        return self._client.send("DELETE", f"notes/{note.id}", None, {"If-Match": note.etag})

    def _remember(self, verb: str, note: _Note, attempt: Attempt) -> None:
        """Know the note's new tag, or leave it alone from now on: the checker counts on it."""
        if verb == CREATE and attempt.outcome == ACKNOWLEDGED:
            self._notes = [*self._notes, _Note(attempt.note, note.name, attempt.etag)][-KEPT:]
        elif verb == EDIT and attempt.outcome == ACKNOWLEDGED:
            note.etag = attempt.etag
        elif verb == DELETE or attempt.outcome == UNKNOWN:
            self._notes = [each for each in self._notes if each is not note]


class Writers:
    """Several writers, every other one with a fresh connection for each write."""

    def __init__(
        self, address: Address, own: Sequence[Account], folder: Path, *, seed: int, manners: Manners | None = None
    ) -> None:
        self._all = [
            Writer(address, account, folder, fresh=bool(n % 2), seed=seed + n, manners=manners or Manners())
            for n, account in enumerate(own)
        ]

    def start(self) -> None:
        """Let them write."""
        for writer in self._all:
            writer.start()

    @property
    def outcomes(self) -> Mapping[str, int]:
        """How many writes have ended in each way so far."""
        return sum((writer.outcomes for writer in self._all), Counter[str]())

    def check(self) -> None:
        """Raise what a writer ended with, if one did: fewer writers than were meant prove less than is claimed."""
        for writer in self._all:
            if writer.failure is not None:
                raise writer.failure

    def stop(self) -> None:
        """End all of them after the writes in hand, and `check`. Raises OpsError for one that hangs."""
        for writer in self._all:
            writer.stop()
        for writer in self._all:
            if writer.ident is not None:
                writer.join(JOIN_SECONDS)
            if writer.is_alive():
                raise OpsError(f"writer '{writer.name}' hangs", f"after {JOIN_SECONDS:g} s", "run again")
        self.check()
