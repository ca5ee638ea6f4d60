"""An HTTP server that keeps count of what a load does to it, and fails when it is told to."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.serving import serving

Plan = Callable[[int], str]
"""What becomes of the request with that number: "", "500", "close", "reset", "silence", "slow"."""


class Counting(ThreadingHTTPServer):
    """Answers 200 with two bytes; `numbers`, `hosts` and `connections` are what it has seen."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, plan: Plan) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan = plan
        self.numbers: list[int] = []
        self.hosts: set[str] = set()
        self.connections = 0
        self.ended = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Counting

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def do_GET(self) -> None:
        found = re.search(r"[?]n=(\d+)", self.path)
        number = int(found[1]) if found else -1
        if number >= 0:
            self.server.numbers.append(number)
            self.server.hosts.add(self.headers["Host"])
        what = self.server.plan(number)
        if what == "silence":
            self.server.ended.wait(20)
        if what == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if what in ("silence", "close", "reset"):
            self.close_connection = True
            return
        self.send_response(int(what) if what.isdigit() else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        if what == "slow":  # each piece is in time, the whole is not
            for piece in (b"o", b"k"):
                self.server.ended.wait(1.8)
                self.wfile.write(piece)
        else:
            self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # the load has given up on it


@contextmanager
def counting(plan: Plan = lambda _: "") -> Iterator[Counting]:
    """Serve while the block runs."""
    with serving(Counting(plan)) as server:
        try:
            yield server
        finally:
            server.ended.set()


def stall(begin: float, end: float) -> Plan:
    """Return a plan by which nothing is answered between two moments, in seconds after the first request."""
    began: list[float] = []

    def wait(number: int) -> str:
        if number >= 0:
            began.append(began[0] if began else time.monotonic())
            age = time.monotonic() - began[0]
            if begin <= age < end:
                time.sleep(end - age)
        return ""

    return wait
