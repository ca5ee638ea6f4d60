"""The outermost layer of every service: what happens to each request before and after the application.

It gives the request its id, refuses it at once when too many are at work, measures it, writes its one log line, and
answers `/metrics` on the metrics port, where nothing else is served.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from notes.serving import logs, metrics
from notes.serving.refusal import Waiting
from notes.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PROBES = frozenset({"/livez", "/readyz", "/version"})
UNLIMITED = PROBES | {"/faults/"}  # a refused probe would take a busy process for a dead one
RETRY_SECONDS = 1
API = "/api/"
USER_ID = "notes.user_id"  # where the application leaves the signed-in user's id for the log line
WELL_FORMED_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})

Refusal = Callable[[str], Response]
Headers = tuple[tuple[str, str], ...]


class Edge:
    """A WSGI application around another one."""

    def __init__(
        self, app: WSGIApplication, service: str, settings: Settings, refuse: Refusal, headers: Headers = ()
    ) -> None:
        self.app = app
        self.headers = headers  # of every answer; cheaper here than through a response's header object
        self.refuse = refuse
        self.metrics_port = settings.metrics_port
        self.log = logs.get_logger(service).bind()  # once, not at each line
        self.limit = settings.concurrency
        self._canned = cache(self._make_canned)
        self._slots = threading.BoundedSemaphore(settings.concurrency)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        if environ["SERVER_PORT"] == self.metrics_port:
            return self._metrics(environ)(environ, start_response)
        started = time.perf_counter()
        request_id = _request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        environ["HTTP_X_REQUEST_ID"] = request_id  # for calls to other services
        logs.REQUEST_ID.set(request_id)
        status, route = "500", "-"

        def start(line: str, headers: list[tuple[str, str]], *args: Any) -> Any:
            nonlocal status, route
            status = line[:3]
            # Flask forgets its request before it returns
            rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
            if rule is not None:
                route = rule.rule
            headers += self.headers
            headers.append(("X-Request-Id", request_id))
            return start_response(line, headers, *args)

        try:
            return self._admit(environ, start)
        finally:
            user_id = environ.get(USER_ID)
            path = environ.get("PATH_INFO", "")
            self._record(environ["REQUEST_METHOD"], path, route, status, time.perf_counter() - started, user_id)
            logs.REQUEST_ID.set(None)

    def _admit(self, environ: WSGIEnvironment, start: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path in UNLIMITED:
            return self.app(environ, start)
        if not self._slots.acquire(blocking=False):
            metrics.REJECTED.inc()
            return self.refuse(path)(environ, start)
        metrics.ACTIVE.inc()
        try:
            return self.app(environ, start)
        finally:
            metrics.ACTIVE.dec()
            self._slots.release()

    def refuse_unseen(self, waiting: Waiting) -> bytes | None:
        """Return the whole answer to a request that has no thread to go to; None when it must not be refused."""
        if waiting.path in UNLIMITED:
            return None
        request_id = _request_id(waiting.request_id)
        logs.REQUEST_ID.set(request_id)
        metrics.REJECTED.inc()
        self._record(waiting.method, waiting.path, "-", "503", 0.0, None)
        logs.REQUEST_ID.set(None)
        head, body = self._canned(waiting.path.startswith(API))
        connection = "close" if waiting.closes else "keep-alive"
        return b"%bConnection: %b\r\nX-Request-Id: %b\r\n\r\n%b" % (
            head,
            connection.encode(),
            request_id.encode(),
            b"" if waiting.method == "HEAD" else body,
        )

    def _make_canned(self, is_api: bool) -> tuple[bytes, bytes]:
        refused = self.refuse(API if is_api else "/")
        headers = [*refused.headers.items(), *self.headers]
        rows = [f"HTTP/1.1 {refused.status}", *(f"{name}: {value}" for name, value in headers)]
        return ("\r\n".join(rows) + "\r\n").encode("latin-1"), refused.get_data()

    def _record(
        self, method: str, path: str, route: str, status: str, seconds: float, user_id: int | str | None
    ) -> None:
        probe = path in PROBES
        if not probe:
            metrics.REQUESTS.labels(method if method in METHODS else "-", route, status).observe(seconds)
        (self.log.debug if probe else self.log.info)(
            "request",
            route=route,
            method=method,
            status=int(status),
            duration_ms=round(seconds * 1000, 3),
            user_id=user_id,
        )

    def _metrics(self, environ: WSGIEnvironment) -> Response:
        if environ.get("PATH_INFO") != "/metrics":
            return Response("only /metrics is served on this port\n", 404)
        body, content_type = metrics.exposition()
        return Response(body, content_type=content_type)


def _request_id(given: str) -> str:
    # an id, not a secret: asking the kernel for randomness takes longer
    return given if WELL_FORMED_ID.fullmatch(given) else f"{random.getrandbits(128):032x}"
