"""The server of figure P9, a process of its own: `python -m ops.bench.misbehaving PORT TIMETABLE.json`."""

import argparse
import asyncio
import contextlib
import os
import re
import socket
import struct
import time
from pathlib import Path

from ops.bench.misbehaviour import BODY_PIECES, BODY_SECONDS, Timetable, answer

BACKLOG = 4096  # what arrives while the server is stopped waits in the kernel
NUMBER = re.compile(rb"[?&]n=(\d+)")
BODY = b"x" * 64
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of no time: closing sends a reset


class Server:
    """Answers by the timetable."""

    def __init__(self, timetable: Timetable) -> None:
        """Begin when the timetable does."""
        self.timetable = timetable
        self._begin = time.monotonic() + timetable.begin - time.time()

    async def run(self, port: int) -> None:
        """Serve until the process is ended."""
        for begin, end in self.timetable.blocks():
            asyncio.get_running_loop().call_at(self._begin + begin, self._block, self._begin + end)
        server = await asyncio.start_server(self._serve, "127.0.0.1", port, backlog=BACKLOG)
        async with server:
            await server.serve_forever()

    @staticmethod
    def _block(until: float) -> None:
        time.sleep(max(until - time.monotonic(), 0.0))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._one(await reader.readuntil(b"\r\n\r\n"), writer):
                pass
        writer.close()

    async def _one(self, head: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; say whether there may be another on this connection."""
        found = NUMBER.search(head)
        name, progress = self.timetable.at(time.monotonic() - self._begin)
        due = answer(int(found[1]) if found else 0, name, progress)
        await asyncio.sleep(due.seconds)
        if due.kind == "silence":
            await asyncio.Event().wait()
        if due.kind == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()
            return False
        closes = b"\r\nconnection: close" in head.lower()
        last = b"Connection: close\r\n" if closes else b""
        lead = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n%s\r\n" % (due.status, len(BODY), last)
        if due.kind == "pieces":
            writer.write(lead)
            step = len(BODY) // BODY_PIECES
            for piece in range(BODY_PIECES):
                await asyncio.sleep(BODY_SECONDS / BODY_PIECES)
                writer.write(BODY[piece * step : (piece + 1) * step])
        else:
            writer.write(lead + BODY)
        await writer.drain()
        return not closes


def main(words: list[str] | None = None) -> None:
    """Serve on the port named on the command line until a signal ends it."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("timetable", type=Path)
    arguments = parser.parse_args(words)
    with contextlib.suppress(PermissionError):  # as the generators do: what the machine does else is not the subject
        os.nice(-10)
    asyncio.run(Server(Timetable.read(arguments.timetable)).run(arguments.port))


if __name__ == "__main__":
    main()
