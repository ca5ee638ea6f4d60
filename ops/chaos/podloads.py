"""What makes pods of notes slow, and is undone: a helper that takes what they need, or their own switches."""

import json
import random
import secrets
from pathlib import Path

from ops import http, wait
from ops.chaos import hog, latency, pods
from ops.chaos.fault import Record
from ops.chaos.pods import NOTES, Hands
from ops.chaos.podspells import Spell
from ops.chaos.spells import LONGEST_SECONDS
from ops.ports import HOST

DETACHED = 'python -c "$0" "$@" >/dev/null 2>&1 &'  # kubectl exec would wait for it
SWITCHES = """import json, sys
from urllib.request import Request, urlopen
told = Request("http://127.0.0.1:8000/faults/", *(word.encode() for word in sys.argv[1:]))
told.method = "PUT" if sys.argv[1:] else "GET"
print(urlopen(told, timeout=5).read().decode())
"""


class Pressure(Spell):
    """A helper in one pod of notes takes its processors or its memory, within the pod's own limits."""

    def __init__(self, name: str, hands: Hands, kind: str, amount: int) -> None:
        super().__init__(name, hands)
        self.kind, self.amount = kind, amount
        self.code = Path(hog.__file__).read_text()

    def plan(self, chance: random.Random) -> Record:
        """Which pod, how much, and the token that the helper is known by, before there is one."""
        pod = chance.choice(self.hands.pods(NOTES))
        unit = "busy processes" if self.kind == "cpu" else "MiB"
        token = f"notes-chaos-{secrets.token_hex(8)}"
        return {"victim": f"{pod.name}: {self.amount} {unit}", "pods": pods.noted([pod]), "token": token}

    def inject(self, record: Record) -> None:
        """Start the helper."""
        (pod,) = pods.victims(record)
        given = (self.kind, str(self.amount), str(LONGEST_SECONDS), record["token"])
        self.hands.kubectl.ask("exec", pod.name, "--", "sh", "-c", DETACHED, self.code, *given)
        wait.until(lambda: self._started(record), "the helper to start", seconds=10, mend="./inv chaos --undo")

    def _started(self, record: Record) -> None:
        if not self._count(record):
            raise wait.Pending("no process with its token")

    def undo(self, record: Record) -> None:
        """End it."""
        for pod in self.left(record):
            self.hands.python(pod, self.code, "end", record["token"], check=False)

    def traces(self, record: Record) -> list[str]:
        """Helpers that run, or what does not answer."""
        count = self._count(record)
        return [f"{count} helpers run"] if count else self.hands.unwell()

    def _count(self, record: Record) -> int:
        told = [self.hands.python(pod, self.code, "count", record["token"], check=False) for pod in self.left(record)]
        return sum(int(each or 0) for each in told)


class Latency(Spell):
    """Each request of each pod of notes waits, by the application's own switches; undoing puts back what they were."""

    def missing(self) -> str:
        """Why the switches are not to be had."""
        host, port = self.hands.target.hosts[NOTES], self.hands.target.place.gateway_port
        status = http.get(f"http://{HOST}:{port}/faults/", host=host).status
        return "" if status == 200 else f"the fault switches are off ({latency.MEND} --on kind)"

    def plan(self, _chance: random.Random) -> Record:
        """The switches of each pod as they are."""
        found = self.hands.pods(NOTES)
        before = {pod.uid: json.loads(self.hands.python(pod, SWITCHES)) for pod in found}
        victim = f"{len(found)} pods of {NOTES}: {latency.ADDED_MS:g} ms before each answer"
        return {"victim": victim, "pods": pods.noted(found), "before": before}

    def inject(self, record: Record) -> None:
        """Add to what is switched on already."""
        for pod in pods.victims(record):
            switches = {**record["before"][pod.uid], "latency_ms": latency.ADDED_MS}
            self.hands.python(pod, SWITCHES, json.dumps(switches))

    def undo(self, record: Record) -> None:
        """Put the switches back."""
        for pod in self.left(record):
            self.hands.python(pod, SWITCHES, json.dumps(record["before"][pod.uid]), check=False)

    def traces(self, record: Record) -> list[str]:
        """Switches that differ, or what does not answer."""
        for pod in self.left(record):
            told = self.hands.python(pod, SWITCHES, check=False)
            if not told or json.loads(told) != record["before"][pod.uid]:
                return [f"switches of {pod.name} are {told or 'not to be read'}"]
        return self.hands.unwell()
