"""`/notes/<id>` and `POST /notes`."""

from __future__ import annotations

import hashlib
import re
from http import HTTPStatus
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from notes import fields
from notes.api import api
from notes.api.answers import note_answer, nothing
from notes.api.openapi import describes, header_parameter
from notes.api.problems import Errors, Problem, invalid, not_found
from notes.api.requests import (
    bearer_key,
    check_pad_id,
    check_text,
    existing_id,
    read_body,
    signed_in,
    versions_wanted,
)
from notes.store import notes, tokens, trash
from notes.store.notes import Draft, Repeatable

KEY_HEADER = "Idempotency-Key"
WELL_FORMED_KEY = re.compile(r"[\x21-\x7e]{8,128}")
IF_MATCH = header_parameter("If-Match", {"type": "string"})
REPEATABLE = header_parameter(KEY_HEADER, {"type": "string", "pattern": r"^[\x21-\x7e]{8,128}$"})
OTHER_BODY = "This key was used for another body."
CREATED = ("ETag", "Location")


@api.post("/notes")
@describes("Write a note", status=201, answers="Note", takes="NoteFields", parameters=(REPEATABLE,), headers=CREATED)
def create_note() -> Response:
    token = bearer_key()
    try:
        draft, repeatable = _read_new(request.headers.get(KEY_HEADER))
    except (Problem, HTTPException):
        signed_in(tokens.bearer_of(token))  # 401 comes before whatever is wrong with the body
        raise
    made = notes.add_note_for_bearer(token, draft, repeatable)
    if made is None:
        return _repeated(token, draft, repeatable)
    signed_in(made.user_id)
    return note_answer(made, 201)


@api.get("/notes/<id:note_id>")
@describes("Read a note", answers="Note", headers=("ETag",))
def read_note(note_id: int) -> Response:
    user_id, found = notes.note_for_bearer(bearer_key(), existing_id(note_id))
    signed_in(user_id)
    if not found:
        raise not_found()
    return note_answer(found[0])


@api.put("/notes/<id:note_id>")
@describes("Edit a note", answers="Note", takes="NoteFields", errors=(412,), parameters=(IF_MATCH,), headers=("ETag",))
def update_note(note_id: int) -> Response:
    user_id, _ = _own_note(note_id)
    draft, errors, _ = _read_draft()
    if errors:
        raise invalid(errors)
    edited = notes.edit_note(user_id, note_id, draft, versions_wanted(note_id))
    return note_answer(edited) if edited is not None else _refused(user_id, note_id, draft)


@api.delete("/notes/<id:note_id>")
@describes("Move a note to the trash", status=204, errors=(412,), parameters=(IF_MATCH,))
def delete_note(note_id: int) -> Response:
    user_id, _ = _own_note(note_id)
    return nothing() if notes.trash_note(user_id, note_id, versions_wanted(note_id)) else _refused(user_id, note_id)


@api.post("/notes/<id:note_id>/restore")
@describes("Take a note out of the trash", answers="Note", headers=("ETag",))
def restore_note(note_id: int) -> Response:
    user_id = signed_in(tokens.bearer_of(bearer_key()))
    restored = trash.restore_note(user_id, existing_id(note_id))
    if restored is None:
        raise not_found()
    return note_answer(restored)


def _own_note(note_id: int) -> tuple[int, Any]:
    user_id, found = notes.note_for_bearer(bearer_key(), existing_id(note_id))
    user_id = signed_in(user_id)
    if not found:
        raise not_found()
    return user_id, found[0]


def _read_draft() -> tuple[Draft, Errors, bytes]:
    body, raw = read_body()
    errors: Errors = {}
    name = check_text(body, "name", fields.name_error, errors)
    text = check_text(body, "text", fields.text_error, errors)
    return Draft(name, text, check_pad_id(body, errors)), errors, raw


def _read_new(idempotency_key: str | None) -> tuple[Draft, Repeatable | None]:
    draft, errors, raw = _read_draft()
    if idempotency_key is not None and not WELL_FORMED_KEY.fullmatch(idempotency_key):
        errors[KEY_HEADER] = ["8 to 128 visible ASCII characters are needed."]
    if errors:
        raise invalid(errors)
    if idempotency_key is None:
        return draft, None
    return draft, Repeatable(idempotency_key, hashlib.sha256(raw).digest())


def _repeated(token: str, draft: Draft, repeatable: Repeatable | None) -> Response:
    """Answer for a note that was not made: the first answer again, if it was made before by the same request."""
    user_id, before = notes.bearer_and_answer(token, repeatable.key if repeatable else "")
    signed_in(user_id)
    if repeatable is None or before is None:
        raise invalid({"pad_id": [fields.NOT_A_CHOICE]})
    if before.body_hash != repeatable.body_hash:
        raise invalid({KEY_HEADER: [OTHER_BODY]})
    return note_answer(FirstAnswer(before.note_id, draft, before.created_at), 201)


class FirstAnswer:
    """A note as it was when it was made: the request that is repeated says all but its id and time."""

    version = 1

    def __init__(self, note_id: int, draft: Draft, created_at: Any) -> None:
        self.id, self.name, self.text, self.pad_id = note_id, draft.name, draft.text, draft.pad_id
        self.created_at = self.updated_at = created_at


def _refused(user_id: int, note_id: int, draft: Draft | None = None) -> Response:
    """Answer for a change that found nothing to change; in the order of the rules: 404, 422, 412."""
    exists, own_pad = notes.why_refused(user_id, note_id, draft.pad_id if draft else None)
    if not exists:
        raise not_found()
    if not own_pad:
        raise invalid({"pad_id": [fields.NOT_A_CHOICE]})
    raise Problem(HTTPStatus.PRECONDITION_FAILED, "The note has been changed; read it again.")
