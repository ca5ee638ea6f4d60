"""The JSON API with a bearer token."""

import json
from typing import Any

from tests.support.wire import Answer, Pairs, Transport

PREFIX = "/api/v1/"


class Api:
    """Calls under /api/v1/; `token` None sends no Authorization."""

    def __init__(self, transport: Transport, token: str | None = None) -> None:
        self.transport = transport
        self.token = token

    def send(self, method: str, path: str, headers: Pairs = (), body: bytes | None = None) -> Answer:
        """Any request; `path` without the prefix, headers in addition to the token."""
        own = [("Authorization", f"Bearer {self.token}")] if self.token else []
        return self.transport.send(method, PREFIX + path, [*own, *headers], body)

    def json(self, method: str, path: str, value: Any, headers: Pairs = ()) -> Answer:
        """Send `value` as JSON, in ASCII with escapes, so that any text can be sent, half a surrogate pair too."""
        return self.send(method, path, [("Content-Type", "application/json"), *headers], json.dumps(value).encode())

    def get(self, path: str, headers: Pairs = ()) -> Answer:
        return self.send("GET", path, headers)

    def post(self, path: str, value: Any, headers: Pairs = ()) -> Answer:
        return self.json("POST", path, value, headers)

    def put(self, path: str, value: Any, headers: Pairs = ()) -> Answer:
        return self.json("PUT", path, value, headers)

    def delete(self, path: str, headers: Pairs = ()) -> Answer:
        return self.send("DELETE", path, headers)

    # What tests arrange with: these fail loudly when the call does.

    def note(self, name: str = "A note", text: str = "Some text", pad_id: int | None = None) -> dict[str, Any]:
        """Make a note; the object as the API gives it."""
        return _made(self.post("notes", {"name": name, "text": text, "pad_id": pad_id}))

    def pad(self, name: str = "A pad") -> dict[str, Any]:
        """Make a pad; the object as the API gives it."""
        return _made(self.post("pads", {"name": name}))

    def notes(self, query: str = "limit=100") -> list[dict[str, Any]]:
        """All notes on one page of 100."""
        answer = self.get(f"notes?{query}")
        assert answer.status == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def trash(self) -> list[dict[str, Any]]:
        answer = self.get("trash?limit=100")
        assert answer.status == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def _made(answer: Answer) -> dict[str, Any]:
    assert answer.status == 201, f"{answer.status} {answer.text[:300]}"
    made: dict[str, Any] = answer.json()
    return made


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """Assert that this is a problem document of that status, as section 3 says; returns it."""
    assert answer.status == status, f"{answer.status} instead of {status}: {answer.text[:300]}"
    assert answer.media_type == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["status"] == status
    assert document["title"]
    return document


def invalid(answer: Answer, *fields: str) -> dict[str, list[str]]:
    """Assert a 422 with errors for exactly these fields, each a list of texts; returns the errors."""
    errors: dict[str, list[str]] = problem(answer, 422)["errors"]
    assert set(errors) == set(fields)
    assert all(texts and all(isinstance(text, str) and text for text in texts) for texts in errors.values())
    return errors
