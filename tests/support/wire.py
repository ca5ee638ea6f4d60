"""One request, one answer: in this process by WSGI, or over HTTP to a base URL. Callers see no difference."""

import contextlib
import http.client
import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote_to_bytes, urlsplit

from werkzeug.datastructures import Headers

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers (any case, repeatable) and the whole body."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        """The body as strict UTF-8."""
        return self.body.decode()

    @property
    def media_type(self) -> str:
        """The content type without parameters, "" when there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Transport(Protocol):
    """Sends one request; `target` is path and query exactly as they go over the wire."""

    def send(self, method: str, target: str, headers: Pairs = (), body: bytes | None = None) -> Answer: ...


class Wsgi:
    """Calls a WSGI application in this process."""

    def __init__(self, app: Any, *, client: str = "127.0.0.1", scheme: str = "http", host: str = "localhost") -> None:
        self.app = app
        self.client = client
        self.scheme = scheme
        self.host = host

    def send(self, method: str, target: str, headers: Pairs = (), body: bytes | None = None) -> Answer:
        seen: dict[str, Any] = {}

        def start_response(status: str, fields: list[tuple[str, str]], exc_info: Any = None) -> None:
            if exc_info is not None and seen:
                raise exc_info[1]
            seen["status"], seen["headers"] = int(status.split()[0]), Headers(fields)

        chunks = self.app(self.environ(method, target, headers, body), start_response)
        try:
            whole = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        return Answer(seen["status"], seen["headers"], whole)

    def environ(self, method: str, target: str, headers: Pairs, body: bytes | None) -> dict[str, Any]:
        path, _, query = target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": target,
            "SERVER_NAME": self.host,
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.host,
            "REMOTE_ADDR": self.client,
            "REMOTE_PORT": "50000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": io.BytesIO(body or b""),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if body is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
        for name, value in headers:
            key = name.upper().replace("-", "_")
            key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
            environ[key] = f"{environ[key]},{value}" if key in environ and key != "HTTP_HOST" else value
        return environ


class Http:
    """Speaks HTTP/1.1 to `base_url`, a connection per request.

    A name under .localhost is this machine's, as it is for a browser (RFC 6761), also where no resolver says so.
    """

    def __init__(self, base_url: str, *, timeout: float = 30) -> None:
        parts = urlsplit(base_url)
        assert parts.hostname is not None, f"no host in {base_url!r}"
        self.secure = parts.scheme == "https"
        self.host = parts.hostname
        self.address = "127.0.0.1" if self.host.endswith(".localhost") else self.host
        self.port = parts.port or (443 if self.secure else 80)
        self.prefix = parts.path.rstrip("/")
        self.timeout = timeout

    def connect(self) -> http.client.HTTPConnection:
        """A fresh connection, the caller's to close."""
        kind = http.client.HTTPSConnection if self.secure else http.client.HTTPConnection
        return kind(self.address, self.port, timeout=self.timeout)

    def send(
        self, method: str, target: str, headers: Pairs = (), body: bytes | Iterable[bytes] | None = None
    ) -> Answer:
        connection = self.connect()
        try:
            chunked = body is not None and not isinstance(body, bytes)
            named = {name.lower() for name, _ in headers}
            if self.address != self.host and "host" not in named:
                headers, named = [("Host", f"{self.host}:{self.port}"), *headers], {*named, "host"}
            connection.putrequest(method, self.prefix + target, skip_host="host" in named, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value.encode("latin-1"))
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
            elif body is not None:
                connection.putheader("Content-Length", str(len(body)))  # type: ignore[arg-type]
            with contextlib.suppress(BrokenPipeError):  # refused while we were sending: the answer is there to be read
                connection.endheaders(body, encode_chunked=chunked)
            answer = connection.getresponse()
            return Answer(answer.status, Headers(answer.getheaders()), answer.read())
        finally:
            connection.close()
