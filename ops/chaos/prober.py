"""The outside prober: GETs at a constant rate, on kept and on fresh connections, in a process of its own.

`python -m ops.chaos.prober PLAN CSV` runs until SIGTERM, or until whoever started it is gone. Requests leave when they
are due, whatever became of those before them; a row goes to the file when its request has ended. Nothing is repeated.
"""

import asyncio
import csv
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from ops.chaos.probes import COLUMNS, FRESH, KEEPALIVE

NOTE = "probed by chaos"
"""The name of the note that is read: an answer without it is not the one that was asked for."""

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class OtherBody(ValueError):  # noqa: N818 - it is a word in the table of what failed
    """A 200 that does not hold the note."""


@dataclass(frozen=True)
class Plan:
    """What to ask: `rate` requests a second on kept connections and as many on fresh ones. It holds a token."""

    url: str
    path: str
    token: str
    host: str | None
    rate: float
    timeout: float
    parent: int

    def write(self, path: Path) -> None:
        """Write it for nobody but us: it holds a token."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self)))


class Prober:
    """One run of a plan."""

    def __init__(self, plan: Plan, out: TextIO) -> None:
        parts = urlsplit(plan.url)
        self._plan, self._out, self._rows = plan, out, csv.writer(out)
        self._place = parts.hostname or "", parts.port or 80
        self._idle: list[Pair] = []
        self._over = asyncio.Event()
        self._requests = {
            kind: "".join(
                f"{line}\r\n"
                for line in (
                    f"GET {plan.path} HTTP/1.1",
                    f"Host: {plan.host or parts.netloc}",
                    f"Authorization: Bearer {plan.token}",
                    *(["Connection: close"] if kind == FRESH else []),
                    "",
                )
            ).encode()
            for kind in (KEEPALIVE, FRESH)
        }

    async def run(self) -> None:
        """Ask until told to stop, then wait for the answers that are still out."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._over.set)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all of a terminal's programs; our parent decides
        self._rows.writerow(COLUMNS)
        began_unix, began, count = time.time(), loop.time(), 0
        asked: set[asyncio.Task[None]] = set()
        while not self._over.is_set() and os.getppid() == self._plan.parent:
            due = count / (2 * self._plan.rate)
            if (early := began + due - loop.time()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), early)
                    break
            kind = (KEEPALIVE, FRESH)[count % 2]
            task = asyncio.create_task(self._ask(kind, began_unix + due))
            asked.add(task)
            task.add_done_callback(asked.discard)
            count += 1
        if asked:
            await asyncio.wait(asked)

    async def _ask(self, kind: str, due: float) -> None:
        sent, status, error = time.time(), 0, ""
        try:
            status = await asyncio.wait_for(self._exchange(kind), self._plan.timeout)
        except (OSError, EOFError, ValueError) as reason:
            error = type(reason).__name__
        row = [f"{each:.6f}" for each in (due, sent, time.time())]
        self._rows.writerow([*row, "read", "GET", status, error, kind, 0])
        self._out.flush()

    async def _exchange(self, kind: str) -> int:
        pair = await self._connection(kind)
        reader, writer = pair
        try:
            writer.write(self._requests[kind])
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
            body = await reader.readexactly(int(length or 0))
            status = int(head[9:12])
            if status == 200 and NOTE.encode() not in body:
                raise OtherBody
        except BaseException:
            writer.close()
            raise
        if kind == KEEPALIVE and b"\r\nconnection: close" not in head:
            self._idle.append(pair)
        else:
            writer.close()
        return status

    async def _connection(self, kind: str) -> Pair:
        # a connection that is seen to be closed is not used, as any client's pool would have it
        while kind == KEEPALIVE and self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and reader.exception() is None and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(*self._place)


if __name__ == "__main__":
    with Path(sys.argv[2]).open("w", newline="") as file:
        asyncio.run(Prober(Plan(**json.loads(Path(sys.argv[1]).read_text())), file).run())
