"""Connections of geventhttpclient as a load needs them: asked once, kept alive or fresh, never a stale one."""

import ipaddress
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from gevent import monkey
from geventhttpclient.client import HTTPClient, HTTPClientPool
from geventhttpclient.connectionpool import ConnectionPool
from geventhttpclient.url import URL

# A client drops idle connections before the server does: a request sent into a connection that the server closes in
# that moment would be counted as the server's failure. Five seconds is the shortest time that servers commonly keep.
IDLE_SECONDS = 4.0
POLLIN = 1


class Pool(HTTPClientPool):
    """The connections that all users share: the one used last is used next. With `fresh` none is used twice."""

    def __init__(self, size: int, timeout_s: float, *, fresh: bool = False) -> None:
        """Allow `size` at once. The time-out of a whole request is not here: this one is of a single read."""
        seconds = timeout_s + 1
        super().__init__(concurrency=size, connection_timeout=seconds, network_timeout=seconds)
        self._fresh = fresh

    def get_client(self, url: str | URL) -> HTTPClient:
        """Return the client of that address; made and adapted at the first call."""
        known = len(self.clients)
        client = super().get_client(url)
        if len(self.clients) > known:
            adapt(client._connection_pool, fresh=self._fresh)
        return client


def adapt(pool: ConnectionPool, *, fresh: bool) -> None:
    """Change a pool in place: the library makes it itself, and leaves no other way."""
    # The client sends a request again, up to this number plus one, when a connection breaks: that would hide from the
    # measurement what a load test is for. Nothing else reads it.
    pool.size = -1
    answers: dict[str, Any] = {"_is_socket_alive": Freshness(pool).is_alive}
    if _is_number(pool._connection_host):
        answers["_resolve"] = _once(pool._resolve)  # else each connection costs a thread and a look-up
    if fresh:
        answers["return_socket"] = pool.release_socket
    else:
        answers["return_socket"] = Freshness.stamping(pool, answers["_is_socket_alive"].__self__)
    vars(pool).update(answers)


class Freshness:
    """Knows since when a connection is idle."""

    def __init__(self, pool: ConnectionPool) -> None:
        """Watch the connections of `pool`."""
        self._idle_since: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
        self._poll: Callable[[], Any] = monkey.get_original("select", "poll")
        self.pool = pool

    def stamp(self, sock: Any) -> None:
        """Remember that `sock` is idle from now on."""
        self._idle_since[sock] = time.monotonic()

    def is_alive(self, sock: Any) -> bool:
        """Whether an idle connection can be used: young enough, and the server has neither closed it nor spoken."""
        if sock is None or sock.fileno() < 0 or time.monotonic() - self._idle_since.get(sock, 0.0) > IDLE_SECONDS:
            return False
        poll = self._poll()  # not select, which knows only the first 1,024 files
        poll.register(sock.fileno(), POLLIN)
        return not poll.poll(0)

    @staticmethod
    def stamping(pool: ConnectionPool, freshness: "Freshness") -> Callable[[Any], None]:
        """Return a `return_socket` that stamps what it is given."""
        give_back = pool.return_socket

        def stamped(sock: Any) -> None:
            freshness.stamp(sock)
            give_back(sock)

        return stamped


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _once(resolve: Callable[[], Any]) -> Callable[[], Any]:
    found: list[Any] = []

    def cached() -> Any:
        if not found:
            found.append(resolve())
        return found[0]

    return cached
