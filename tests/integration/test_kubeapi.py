"""Connections to the Kubernetes API, with an API of ours that counts them: none is shared, none outlives its block."""

import asyncio
import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ops import kubeapi
from tests.support import kubeconfig
from tests.support.serving import serving

SECONDS = 10.0
VERSION = "v1.36.4"


class Api(ThreadingHTTPServer):
    """Tells its version, whatever is asked; says 503 while `away`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.away = False
        self.connections, self.ended = 0, 0


class Handler(BaseHTTPRequestHandler):
    server: Api
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.server.ended += 1

    def do_GET(self) -> None:
        body = json.dumps({"gitVersion": VERSION}).encode()
        self.send_response(503 if self.server.away else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api()) as server:
        yield server


@pytest.fixture
def where(api: Api, tmp_path: Path) -> tuple[Path, str, str]:
    return kubeconfig.write(tmp_path, f"http://127.0.0.1:{api.server_port}"), kubeconfig.CONTEXT, "dev"


def assert_all_ended(api: Api, connections: int) -> None:
    deadline = time.monotonic() + SECONDS
    while api.ended < connections and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (api.connections, api.ended) == (connections, connections)


def test_blocks_at_once_have_a_connection_each_and_end_none_but_their_own(api: Api, where: Any) -> None:
    ended = []

    async def one(until: asyncio.Event, over: asyncio.Event) -> None:
        async with kubeapi.connected(*where) as client:
            await until.wait()
            assert (await client.async_version())["gitVersion"] == VERSION
        over.set()

    async def both() -> None:
        first, second = asyncio.Event(), asyncio.Event()
        asking = asyncio.gather(one(first, second), one(second, asyncio.Event()))
        await asyncio.sleep(0.2)  # both are connected
        first.set()
        await asking
        ended.append(True)

    kubeapi.run(both())
    assert ended
    assert_all_ended(api, 2)


def test_a_connection_to_an_api_that_is_away_ends_too(api: Api, where: Any) -> None:
    api.away = True

    async def ask() -> None:
        with pytest.raises(Exception, match="503"):
            async with kubeapi.connected(*where):
                pass

    kubeapi.run(ask())
    assert_all_ended(api, 1)
