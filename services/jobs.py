"""Lists jobs to those whom auth knows; asks it over the network on every call."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

from flask import Flask, request
from werkzeug.wrappers import Response

from notes.serving.logs import get_logger
from notes.settings import Settings
from services.common import new_app, text, unavailable

AUTH_SECONDS = 2
JOBS = "Jobs:\nTitle: Devops\nDescription: Awesome\n"
SCHEME = "bearer"
VERDICTS = {200: True, 400: False, 403: False}  # what auth may say
log = get_logger("jobs")


class AuthUnavailableError(Exception):
    """Auth is down, slow, or answers what it should not."""


def create_app(settings: Settings | None = None) -> Flask:
    """Return a new application, configured by `settings` or else by the environment."""
    settings = settings or Settings.from_env()
    app = new_app("jobs", settings)

    @app.get("/hello")
    def hello() -> Response:
        return text("Hello there")

    @app.post("/jobs")
    def jobs() -> Response:
        token = token_in(request.headers.get("Authorization", ""))
        if not token:
            return text("a token is needed\n", 401, **{"WWW-Authenticate": "Bearer"})
        try:
            known = is_known(settings.auth_url, token, request.environ["HTTP_X_REQUEST_ID"])
        except AuthUnavailableError as error:
            log.warning("auth not available", reason=str(error))
            return unavailable("auth is not available")
        return text(JOBS) if known else text("not allowed\n", 403)

    return app


def token_in(header: str) -> str:
    """Return the token of an Authorization header: its raw value, or what follows `Bearer`; else an empty text."""
    scheme, _, rest = header.strip().partition(" ")
    return rest.strip() if scheme.lower() == SCHEME else header.strip()


def is_known(auth_url: str, token: str, request_id: str) -> bool:
    """Whether auth knows `token`; raises `AuthUnavailableError` when it does not say within 2 seconds."""
    address = urlsplit(auth_url)
    connect = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = connect(address.hostname or "", address.port, timeout=AUTH_SECONDS)
    # the time-out of a socket is for each read; this one is for the whole answer
    deadline = threading.Timer(AUTH_SECONDS, _cut, [connection])
    deadline.start()
    try:
        body = urlencode({"token": token}, encoding="latin-1")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Request-Id": request_id}
        connection.request("POST", f"{address.path}/auth", body, headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise AuthUnavailableError(f"{type(error).__name__}: {error}") from error
    finally:
        deadline.cancel()
        connection.close()
    if status not in VERDICTS:
        raise AuthUnavailableError(f"status {status}")
    return VERDICTS[status]


def _cut(connection: HTTPConnection) -> None:
    with contextlib.suppress(OSError):  # closed meanwhile
        if connection.sock is not None:
            connection.sock.shutdown(socket.SHUT_RDWR)
