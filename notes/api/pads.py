"""`/pads`."""

from __future__ import annotations

from flask import Response

from notes import fields
from notes.api import api
from notes.api.answers import answer, nothing, pad_json
from notes.api.openapi import describes
from notes.api.problems import Errors, invalid, not_found
from notes.api.requests import bearer_key, check_text, existing_id, read_body, signed_in
from notes.store import pads, tokens


@api.get("/pads")
@describes("List the pads, by name", answers="PadList")
def list_pads() -> Response:
    user_id, items = pads.pads_for_bearer(bearer_key())
    signed_in(user_id)
    return answer({"items": [pad_json(item) for item in items]})


@api.post("/pads")
@describes("Make a pad", status=201, answers="Pad", takes="PadFields")
def create_pad() -> Response:
    user_id = signed_in(tokens.bearer_of(bearer_key()))
    name = _read_name()
    return answer({"id": pads.add_pad(user_id, name), "name": name, "notes": 0}, 201)


@api.get("/pads/<id:pad_id>")
@describes("Read a pad", answers="Pad")
def read_pad(pad_id: int) -> Response:
    user_id, found = pads.pad_for_bearer(bearer_key(), existing_id(pad_id))
    signed_in(user_id)
    if not found:
        raise not_found()
    return answer(pad_json(found[0]))


@api.put("/pads/<id:pad_id>")
@describes("Rename a pad", answers="Pad", takes="PadFields")
def update_pad(pad_id: int) -> Response:
    user_id, found = pads.pad_for_bearer(bearer_key(), existing_id(pad_id))
    user_id = signed_in(user_id)
    if not found:
        raise not_found()
    renamed = pads.rename_pad(user_id, pad_id, _read_name())
    if renamed is None:  # deleted meanwhile
        raise not_found()
    return answer(pad_json(renamed))


@api.delete("/pads/<id:pad_id>")
@describes("Delete a pad, and move its notes to the trash", status=204)
def delete_pad(pad_id: int) -> Response:
    user_id = signed_in(tokens.bearer_of(bearer_key()))
    if not pads.delete_pad(user_id, existing_id(pad_id)):
        raise not_found()
    return nothing()


def _read_name() -> str:
    body, _ = read_body()
    errors: Errors = {}
    name = check_text(body, "name", fields.name_error, errors)
    if errors:
        raise invalid(errors)
    return name
