"""Errors as `application/problem+json` (RFC 9457), one shape for all of them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from flask import Response

from notes.serving.edge import RETRY_SECONDS

CONTENT_TYPE = "application/problem+json"

Errors = dict[str, list[str]]


class Problem(Exception):  # noqa: N818 - the RFC's own word
    """Ends a request with an error answer."""

    def __init__(self, status: HTTPStatus, detail: str = "", errors: Errors | None = None, **headers: str) -> None:
        super().__init__(detail or status.phrase)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> Response:
        """Return the answer."""
        body: dict[str, Any] = {"type": "about:blank", "title": self.status.phrase, "status": self.status.value}
        if self.detail:
            body["detail"] = self.detail
        if self.errors is not None:
            body["errors"] = self.errors
        answer = Response(json.dumps(body), self.status.value, content_type=CONTENT_TYPE)
        answer.headers.extend(self.headers)
        return answer


def unauthorized() -> Problem:
    """Return the error for a missing, malformed or dead token."""
    return Problem(HTTPStatus.UNAUTHORIZED, "A valid bearer token is needed.", WWW_Authenticate="Bearer")


def not_found() -> Problem:
    """Return the error for what does not exist, or is not the bearer's."""
    return Problem(HTTPStatus.NOT_FOUND)


def invalid(errors: Errors) -> Problem:
    """Return the error for fields with wrong values."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields are not valid.", errors)


def unavailable() -> Problem:
    """Return the error for a server that cannot answer now."""
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Try again later.", Retry_After=str(RETRY_SECONDS))


def from_status(code: int, headers: list[tuple[str, str]]) -> Problem:
    """Return the error for an HTTP status that Flask or Werkzeug raised."""
    kept = {name.replace("-", "_"): value for name, value in headers if name in ("Allow", "Retry-After")}
    return Problem(HTTPStatus(code), errors=None, **kept)
