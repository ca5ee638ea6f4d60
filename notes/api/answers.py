"""Writing answers of the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from flask import Response
from werkzeug.datastructures import Headers

from notes.api import PREFIX


class Answer(Response):
    """An answer of the API, whose headers are whole as they are set: a length, and no address that needs quoting."""

    def get_wsgi_headers(self, environ: Any) -> Headers:  # noqa: ARG002
        """Return the headers; Werkzeug would copy and mend them."""
        return self.headers


def answer(body: Any, status: int = 200) -> Response:
    """Return `body` as JSON."""
    return Answer(orjson.dumps(body), status, content_type="application/json")


def nothing() -> Response:
    """Return the answer without a body."""
    return Response(status=204)


def instant(time: datetime) -> str:
    """Return a time in UTC as RFC 3339 writes it, always with six decimals."""
    return time.isoformat(timespec="microseconds")[:26] + "Z"


def note_json(note: Any) -> dict[str, Any]:
    """Return a note as the API shows it."""
    return {
        "id": note.id,
        "name": note.name,
        "text": note.text,
        "pad_id": note.pad_id,
        "created_at": instant(note.created_at),
        "updated_at": instant(note.updated_at),
    }


def trashed_json(note: Any) -> dict[str, Any]:
    """Return a note in the trash as the API shows it."""
    return note_json(note) | {"deleted_at": instant(note.deleted_at)}


def pad_json(pad: Any) -> dict[str, Any]:
    """Return a pad as the API shows it."""
    return {"id": pad.id, "name": pad.name, "notes": pad.notes}


def token_json(token: Any) -> dict[str, Any]:
    """Return a token as the API shows it, without its secret."""
    return {"id": token.id, "name": token.name, "created_at": instant(token.created_at)}


def etag(note: Any) -> str:
    """Return the strong entity tag of a note: it changes with every change that a reader can see."""
    return f'"{note.id}-{note.version}"'


def note_answer(note: Any, status: int = 200) -> Response:
    """Return a note with its entity tag, and with its place when it is new."""
    response = answer(note_json(note), status)
    response.headers["ETag"] = etag(note)
    if status == 201:
        response.headers["Location"] = f"{PREFIX}/notes/{note.id}"
    return response
