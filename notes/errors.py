"""Errors as pages of the site, or as problems under `/api/`. No stack trace leaves the process."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from notes.api import problems
from notes.api.problems import Problem
from notes.serving.edge import API, RETRY_SECONDS
from notes.serving.logs import get_logger
from notes.store.database import UNAVAILABLE, reason

TEXTS = {
    400: (
        "Bad request",
        "The form was not complete, or it was open for too long. Go back, reload the page and try again.",
    ),
    404: ("Not found", "There is no such page, or it is not yours."),
    405: ("Not allowed", "This page cannot be used in that way."),
    413: ("Too large", "That is more than this site takes at once."),
    500: ("Something went wrong", "The error has been written down. Try again."),
    503: ("Not available", "The site cannot answer now. Try again in a moment."),
}
log = get_logger("notes")


def install(app: Flask) -> None:
    """Answer the errors of `app`."""
    app.register_error_handler(Problem, Problem.response)
    app.register_error_handler(CSRFError, lambda _: _answer(HTTPStatus.BAD_REQUEST))
    app.register_error_handler(HTTPException, _from_http)
    for error in UNAVAILABLE:
        app.register_error_handler(error, _from_database)
    app.register_error_handler(Exception, _from_bug)


def page(status: int) -> str:
    """Return the page for an error. It asks neither the database nor the session for anything."""
    title, text = TEXTS.get(status, (HTTPStatus(status).phrase, "This cannot be done."))
    return render_template("error.html", title=title, text=text)


def refusal(app: Flask) -> Any:
    """Return what answers a path when too many requests are at work. Both answers are made beforehand."""
    with app.test_request_context():
        body = page(HTTPStatus.SERVICE_UNAVAILABLE).encode()
        problem = problems.unavailable().response().get_data()

    def refuse(path: str) -> Response:
        api = path.startswith(API)
        response = Response(
            problem if api else body, 503, content_type=problems.CONTENT_TYPE if api else "text/html; charset=utf-8"
        )
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response

    return refuse


def _answer(status: int, headers: Any = ()) -> Response:
    if request.path.startswith(API):
        return problems.from_status(status, list(headers)).response()
    kept = [(name, value) for name, value in headers if name in ("Allow", "Retry-After")]
    response = Response(page(status), status, content_type="text/html; charset=utf-8")
    response.headers.extend(kept)
    return response


def _from_http(error: HTTPException) -> Any:
    code = error.code or 500
    # a redirect that the routing raised is an answer, not an error
    return error.get_response() if code < 400 else _answer(code, error.get_headers())


def _from_database(error: Exception) -> Response:
    log.warning("database not available", reason=reason(error))
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, [("Retry-After", str(RETRY_SECONDS))])


def _from_bug(error: Exception) -> Response:
    log.error("unhandled error", exc_info=error)
    return _answer(HTTPStatus.INTERNAL_SERVER_ERROR)
