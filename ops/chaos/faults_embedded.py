"""The faults of the target embedded: processes on this machine, looked after by supervisord."""

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import psutil

from ops import http, run, wait
from ops.chaos import hog
from ops.chaos.both import Both
from ops.chaos.catalogue import NO_CLUSTER
from ops.chaos.fault import Fault, Process
from ops.chaos.latency import Latency
from ops.chaos.spells import Frozen, Halted, Pressure
from ops.chaos.strikes import DATABASE, NOTES, ConnectionsCut, Killed, WorkersKilled
from ops.ledger.client import Address
from ops.supervisor import is_alive
from ops.targets.base import Target
from ops.targets.embedded import Embedded

if TYPE_CHECKING:
    from subprocess import Popen

NOT_HERE = {
    **NO_CLUSTER,
    "container-paused": "there are no containers; app-frozen does the same",
    "network-cut": "app and database share the machine's loopback, which cannot be cut for them alone",
}
APPLICATION = "notes:create_app()"
"""A word of the command of notes."""


class Hands:
    """What can be done to an embedded target. The state of parts is read from the processes themselves.

    supervisord looks around once a second unless it is asked something: asking it would shorten the healing.
    """

    memory_mib = 256  # the target has no limit of its own: a tenth of a small machine's memory
    rest_seconds = 2.0  # supervisord counts a part that has run for a second as started well

    def __init__(self, target: Embedded) -> None:
        self._target = target
        self._hogs: list[Popen[bytes]] = []

    def group(self, part: str) -> list[Process]:
        """The part's processes, its main one first."""
        if part == DATABASE:
            pid = self._target.cluster.postmaster()
            main = psutil.Process(pid) if pid else None
        else:
            main = self._main()
        if main is None:
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return [_named(each) for each in (main, *main.children(recursive=True))]
        return []

    def _main(self) -> psutil.Process | None:
        # the parent tells our processes from those of other targets, and the main one from its workers
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            keeper = psutil.Process(int((self._target.folders.run / "supervisord.pid").read_text()))
            for child in keeper.children():
                if APPLICATION in child.cmdline() and is_alive(child):
                    return child
        return None

    def signal(self, processes: Sequence[Process], number: int) -> None:
        """Send the signal to those that are still there."""
        for each in _there(processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(number)

    def stopped(self, processes: Sequence[Process]) -> list[Process]:
        """Those of them that are stopped."""
        found = []
        for each in _there(processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                if each.status() == psutil.STATUS_STOPPED:
                    found.append(_named(each))
        return found

    def halt(self, part: str) -> None:
        """Stop a part by supervisord, which then leaves it alone."""
        self._target.supervisor.stop_part(part)

    def resume(self, part: str) -> None:
        """Start a part by supervisord."""
        if part == DATABASE:
            self._target.cluster.clear_stale_pid()
        self._target.supervisor.start_part(part)

    def press(self, kind: str, amount: int, seconds: float, token: str) -> None:
        """Start a helper as a process of our own."""
        words = [sys.executable, hog.__file__, kind, str(amount), str(seconds), token]
        self._hogs.append(run.spawn(words, log=self._target.folders.logs / "chaos.log"))
        wait.until(lambda: self._started(token), "the helper to start", seconds=10, mend="./inv chaos --undo")

    def _started(self, token: str) -> None:
        if not self.pressing(token):
            raise wait.Pending("no process with its token")

    def release(self, token: str) -> None:
        """Kill them, and those that one of them has started meanwhile; reap those that are our own children."""
        while found := _hogs(token):
            for each in found:
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
        for child in self._hogs:
            child.wait(10)
        self._hogs.clear()

    def pressing(self, token: str) -> int:
        """How many helpers run."""
        return len(_hogs(token))

    def query(self, statement: str) -> str:
        """Run one statement on the database of notes."""
        return self._target.query(NOTES, statement)

    def unwell(self) -> list[str]:
        """What of PostgreSQL and notes does not answer."""
        answer = http.get(f"{self.url()}/readyz")
        said = [] if answer.status == 200 else [f"notes: /readyz says {answer.status or answer.text}"]
        try:
            self._target.cluster.ping()
        except wait.Pending as pending:
            said.append(f"database: {pending}")
        return said

    def url(self) -> str:
        """Address of notes."""
        return self._target.url(NOTES)


def _named(process: psutil.Process) -> Process:
    return Process(process.pid, process.create_time())


def _there(processes: Sequence[Process]) -> list[psutil.Process]:
    found = []
    for each in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(each.pid)
            if process.create_time() == each.born and is_alive(process):
                found.append(process)
    return found


def _hogs(token: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            words = process.cmdline()
            if token in words and hog.__file__ in words and is_alive(process):
                found.append(process)
    return found


def faults(target: Target) -> list[Fault]:
    """All faults of this target, in the order they are injected."""
    assert isinstance(target, Embedded)
    hands = Hands(target)
    pairs: list[Fault] = [
        WorkersKilled("worker-killed", hands, every=False),
        WorkersKilled("workers-killed", hands, every=True),
        Killed("app-killed", hands, NOTES),
        Frozen("worker-frozen", hands, NOTES, one_worker=True),
        Frozen("app-frozen", hands, NOTES),
        Killed("database-killed", hands, DATABASE),
        Killed("database-crashed", hands, DATABASE, whole=True),
        Frozen("database-frozen", hands, DATABASE),
        Halted("database-stopped", hands),
        Pressure("cpu-pressure", hands, "cpu", os.cpu_count() or 1),
        Pressure("memory-pressure", hands, "memory", hands.memory_mib),
    ]
    return [
        *pairs,
        ConnectionsCut("connections-cut", hands),
        Latency("latency-added", hands),
        Both("two-at-once", pairs),
    ]


def address(target: Target) -> Address:
    """Where writers and prober find notes."""
    return Address(target.url(NOTES))
