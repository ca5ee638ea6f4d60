"""Faults of a cluster that last in pods until they are undone."""

import random

from ops.chaos import pods
from ops.chaos.fault import Record
from ops.chaos.pods import Hands


class Spell:
    """What faults that last have in common."""

    lasts = True

    def __init__(self, name: str, hands: Hands) -> None:
        self.name, self.hands = name, hands
        self.rest = 2.0

    def missing(self) -> str:
        """Nothing is."""
        return ""

    def left(self, record: Record) -> list[pods.Pod]:
        """Victims that are still there: a pod that is gone took the fault with it."""
        there = {each["metadata"]["uid"] for each in self.hands.kubectl.get("pods")}
        return [pod for pod in pods.victims(record) if pod.uid in there]


class Frozen(Spell):
    """SIGSTOP to all processes of one pod of a part; SIGCONT undoes it."""

    def __init__(self, name: str, hands: Hands, part: str) -> None:
        super().__init__(name, hands)
        self.part = part

    def plan(self, chance: random.Random) -> Record:
        """Which pod."""
        pod = chance.choice(self.hands.pods(self.part))
        return {"victim": f"all processes of {pod.name}", "part": self.part, "pods": pods.noted([pod])}

    def inject(self, record: Record) -> None:
        """Stop it."""
        self.hands.signal(pods.victims(record), "STOP")

    def undo(self, record: Record) -> None:
        """Let it go on; to one that does, or that is gone, it means nothing."""
        self.hands.signal(pods.victims(record), "CONT")

    def traces(self, record: Record) -> list[str]:
        """How much is still stopped, or what does not answer."""
        count = self.hands.stopped(pods.victims(record))
        return [f"{count} processes are stopped"] if count else self.hands.unwell()
