"""A TCP proxy between the application and PostgreSQL that counts round trips on the wire.

A round trip is a wait for the server: the client has sent a Sync or a simple Query and the server says ReadyForQuery
('Z'), or the client has sent a Flush ('H') to get an answer before its Sync. However many messages travel together,
they are one; a BEGIN or a ROLLBACK sent by itself is one more. What a new connection says up to its first
ReadyForQuery is not counted. Message formats: PostgreSQL's documentation, chapter "Frontend/Backend Protocol".
"""

import asyncio
import struct
import threading
from concurrent.futures import Future
from types import TracebackType

# Requests that come before the start-up message: no TLS, no GSSAPI; the answer is one byte.
ENCRYPTION_REQUESTS = (80877103, 80877104)


class Messages:
    """Counts the messages of one direction of a connection by their type, however the bytes are cut."""

    def __init__(self) -> None:
        """Begin with the first typed message."""
        self.counts: dict[bytes, int] = {}
        self._head = b""
        self._skip = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        place = 0
        while place < len(data):
            if self._skip:
                step = min(self._skip, len(data) - place)
                self._skip -= step
                place += step
                continue
            step = min(5 - len(self._head), len(data) - place)
            self._head += data[place : place + step]
            place += step
            if len(self._head) == 5:
                kind, length = struct.unpack("!cI", self._head)
                self.counts[kind] = self.counts.get(kind, 0) + 1
                self._skip, self._head = length - 4, b""  # a length counts itself, but not the type


class CountingProxy:
    """Listens on a loopback port and forwards to PostgreSQL; `trips()` is the number of round trips so far."""

    def __init__(self, host: str, port: int) -> None:
        """Forward to `host:port`; `with` starts and ends it."""
        self._upstream = (host, port)
        self._connections: list[tuple[Messages, Messages]] = []
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="counting-proxy", daemon=True)
        self.port = 0

    def trips(self) -> int:
        """Return the round trips of all connections since the start, without those of their start-up."""
        return sum(
            max(server.counts.get(b"Z", 0) - 1, 0) + client.counts.get(b"H", 0) for client, server in self._connections
        )

    def __enter__(self) -> "CountingProxy":
        """Start to listen on a free port."""
        self._thread.start()
        server: Future[asyncio.Server] = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        )
        self._server = server.result(timeout=10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Drop all connections and stop."""
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _drop(self) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.close()  # its reader sees the end, and so the tasks end by themselves
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream_reader, upstream_writer = await asyncio.open_connection(*self._upstream)
        client, server = Messages(), Messages()
        self._open |= {writer, upstream_writer}
        try:
            upstream_writer.write(await _start_up(reader, writer))
            self._connections.append((client, server))
            pumps = (_pump(reader, upstream_writer, client), _pump(upstream_reader, writer, server))
            await asyncio.gather(*pumps)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # one side went away: the other is closed below, and what was counted stays counted
        finally:
            self._open -= {writer, upstream_writer}
            upstream_writer.close()
            writer.close()


async def _start_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Decline encryption, which nothing on loopback needs; return the start-up (or cancel) message."""
    while True:
        head = await reader.readexactly(8)
        length, code = struct.unpack("!II", head)
        if code not in ENCRYPTION_REQUESTS:
            return head + await reader.readexactly(length - 8)
        writer.write(b"N")


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, messages: Messages) -> None:
    try:
        while data := await reader.read(65536):
            messages.feed(data)
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()  # one side has ended: so does the other
