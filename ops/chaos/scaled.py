"""Workloads taken to no pod at all, and back."""

import random

from ops.chaos.fault import Record
from ops.chaos.pods import Hands
from ops.chaos.podspells import Spell
from ops.errors import OpsError
from ops.kubectl import Kubectl


class Scaled(Spell):
    """A Deployment or StatefulSet such as `deployment/coredns` scaled to 0; undoing scales it to what it was."""

    def __init__(self, name: str, hands: Hands, workload: str, namespace: str = "") -> None:
        super().__init__(name, hands)
        self.workload, self.namespace = workload, namespace

    @property
    def kubectl(self) -> Kubectl:
        """kubectl for the workload's namespace: the target's, where none was given."""
        return self.hands.kubectl.within(self.namespace) if self.namespace else self.hands.kubectl

    def plan(self, _chance: random.Random) -> Record:
        """How many pods it is to have."""
        found = self.kubectl.get(self.workload)
        wanted = found[0]["spec"].get("replicas", 1) if found else 0
        if not wanted:
            raise OpsError(f"'{self.workload}' cannot be stopped", "it has no pods", "./inv cluster.status")
        return {"victim": f"{self.workload}, {wanted} pods", "replicas": wanted}

    def inject(self, _record: Record) -> None:
        """Scale it to none."""
        self.kubectl.ask("scale", self.workload, "--replicas=0")

    def undo(self, record: Record) -> None:
        """Scale it back."""
        self.kubectl.ask("scale", self.workload, f"--replicas={record['replicas']}")

    def traces(self, record: Record) -> list[str]:
        """What it lacks, or what does not answer."""
        found = self.kubectl.get(self.workload, check=False)
        wanted = found[0]["spec"].get("replicas", 1) if found else 0
        ready = found[0]["status"].get("readyReplicas", 0) if found else 0
        if wanted != record["replicas"] or ready < wanted:
            return [f"{self.workload}: {ready} of {record['replicas']} pods Ready"]
        return self.hands.unwell()
