"""Faults of a cluster that strike pods once: the cluster must bring back what they end."""

import random
from collections.abc import Sequence

from ops.chaos import pods
from ops.chaos.fault import Record
from ops.chaos.pods import Hands, Pod

SETTLED_SECONDS = 2.0  # for a new pod to be known to the gateway and to have served


class Strike:
    """What faults that strike pods have in common: there is nothing to put back, only to wait for."""

    lasts = False

    def __init__(self, name: str, hands: Hands) -> None:
        self.name, self.hands = name, hands
        self.rest = SETTLED_SECONDS

    def missing(self) -> str:
        """Nothing is."""
        return ""

    def undo(self, record: Record) -> None:
        """Do nothing: what was ended is not ours to bring back, or no healing would be measured."""


class Deleted(Strike):
    """Pods of a part deleted: one that the seed picks, or with `every` all of them.

    Without `hard` in order, with all the time that a pod has to end. With it each container gets SIGKILL first, so that
    nobody can say goodbye. The pod is gone from the API only when its node says that it has ended: a second PostgreSQL
    must never find the first at work on its files.
    """

    def __init__(self, name: str, hands: Hands, part: str, *, hard: bool = False, every: bool = False) -> None:
        super().__init__(name, hands)
        self.part, self.hard, self.every = part, hard, every

    def plan(self, chance: random.Random) -> Record:
        """Who is to go."""
        found = self.hands.pods(self.part)
        chosen = found if self.every else [chance.choice(found)]
        which = f"all {len(found)} pods of {self.part}" if self.every else chosen[0].name
        return {"victim": which, "part": self.part, "pods": pods.noted(chosen)}

    def inject(self, record: Record) -> None:
        """Delete them, all at once."""
        chosen = pods.victims(record)
        grace = ["--grace-period=1"] if self.hard else []
        if self.hard:  # frozen first: else its kubelet would start it again before it hears that the pod is to go
            self.hands.signal(chosen, "STOP")
        self.hands.kubectl.ask(
            "delete", "pod", *(pod.name for pod in chosen), "--ignore-not-found", "--wait=false", *grace
        )
        if self.hard:
            self.hands.signal(chosen, "KILL")

    def undo(self, record: Record) -> None:
        """Let those go on that a tool which was killed has left frozen; what is gone is not ours to bring back."""
        if self.hard:
            self.hands.signal(pods.victims(record), "CONT")

    def traces(self, record: Record) -> list[str]:
        """Victims that are frozen or that nobody has deleted, or what does not answer."""
        gone = {pod.uid for pod in pods.victims(record)}
        left = [each for each in self.hands.kubectl.get("pods", check=False) if each["metadata"]["uid"] in gone]
        if alive := [each["metadata"]["name"] for each in left if "deletionTimestamp" not in each["metadata"]]:
            return [f"{alive[0]} was not deleted yet"]
        return self.hands.unwell()


class ContainerKilled(Strike):
    """SIGKILL to the container of one pod of notes; its kubelet starts it again in the same pod."""

    def plan(self, chance: random.Random) -> Record:
        """One whose container has not ended before, where there is one: after that a kubelet waits longer each time."""
        found = self.hands.pods(pods.NOTES)
        pod = chance.choice(unspent(found))
        before = f", which has restarted {pod.restarts} times" if pod.restarts else ""
        return {"victim": f"the container of {pod.name}{before}", "part": pods.NOTES, "pods": pods.noted([pod])}

    def inject(self, record: Record) -> None:
        """Kill it."""
        self.hands.signal(pods.victims(record), "KILL")

    def traces(self, record: Record) -> list[str]:
        """The container as it was, or what does not answer."""
        (victim,) = pods.victims(record)
        now = {pods.named(each).container for each in self.hands.kubectl.get("pods", check=False)}
        return [f"{victim.name} was not seen to end yet"] if victim.container in now else self.hands.unwell()


def unspent(found: Sequence[Pod]) -> list[Pod]:
    """Those of them that have restarted least often."""
    least = min(pod.restarts for pod in found)
    return [pod for pod in found if pod.restarts == least]
