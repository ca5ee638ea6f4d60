"""gunicorn's threaded worker, which refuses at once what its threads have no room for, and shares connections fairly.

gthread hands every request to its threads by a queue without an end: under overload each waits there until its client
has given up, and the process works for the dead. Here the main loop answers such a request itself, on its kept-alive
connection, with neither a thread nor gunicorn's parser.

Which process gets a new connection is up to who is awake first, and one that is kept open stays there: of 16, one of
two processes often had 15 or all, and a processor nothing to do. Who has more than another lets that one accept first.
"""

from __future__ import annotations

import contextlib
import selectors
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from notes.serving import refusal
from notes.serving.edge import Edge
from notes.serving.seats import Seats

SEATS = Seats()
LET_SECONDS = 0.001  # long enough for another process to wake up and accept, short enough to go unnoticed


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Counts the connections that its threads work on; they are many as soon as an `Edge` would refuse one more."""

    busy = 0
    refused = 0  # since the last connection was accepted
    seat: int | None = None
    _connections = 0

    def __init__(self, *args: Any) -> None:
        self.seat = SEATS.take()  # still in the master
        super().__init__(*args)

    @property
    def nr_conns(self) -> int:
        """How many connections it has; gunicorn counts them, and the other processes see it."""
        return self._connections

    @nr_conns.setter
    def nr_conns(self, count: int) -> None:
        self._connections = count
        SEATS.tell(self.seat, count)

    def accept(self, listener: Any) -> None:
        """Accept a new connection, and one more for each request refused meanwhile.

        gthread accepts one in each round of its loop. Under overload a round is long, for it refuses what hundreds of
        connections ask, and the ones beside them waited in the backlog until their clients had given up, after 10 s.
        No more than that: what another process of the group has room for is left to it.
        """
        if not self.refused and self.nr_conns > SEATS.least() + 1:
            time.sleep(LET_SECONDS)  # not while it refuses, which this loop has to do at once
        most, self.refused = 1 + self.refused, 0
        for _ in range(most):
            before = self.nr_conns
            super().accept(listener)
            if self.nr_conns == before:  # none waits, or it has gone already
                break

    def enqueue_req(self, conn: TConn) -> None:
        """Give a connection with a request to a thread, or refuse it."""
        if not conn.initialized and self._is_full() and self._refuse_new(conn):
            return
        self.busy += 1
        super().enqueue_req(conn)

    def finish_request(self, conn: TConn, fs: Any) -> None:
        """Take a connection back from a thread."""
        self.busy -= 1
        super().finish_request(conn, fs)

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """Take the next request of a kept-alive connection, which stays where it is when that is refused."""
        if self._is_full() and self._refuse(conn):
            return
        super().on_client_socket_readable(conn, client)

    def _is_full(self) -> bool:
        edge = getattr(self.wsgi, "wsgi_app", None)
        return isinstance(edge, Edge) and self.busy >= edge.limit

    def _refuse_new(self, conn: TConn) -> bool:
        """Refuse the first request of a connection, now or when it has arrived; False to let a thread see to it."""
        conn.sock.setblocking(False)
        conn.set_timeout()
        if self._refuse(conn):
            if conn.sock.fileno() >= 0:
                self.keepalived_conns.append(conn)
                self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))
            return True
        if conn.data_ready:
            return False
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))
        return True

    def _refuse(self, conn: TConn) -> bool:
        """Answer a whole, plain request of the service itself with 503; False, with all kept for a thread, else."""
        if self.cfg.is_ssl or conn.is_http2:
            return False
        try:
            data = conn.sock.recv(refusal.HEAD_BYTES)
        except OSError:  # nothing there yet, or nobody there any more: the usual way finds out which
            return False
        waiting = refusal.read(data)
        answer = waiting and self._answer(conn, waiting)
        if not waiting or not answer:
            conn.init()
            conn.parser.unreader.unread(data)
            conn.data_ready = True
            return False
        self.refused += 1
        self._send(conn, answer, is_last=waiting.closes)
        return True

    def _send(self, conn: TConn, answer: bytes, *, is_last: bool) -> None:
        try:
            sent = conn.sock.send(answer)
        except OSError:
            sent = 0
        conn.set_timeout()
        if is_last or sent < len(answer):
            self._drop(conn)

    def _answer(self, conn: TConn, waiting: refusal.Waiting) -> bytes | None:
        edge: Edge = self.wsgi.wsgi_app
        if str(conn.server[1]) == edge.metrics_port:
            return None
        return edge.refuse_unseen(waiting)

    def _drop(self, conn: TConn) -> None:
        with contextlib.suppress(KeyError, ValueError):  # a new connection is in neither
            self.poller.unregister(conn.sock)
        if conn in self.keepalived_conns:
            self.keepalived_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()
