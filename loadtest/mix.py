"""What the users do: the calls of a team at work on its notes, or plain GETs of one path."""

import json
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

# By number of requests: most read, some look for what to read, a quarter writes. As much is deleted as is written, so
# that the last minute finds the same lists as the first.
SHARES = {"read": 45, "list": 20, "search": 10, "create": 8, "repeat": 1, "edit": 8, "delete": 8}
API = "/api/v1/notes"
TEXT = "What the load test has written. " * 8
WORDS = ("minutes", "offer", "budget", "journey", "recipe", "garden", "invoice", "rehearsal")


@dataclass(frozen=True)
class Call:
    """One request: what it is counted as, its body, the status it must get, and what `answered` needs to know."""

    label: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 200
    context: Any = None


class Answer(Protocol):
    """What a mix sees of an answer."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Mix(Protocol):
    """Says what to ask, and whether the answer is right."""

    def call(self, index: int) -> Call:
        """Return the request with that number."""

    def answered(self, call: Call, answer: Answer) -> str:
        """Take note of an answer with the right status; return what is wrong with it, empty when nothing is."""

    def failed(self, call: Call) -> None:
        """Take note that it is not known what the call has done."""


@dataclass
class Person:
    """An account: its token, notes that only it reads, notes of this run with their tags, and its last creation.

    A note under way to be edited or deleted is not in `own`, so that no two requests ever want to change the same.
    """

    token: str
    known: Sequence[int]
    own: deque[tuple[int, str]] = field(default_factory=deque)
    last: tuple[str, str, int] | None = None


class Notes:
    """The API of notes, as its users' programs use it; the same calls in the same order for the same seed."""

    def __init__(self, people: Sequence[Person], seed: int, run: str) -> None:
        """Play `people`; `run` makes idempotency keys of this run differ from those of any other."""
        self._people, self._run = people, run
        self._dice = random.Random(seed)
        self._labels = [label for label, share in SHARES.items() for _ in range(share)]

    def call(self, index: int) -> Call:
        """Return the next request; who has nothing to edit, delete or repeat writes something."""
        who, label = self._dice.choice(self._people), self._dice.choice(self._labels)
        number = self._dice.randrange(1_000_000)
        auth = {"Authorization": f"Bearer {who.token}"}
        if label == "list":
            return Call(label, "GET", API, auth)
        if label == "search":
            return Call(label, "GET", f"{API}?q={WORDS[number % len(WORDS)]}", auth)
        if label == "read":
            return Call(label, "GET", f"{API}/{who.known[number % len(who.known)]}" if who.known else API, auth)
        if label == "repeat" and who.last is not None:
            key, body, note = who.last
            return Call(label, "POST", API, self._writing(auth, key), body, 201, (who, note))
        if label == "delete" and who.own:
            return Call(label, "DELETE", f"{API}/{who.own.popleft()[0]}", auth, "", 204, who)
        if label == "edit" and who.own:
            note, tag = who.own.popleft()
            headers = {**auth, "Content-Type": "application/json", "If-Match": tag}
            return Call(label, "PUT", f"{API}/{note}", headers, self._draft(number), 200, (who, note))
        key = f"load-{self._run}-{index}"
        return Call("create", "POST", API, self._writing(auth, key), self._draft(number), 201, (who, key))

    def answered(self, call: Call, answer: Answer) -> str:
        """Keep what was made; say so when an answer has the right status and the wrong content."""
        if call.label == "create":
            who, key = call.context
            note = json.loads(answer.content)["id"]
            who.own.append((note, answer.headers["etag"]))
            who.last = (key, call.body, note)
        elif call.label == "edit":
            who, note = call.context
            who.own.append((note, answer.headers["etag"]))
        elif call.label == "repeat" and json.loads(answer.content)["id"] != call.context[1]:
            return "OtherNote"
        elif call.label in ("list", "search") and "items" not in json.loads(answer.content):
            return "NoItems"
        return ""

    def failed(self, call: Call) -> None:
        """Leave the note alone from here on: it was popped, and nobody knows its tag."""

    @staticmethod
    def _writing(auth: Mapping[str, str], key: str) -> dict[str, str]:
        return {**auth, "Content-Type": "application/json", "Idempotency-Key": key}

    @staticmethod
    def _draft(number: int) -> str:
        name = f"{WORDS[number % len(WORDS)]} {number}"
        return json.dumps({"name": name, "text": TEXT, "pad_id": None})


class Probe:
    """GETs of one path; each says its number, so that a server of a test can tell them apart."""

    def __init__(self, path: str) -> None:
        """Ask for `path`."""
        self._path = path

    def call(self, index: int) -> Call:
        """Return the request with that number."""
        return Call("probe", "GET", f"{self._path}?n={index}")

    def answered(self, call: Call, answer: Answer) -> str:  # noqa: ARG002
        """Be content with any body."""
        return ""

    def failed(self, call: Call) -> None:
        """Forget it."""
