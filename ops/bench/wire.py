"""One HTTP/1.1 keep-alive connection of the load generator, on a plain non-blocking socket.

Why not a client library: the generator shares the machine with the server it measures, so each microsecond it takes per
request is taken from the figure. This knows what a load needs and no more: send bytes, find the end of the answer.
"""

import contextlib
import errno
import selectors
import socket
from dataclasses import dataclass
from typing import NamedTuple

CHUNKED_END = b"\r\n0\r\n\r\n"


class Answer(NamedTuple):
    """One answer: its status, whether it names Retry-After, its bytes on the wire, whether the server closes."""

    status: int
    retry_after: bool
    size: int
    closes: bool


def parse(buffer: bytes | bytearray) -> Answer | None:
    """Return the answer that `buffer` holds, or None while bytes of it are missing."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(buffer[:end]).lower()
    status = int(head[9:12])
    total = end + 4
    length = head.find(b"\r\ncontent-length:")
    if length >= 0:
        total += int(head[length + 17 :].split(b"\r\n", 1)[0])
        complete = len(buffer) >= total
    elif b"\r\ntransfer-encoding: chunked" in head:
        complete, total = buffer.endswith(CHUNKED_END), len(buffer)
    else:
        complete = status in (204, 304)
    if not complete:
        return None
    return Answer(status, b"\r\nretry-after:" in head, total, b"\r\nconnection: close" in head)


@dataclass(slots=True)
class Request:
    """A request under way: which of the plan's it is and, in seconds of the monotonic clock, when due and when sent."""

    index: int
    due: float
    sent: float


class Connection:
    """A socket that carries one request at a time; `idle_since` tells the pool how stale it is."""

    __slots__ = ("_selector", "_socket", "buffer", "idle_since", "request", "unsent")

    def __init__(self, selector: selectors.BaseSelector, address: tuple[str, int]) -> None:
        """Begin to connect to `address`; the first request may be given at once, it leaves when connected."""
        self._selector = selector
        self._socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()
        self.request: Request | None = None
        self.unsent = b""
        self.idle_since = 0.0
        code = self._socket.connect_ex(address)
        if code not in (0, errno.EINPROGRESS):
            self._socket.close()
            raise OSError(code, "cannot connect")
        selector.register(self._socket, selectors.EVENT_READ, self)

    def send(self, request: Request, data: bytes) -> None:
        """Send `data` for `request`; what the kernel does not take now, `flush` sends when the socket is writable."""
        self.request = request
        self.unsent = data
        self.flush()

    def flush(self) -> None:
        """Send what is still unsent, and watch for writability only while something is."""
        watched = bool(self._selector.get_key(self._socket).events & selectors.EVENT_WRITE)
        with contextlib.suppress(BlockingIOError):
            self.unsent = self.unsent[self._socket.send(self.unsent) :]
        if watched != bool(self.unsent):
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
            self._selector.modify(self._socket, wanted, self)

    def receive(self) -> Answer | None:
        """Read what has come; return the answer when complete. Raises ConnectionError when the server has closed."""
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return None
        if not data:
            raise ConnectionResetError("closed by the server")
        self.buffer += data
        answer = parse(self.buffer)
        if answer is not None:
            self.buffer.clear()
        return answer

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._socket.fileno() < 0

    def close(self) -> None:
        """Forget the socket."""
        self._selector.unregister(self._socket)
        self._socket.close()
