"""The faults of the target compose: containers of a Docker engine, which starts them again."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from ops import engine, http, image, run, wait
from ops.chaos import hog
from ops.chaos.both import Both
from ops.chaos.catalogue import NO_CLUSTER
from ops.chaos.containers import NetworkCut, Paused
from ops.chaos.fault import Fault, Process
from ops.chaos.latency import Latency
from ops.chaos.spells import Frozen, Halted, Pressure
from ops.chaos.strikes import DATABASE, NOTES, ConnectionsCut, Killed, WorkersKilled
from ops.ledger.client import Address
from ops.targets.base import Target
from ops.targets.compose import Compose

NOT_HERE = {
    **NO_CLUSTER,
    "database-crashed": "the end of a container's first process ends all; database-killed is the same",
}
SECONDS = 20.0  # for a word to the engine


class Hands:
    """What can be done to a compose target. Process ids are the host's, as the engine tells them."""

    memory_mib = 128  # notes takes 180 of its 384 MiB under load
    rest_seconds = 11.0  # the engine waits longer and longer before a restart, until a container has run for 10 s

    def __init__(self, target: Compose) -> None:
        self.target = target

    def docker(self, *words: str, check: bool = True) -> str:
        """What docker says; raises OpsError when it fails."""
        return run.run(["docker", *words], question=True, check=check, timeout=SECONDS, mend="./inv status").out

    def container(self, part: str) -> str:
        """The id of a part's container; empty when there is none."""
        found = engine.containers(self.target.project).get(part)
        return found.id if found else ""

    def group(self, part: str) -> list[Process]:
        """The processes in a part's container, its first one first; what the engine puts beside it is left out."""
        place = self.container(part)
        if not place:
            return []
        first = self.docker("inspect", "--format", "{{.State.Pid}}", place, check=False).strip()
        rows = self.docker("top", place, "-eo", "pid,ppid", check=False).splitlines()[1:]
        tree = [first] if first not in ("", "0") else []
        for pid, parent in sorted((row.split() for row in rows), key=lambda row: int(row[0])):
            if parent in tree:
                tree.append(pid)
        return [
            Process(int(pid), 0.0) for pid in tree
        ]  # ps knows a birth to the second only; a run is too short for reuse

    def signal(self, processes: Sequence[Process], number: int) -> None:
        """Send the signal to those that are still there: `docker kill` would keep the engine from starting it again."""
        pids = [each.pid for each in self._there(processes)]
        if not pids:
            return
        if os.geteuid() == 0 and all(Path(f"/proc/{pid}").exists() for pid in pids):
            for pid in pids:
                os.kill(pid, number)
            return
        allowed = ["--pid", "host", "--user", "0", "--cap-drop", "ALL", "--cap-add", "KILL"]
        code = f"import os; [os.kill(pid, {number:d}) for pid in {pids}]"
        self.docker("run", "--rm", *allowed, image.tag(), "python", "-c", code)

    def _there(self, processes: Sequence[Process]) -> list[Process]:
        now = {each for part in (NOTES, DATABASE) for each in self.group(part)}
        return [each for each in processes if each in now]

    def stopped(self, processes: Sequence[Process]) -> list[Process]:
        """Those of them that are stopped."""
        found: set[int] = set()
        for part in (NOTES, DATABASE):
            if place := self.container(part):
                rows = self.docker("top", place, "-eo", "pid,stat", check=False).splitlines()[1:]
                found |= {int(row.split()[0]) for row in rows if row.split()[1].startswith("T")}
        return [each for each in self._there(processes) if each.pid in found]

    def halt(self, part: str) -> None:
        """Stop a part's container."""
        self.docker("stop", self.container(part))

    def resume(self, part: str) -> None:
        """Start a part's container."""
        self.docker("start", self.container(part))

    def press(self, kind: str, amount: int, seconds: float, token: str) -> None:
        """Start a helper in the container of notes."""
        words = ["python", "-c", Path(hog.__file__).read_text(), kind, str(amount), str(seconds), token]
        self.docker("exec", "--detach", self.container(NOTES), *words)
        wait.until(lambda: self._started(token), "the helper to start", seconds=10, mend="./inv chaos --undo")

    def _started(self, token: str) -> None:
        if not self.pressing(token):
            raise wait.Pending("no process with its token")

    def release(self, token: str) -> None:
        """Kill them."""
        self._look("end", token)

    def pressing(self, token: str) -> int:
        """How many helpers run; none where notes does not, because they ended with it."""
        return int(self._look("count", token) or 0)

    def _look(self, what: str, token: str) -> str:
        words = ["python", "-c", Path(hog.__file__).read_text(), what, token]
        place = self.container(NOTES)
        return self.docker("exec", place, *words, check=False).strip() if place else ""

    def query(self, statement: str) -> str:
        """Run one statement on the database of notes."""
        return self.target.query(NOTES, statement)

    def unwell(self) -> list[str]:
        """What of PostgreSQL and notes does not answer: readiness asks the database."""
        answer = http.get(f"{self.url()}/readyz")
        return [] if answer.status == 200 else [f"notes: /readyz says {answer.status or answer.text}"]

    def url(self) -> str:
        """Address of notes."""
        return self.target.url(NOTES)

    def networks(self, part: str) -> dict[str, list[str]]:
        """The names by which a part is known, by network."""
        place = self.container(part)
        told = self.docker("inspect", "--format", "{{json .NetworkSettings.Networks}}", place) if place else "{}"
        return {name: sorted(row["Aliases"] or []) for name, row in json.loads(told).items()}


def faults(target: Target) -> list[Fault]:
    """All faults of this target, in the order they are injected."""
    assert isinstance(target, Compose)
    hands = Hands(target)
    pairs: list[Fault] = [
        WorkersKilled("worker-killed", hands, every=False),
        WorkersKilled("workers-killed", hands, every=True),
        Killed("app-killed", hands, NOTES),
        Frozen("worker-frozen", hands, NOTES, one_worker=True),
        Frozen("app-frozen", hands, NOTES),
        Killed("database-killed", hands, DATABASE),
        Frozen("database-frozen", hands, DATABASE),
        Halted("database-stopped", hands),
        NetworkCut("network-cut", hands),
        Pressure("cpu-pressure", hands, "cpu", os.cpu_count() or 1),
        Pressure("memory-pressure", hands, "memory", hands.memory_mib),
    ]
    return [
        *pairs,
        Paused("container-paused", hands),
        ConnectionsCut("connections-cut", hands),
        Latency("latency-added", hands),
        Both("two-at-once", pairs),
    ]


def address(target: Target) -> Address:
    """Where writers and prober find notes."""
    return Address(target.url(NOTES))
