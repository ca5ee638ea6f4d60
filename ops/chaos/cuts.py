"""Networks cut, by packet filters in the network of a pod: nothing of the cluster's own is touched.

The filter is put there from the pod's node, so that it works where policies are not enforced, and no pod needs a right.
"""

import random

from ops.chaos import pods
from ops.chaos.fault import Record
from ops.chaos.pods import DATABASE, NOTES, Pod
from ops.chaos.podspells import Spell

TABLE = "notes_chaos"
GATEWAY, GATEWAY_LABELS = "traefik", "app.kubernetes.io/name=traefik"
PORTS = {DATABASE: 5432, NOTES: 8000}
"""Ports of the pods, as in their manifests; a test compares."""

DROP = "add rule inet {table} {way} {who} tcp dport {port} drop"
SCRIPT = (
    "nft add table inet {table} && "
    'nft "add chain inet {table} in {{ type filter hook input priority 0; }}" && '
    'nft "add chain inet {table} out {{ type filter hook output priority 0; }}" && '
    'nft "{rule}"'
)


class Cut(Spell):
    """What cuts have in common: one rule in the network of each victim, in a table of our own."""

    part = NOTES

    def rule(self, victim: Pod) -> str:
        """What is dropped in that pod's network, in nft's words."""
        raise NotImplementedError

    def plan(self, chance: random.Random) -> Record:
        """Which pod, and the rule for it."""
        pod = chance.choice(self.hands.pods(self.part))
        return {"victim": pod.name, "part": self.part, "pods": pods.noted([pod]), "rule": self.rule(pod)}

    def inject(self, record: Record) -> None:
        """Put the rule there."""
        for pod in pods.victims(record):
            self.hands.in_network(pod, SCRIPT.format(table=TABLE, rule=record["rule"]))

    def undo(self, record: Record) -> None:
        """Take the table away, where there is one."""
        for pod in pods.victims(record):
            if self._tables(pod):
                self.hands.in_network(pod, f"nft delete table inet {TABLE}")

    def traces(self, record: Record) -> list[str]:
        """Tables of ours, or what does not answer."""
        left = [pod.name for pod in pods.victims(record) if self._tables(pod)]
        return [f"there is a packet filter in {name}" for name in left] or self.hands.unwell()

    def _tables(self, pod: Pod) -> bool:
        return f"table inet {TABLE}\n" in f"{self.hands.in_network(pod, 'nft list tables')}\n"


class DatabaseCut(Cut):
    """The database's pod drops what comes for its port, but from its own node: the kubelet's probes get through."""

    part = DATABASE

    def rule(self, victim: Pod) -> str:
        """All but the node's own address, which is the pod's way out."""
        way_out = self.hands.in_network(victim, "ip -4 route show default").split()[2]
        return DROP.format(table=TABLE, way="in", who=f"ip saddr != {way_out}", port=PORTS[DATABASE])


class PodCut(Cut):
    """One pod of notes reaches no database: what its readiness is for, and so it lasts until that has told."""

    LEAST_SECONDS = 14.0  # three failures in a row, each after 2 s of waiting for the database, a second apart: 9 s

    def plan(self, chance: random.Random) -> Record:
        """Which pod, and for how long at least."""
        return {**super().plan(chance), "least": self.LEAST_SECONDS}

    def rule(self, victim: Pod) -> str:  # noqa: ARG002 - the same for each
        """All that goes to a database's port."""
        return DROP.format(table=TABLE, way="out", who="", port=PORTS[DATABASE])


class GatewayCut(Cut):
    """One pod of notes drops what comes from the gateway; its probes succeed, so that it stays among the endpoints."""

    def rule(self, victim: Pod) -> str:  # noqa: ARG002 - the same for each
        """The addresses of the gateway's pods."""
        found = self.hands.kubectl.within(GATEWAY).get("pods", "--selector", GATEWAY_LABELS)
        addresses = sorted(each["status"]["podIP"] for each in found if each["status"].get("podIP"))
        return DROP.format(table=TABLE, way="in", who=f"ip saddr {{ {', '.join(addresses)} }}", port=PORTS[NOTES])
