"""A way to a database that can be cut and mended: a TCP forwarder on a port of its own."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class Forwarder:
    """Forwards to `target` between `open` and `close`; `url` is the database's address through it."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self.target = (str(parts.hostname), int(parts.port or 5432))
        self.port = 0
        self._sockets: list[socket.socket] = []
        self._database_url = database_url
        self.open()

    @classmethod
    @contextlib.contextmanager
    def to(cls, database_url: str) -> Iterator["Forwarder"]:
        way = cls(database_url)
        try:
            yield way
        finally:
            way.close()

    @property
    def url(self) -> str:
        return self._database_url.replace(f":{self.target[1]}/", f":{self.port}/")

    def open(self) -> None:
        """Listen, at the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def close(self) -> None:
        """Refuse new connections and cut those that are there."""
        for one in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listener.accept()
                far = socket.create_connection(self.target)
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    @staticmethod
    def _pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
