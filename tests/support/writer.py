"""Somebody who writes notes through the API while things break, and remembers which ones were acknowledged."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

WAIT_SECONDS = 90.0


class Writer:
    """One account; `acknowledged` holds the names of all notes that were answered with 201."""

    def __init__(self, url: str) -> None:
        self.place = urlsplit(url).netloc
        self.acknowledged: list[str] = []
        self.refused = 0
        account = {"email": "writer@example.com", "password": "a long password"}
        self.token = None
        assert self._ask("POST", "users", account)[0] == 201
        status, token = self._ask("POST", "tokens", account)
        assert status == 201
        self.token = token["token"]

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write one note after the other, in the background, until the end of the block."""
        over = threading.Event()
        thread = threading.Thread(target=self._write, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(WAIT_SECONDS)

    def until_more(self, count: int) -> None:
        """Return when that many more notes were acknowledged."""
        goal, deadline = len(self.acknowledged) + count, time.monotonic() + WAIT_SECONDS
        while len(self.acknowledged) < goal:
            assert time.monotonic() < deadline, f"{len(self.acknowledged)} of {goal} notes, {self.refused} refused"
            time.sleep(0.02)

    def lost(self) -> set[str]:
        """Names of acknowledged notes that are not there."""
        found: set[str] = set()
        after = ""
        while after is not None:
            status, page = self._ask("GET", f"notes?limit=100&after={after}" if after else "notes?limit=100")
            assert status == 200, page
            found |= {note["name"] for note in page["items"]}
            after = page["next"]
        return set(self.acknowledged) - found

    def _write(self, over: threading.Event) -> None:
        while not over.is_set():
            name = f"note {len(self.acknowledged) + self.refused}"
            try:
                status = self._ask("POST", "notes", {"name": name, "text": "text"})[0]
            except (OSError, http.client.HTTPException):
                status = 0
            if status == 201:
                self.acknowledged.append(name)
            else:
                self.refused += 1

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.place, timeout=10)
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()
