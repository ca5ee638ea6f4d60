"""The helpers that take processors: all of them end, also one that another had only just begun to start."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.chaos import faults_embedded, hog

TOKEN = "notes-test-hog"
SECONDS = 30.0


class Hogs:
    """Processes that are found as one; when it is killed, the next one is there already."""

    def __init__(self, count: int) -> None:
        self.there = list(range(1, count + 1))
        self.killed: list[int] = []

    def kill(self, pid: int, *_: object) -> None:
        self.killed.append(pid)
        self.there.remove(pid)


class Process:
    """One of them, as psutil has it."""

    def __init__(self, hogs: Hogs, pid: int) -> None:
        self.kill: Callable[[], None] = lambda: hogs.kill(pid)


@pytest.fixture
def hogs() -> Hogs:
    return Hogs(3)


def test_a_helper_that_was_started_meanwhile_is_ended_too(monkeypatch: pytest.MonkeyPatch, hogs: Hogs) -> None:
    monkeypatch.setattr(hog, "found", lambda _token: hogs.there[:1])
    monkeypatch.setattr(hog.os, "kill", hogs.kill)
    hog.end(TOKEN)
    assert hogs.killed == [1, 2, 3]


def test_so_it_is_on_the_embedded_target(monkeypatch: pytest.MonkeyPatch, hogs: Hogs) -> None:
    monkeypatch.setattr(faults_embedded, "_hogs", lambda _token: [Process(hogs, pid) for pid in hogs.there[:1]])
    target: Any = None  # nothing is asked of it
    faults_embedded.Hands(target).release(TOKEN)
    assert hogs.killed == [1, 2, 3]


@pytest.fixture
def running() -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, hog.__file__, "cpu", "2", f"{SECONDS}", TOKEN]
    with subprocess.Popen(words) as process:
        yield process
        hog.end(TOKEN)


def test_real_ones_are_found_and_ended(running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS / 2
    while len(hog.found(TOKEN)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    hog.end(TOKEN)
    assert running.wait(SECONDS / 2) == -9
    assert hog.found(TOKEN) == []
    assert Path(f"/proc/{running.pid}").exists() is False
