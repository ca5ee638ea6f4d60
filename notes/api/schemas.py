"""The shapes of the API as JSON Schema (2020-12, as OpenAPI 3.1 has it).

They describe; what is checked, and in which words the answer says so, is in `notes.fields`.
"""

from __future__ import annotations

from typing import Any

from notes.fields import PASSWORD_RANGE
from notes.models import EMAIL_LENGTH, MAX_ID, NAME_LENGTH

Shape = dict[str, Any]

ID: Shape = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
TEXT: Shape = {"type": "string", "minLength": 1}
NAME: Shape = TEXT | {"maxLength": NAME_LENGTH}
PASSWORD: Shape = {"type": "string", "minLength": PASSWORD_RANGE.start, "maxLength": PASSWORD_RANGE.stop - 1}
TIME: Shape = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$",
    "description": "UTC, with microseconds",
}


def optional(shape: Shape) -> Shape:
    """Return `shape`, or null."""
    return {"anyOf": [shape, {"type": "null"}]}


def record(required: Shape, **others: Shape) -> Shape:
    """Return an object with all `required` members, and perhaps `others`."""
    return {"type": "object", "required": list(required), "properties": required | others}


def refer(name: str) -> Shape:
    """Return a reference to one of `SCHEMAS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def listing(name: str, **others: Shape) -> Shape:
    """Return an object with `items`, an array of what `name` is, and `others`."""
    return record({"items": {"type": "array", "items": refer(name)}} | others)


_next = optional({"type": "string"}) | {"description": "Opaque: goes into `after=`. Null on the last page."}
_note = {"name": NAME, "text": TEXT, "pad_id": optional(ID)}
_token = {"id": ID, "name": optional(NAME), "created_at": TIME}
_note_out = {"id": ID, **_note, "created_at": TIME, "updated_at": TIME}

SCHEMAS: dict[str, Shape] = {
    "Account": record({"email": TEXT | {"format": "email", "maxLength": EMAIL_LENGTH}, "password": PASSWORD}),
    "Credentials": record({"email": TEXT | {"format": "email"}, "password": TEXT}, name=optional(NAME)),
    "User": record({"id": ID, "email": TEXT}),
    "Token": record(_token),
    "NewToken": record({**_token, "token": TEXT | {"description": "Shown this once."}}),
    "TokenList": listing("Token"),
    "PadFields": record({"name": NAME}),
    "Pad": record({"id": ID, "name": NAME, "notes": {"type": "integer", "minimum": 0}}),
    "PadList": listing("Pad"),
    "NoteFields": record({"name": NAME, "text": TEXT}, pad_id=optional(ID)),
    "Note": record(_note_out),
    "NotePage": listing("Note", next=_next),
    "TrashedNote": record({**_note_out, "deleted_at": TIME}),
    "TrashPage": listing("TrashedNote", next=_next),
    "Problem": record(
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}},
        detail=TEXT,
        errors={"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
    ),
}
