"""One HTTP client of the API that knows which failures leave a write in doubt, and repeats nothing by itself."""

import contextlib
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PREFIX = "/api/v1/"
CONNECT_SECONDS = 2.0  # on the same machine or behind its gateway; a lost SYN is repeated after one


class NeverSentError(Exception):
    """No connection: the request has certainly not arrived."""


class InDoubtError(Exception):
    """The request left, and no whole answer came: it may have been carried out."""


@dataclass(frozen=True)
class Address:
    """Where a target's notes are; `host` is the Host header for a gateway that serves several, else None."""

    url: str
    host: str | None = None


@dataclass(frozen=True)
class Reply:
    """Status, headers with lower-case names, and the body's JSON, None where it is none."""

    status: int
    headers: Mapping[str, str]
    json: Any


class Client:
    """Calls below /api/v1/; to be used by one thread. `fresh` opens a connection for each, else one is kept."""

    def __init__(self, address: Address, *, token: str = "", fresh: bool = False, seconds: float = 10.0) -> None:
        self._place = urlsplit(address.url).netloc
        self._headers = {"Host": address.host} if address.host else {}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._fresh, self._seconds = fresh, seconds
        self._connection: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Send once and return the answer, whatever its status. Raises NeverSentError or InDoubtError."""
        connection = self._connected()
        told = {**self._headers, **(headers or {})}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            told["Content-Type"] = "application/json"
        try:
            connection.request(method, PREFIX + path, data, told)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise InDoubtError(type(error).__name__) from error
        if self._fresh:
            self.close()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, _json(text))

    def close(self) -> None:
        """Close the connection that is kept, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None or self._connection.sock is None:
            connection = http.client.HTTPConnection(self._place, timeout=CONNECT_SECONDS)
            try:
                connection.connect()
            except OSError as error:
                connection.close()
                raise NeverSentError(type(error).__name__) from error
            connection.sock.settimeout(self._seconds)
            self._connection = connection
        return self._connection


def _json(text: bytes) -> Any:
    with contextlib.suppress(ValueError):
        return json.loads(text)
    return None
