"""Reading a request of the API: its token, its body, its preconditions; each in the order that the rules give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn

from flask import request

from notes import fields
from notes.api.problems import Errors, Problem, invalid, unauthorized
from notes.models import MAX_ID
from notes.serving.edge import USER_ID

BODY_BYTES = 2**20
BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*) *", re.IGNORECASE)
STRONG_TAG = re.compile(r'\s*"(\d+)-(\d+)"\s*')

Check = Callable[[str], str | None]


def bearer_key() -> str:
    """Return the key in the Authorization header; raises 401 when there is none."""
    match = BEARER.fullmatch(request.environ.get("HTTP_AUTHORIZATION", ""))
    if match is None:
        raise unauthorized()
    return match[1]


def signed_in(user_id: int | None) -> int:
    """Return `user_id`, noted for the log line; raises 401 when the token was dead."""
    if user_id is None:
        raise unauthorized()
    request.environ[USER_ID] = user_id
    return user_id


def existing_id(number: int) -> int:
    """Return an id that the database can look for; 0, which no object has, for one beyond its range."""
    return number if number <= MAX_ID else 0


def read_body() -> tuple[dict[str, Any], bytes]:
    """Return the JSON object of the body, and the body's bytes; raises 415, 413, 400 or 422."""
    mimetype = request.mimetype
    if mimetype != "application/json" and not (mimetype.startswith("application/") and mimetype.endswith("+json")):
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.")
    raw = _read_bytes()
    try:
        body = json.loads(raw.decode(), parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError) as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise invalid({"body": ["An object is needed."]})
    return body, raw


def _read_bytes() -> bytes:
    # one byte more than allowed: Werkzeug ends a chunked body at the limit without a word
    request.max_content_length = BODY_BYTES + 1
    raw = request.get_data(cache=False)
    if len(raw) > BODY_BYTES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if request.content_length is not None and len(raw) < request.content_length:
        raise Problem(HTTPStatus.BAD_REQUEST, "The body was cut short.")
    return raw


def check_text(body: dict[str, Any], name: str, check: Check, errors: Errors) -> str:
    """Return the string member `name`; what `check` or its type finds wrong is added to `errors`."""
    value = body.get(name)
    if name not in body:
        errors[name] = [fields.REQUIRED]
    elif not isinstance(value, str):
        errors[name] = [fields.INVALID]
    elif found := check(value):
        errors[name] = [found]
    return value if isinstance(value, str) else ""


def check_pad_id(body: dict[str, Any], errors: Errors) -> int | None:
    """Return the member `pad_id`, None when it is absent; a wrong type is added to `errors`."""
    value = body.get("pad_id")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        errors["pad_id"] = [fields.INVALID]
        return None
    if not 1 <= value <= MAX_ID:
        errors["pad_id"] = [fields.NOT_A_CHOICE]
    return value


def versions_wanted(note_id: int) -> list[int] | None:
    """Return the versions of the note that `If-Match` allows, or None when any will do (RFC 9110, section 13.1.1)."""
    header = request.headers.get("If-Match")
    if header is None or header.strip() == "*":
        return None
    strong = (STRONG_TAG.fullmatch(tag) for tag in header.split(","))
    found = [(int(match[1]), int(match[2])) for match in strong if match and len(match[0]) < 32]
    return [version for number, version in found if number == note_id and version <= MAX_ID]


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _integer(digits: str) -> int:
    # any integer beyond the range of ids is as wrong as any other; Python refuses to read very long ones
    return int(digits) if len(digits) <= 19 else MAX_ID + 1
