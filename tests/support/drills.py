"""A stack under watch, and the ways to get it into trouble and out again."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from ops.targets.compose import Compose
from tests.support.api import Api
from tests.support.watchers import Watchers, until
from tests.support.wire import Http

LATE_CLEARS = 450.0  # seconds; the longest window of a slow burn is 360 s in a drill


@dataclass
class Stack:
    """The stack under test, with an account, what watches it, and the alerts that are still to be seen to clear."""

    target: Compose
    watchers: Watchers
    token: str
    user: int
    to_clear: list[str] = field(default_factory=list)

    def docker(self, *words: str) -> None:
        subprocess.run(["docker", *words], check=True, capture_output=True, timeout=60)

    def container(self, part: str) -> str:
        return f"{self.target.project}-{part}-1"

    def fault(self, **switches: float) -> None:
        answer = Http(self.target.url("notes")).send("PUT", "/faults/", body=json.dumps(switches).encode())
        assert answer.status == 200, answer.text


def clears(stack: Stack, alert: str, seconds: float) -> None:
    """Return when that alert is over and Alertmanager has forgotten it."""
    _, cleared = until(f"{alert} clears", lambda: not stack.watchers.firing(alert), seconds)
    until(f"{alert} leaves Alertmanager", lambda: not stack.watchers.received(alert), seconds)
    print(f"{alert} cleared after {cleared:.1f} s")


@contextmanager
def stopped(stack: Stack, part: str) -> Iterator[None]:
    stack.docker("stop", "--time", "5", stack.container(part))
    try:
        yield
    finally:
        stack.docker("start", stack.container(part))


@contextmanager
def faulty(stack: Stack, **switches: float) -> Iterator[None]:
    stack.fault(**switches)
    try:
        yield
    finally:
        stack.fault()


@contextmanager
def crowded(stack: Stack) -> Iterator[None]:
    """More requests at once than are admitted, each of them slow."""
    over = threading.Event()

    def visit() -> None:
        while not over.is_set():
            Http(stack.target.url("notes")).send("GET", "/signin/")
            over.wait(0.1)

    with faulty(stack, latency_ms=1_000), _many(visit, over):
        yield


@contextmanager
def _many(visit: Callable[[], None], over: threading.Event) -> Iterator[None]:
    """Half as many visitors again as the one worker admits at once, none in step with another."""
    threads = [threading.Thread(target=visit, daemon=True) for _ in range(24)]
    for thread in threads:
        thread.start()
        over.wait(0.15)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(10)


KILL_WORKERS = """
import os, signal
for pid in filter(str.isdigit, os.listdir("/proc")):
    if open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1] == "1":
        os.kill(int(pid), signal.SIGKILL)
"""
"""Run in a container: kills the children of its first process, which is gunicorn's master."""


@contextmanager
def restarted(stack: Stack) -> Iterator[None]:
    """A service whose worker was killed three times, each time once its start was seen."""
    started = 'max_over_time(app_start_time_seconds{service="hello"}[5m])'
    for _ in range(3):
        before = stack.watchers.value(started)
        stack.docker("exec", stack.container("hello"), "python", "-c", KILL_WORKERS)
        until("a new start", lambda before=before: stack.watchers.value(started) > before, 15, every=0.1)
    yield


def _connection(stack: Stack) -> psycopg.Connection[Any]:
    password = (stack.target.folder / "secrets" / "database-password").read_text()
    port = stack.target.url("database").rpartition(":")[2].partition("/")[0]
    return psycopg.connect(host="127.0.0.1", port=port, user="notes", password=password, dbname="notes")


@contextmanager
def locked(stack: Stack) -> Iterator[None]:
    """A table that nobody can write to, and many who try. Reading it is allowed, for the exporter's sake."""
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            Api(Http(stack.target.url("notes"), timeout=15), stack.token).post("notes", {"name": "n", "text": "t"})
            over.wait(0.1)

    with _connection(stack) as holder:
        holder.execute("lock table note in exclusive mode")
        with _many(write, over):
            yield
            over.set()
            holder.rollback()


@contextmanager
def connected(stack: Stack) -> Iterator[None]:
    """Nearly all connections that PostgreSQL allows, held by somebody else."""
    most = int(stack.watchers.value("pg_settings_max_connections") * 0.85)
    used = int(stack.watchers.value("sum(pg_stat_activity_count)"))
    held = [_connection(stack) for _ in range(most - used)]
    try:
        yield
    finally:
        for connection in held:
            connection.close()
