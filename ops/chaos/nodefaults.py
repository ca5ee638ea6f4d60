"""Nodes that go away: killed, paused, drained; one, or all of a zone."""

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from ops.chaos import pods
from ops.chaos.fault import Record
from ops.chaos.pods import DATABASE, NOTES, Hands
from ops.chaos.podspells import Spell
from ops.errors import OpsError

ZONE = "topology.kubernetes.io/zone"
HEALTH = "curl --silent --fail --max-time 2 http://127.0.0.1:10248/healthz"
"""The kubelet's own word, on its node; the API goes on saying Ready for 40 s after a node is gone."""
DRAIN_SECONDS = 90
Manifest = Mapping[str, Any]


class NodeFault(Spell):
    """What faults of nodes have in common: the choice of the victim.

    The database's node is left out: its volume lies there, so that it could only wait for it. That is what
    `database-stopped` measures. The control plane is left out, because the gateway and the tool's own eyes are on it.
    """

    def choose(self, chance: random.Random, *, zone: bool = False) -> Record:
        """The nodes to hit, and the pods of notes on them."""
        notes = self.hands.pods(NOTES)
        homes = {pod.node for pod in self.hands.pods(DATABASE)}
        groups = choices(self.hands.kubectl.get("nodes"), homes, {pod.node for pod in notes}, by_zone=zone)
        if not groups:
            raise OpsError("no node can be hit", "each is the database's, or not Ready", "./inv cluster.status")
        name = chance.choice(sorted(groups))
        nodes = groups[name]
        hit = [pod for pod in notes if pod.node in nodes]
        which = f"{name} ({', '.join(nodes)})" if zone else name
        return {"victim": f"{which}, {len(hit)} pods of notes on it", "nodes": nodes, "pods": pods.noted(hit)}

    def plan(self, chance: random.Random) -> Record:
        """Which node."""
        return self.choose(chance)

    def not_ready(self, record: Record) -> list[str]:
        """Nodes of the record that the API does not call Ready and open for pods."""
        found = {each["metadata"]["name"]: each for each in self.hands.kubectl.get("nodes", check=False)}
        return [f"{name} is {why}" for name in record["nodes"] if (why := ailment(found.get(name)))]


class NodeDown(NodeFault):
    """The containers of nodes killed, or frozen by the engine; undoing starts them, or lets them go on."""

    def __init__(self, name: str, hands: Hands, how: str, *, zone: bool = False) -> None:
        super().__init__(name, hands)
        self.how, self.zone = how, zone
        self.rest = 5.0

    def plan(self, chance: random.Random) -> Record:
        """Which node, or which zone."""
        return self.choose(chance, zone=self.zone)

    def inject(self, record: Record) -> None:
        """Kill or pause them."""
        self.hands.docker(self.how, *record["nodes"])

    def undo(self, record: Record) -> None:
        """Bring back those that are not there."""
        for node, state in self._states(record).items():
            if state == "paused":
                self.hands.docker("unpause", node)
            elif state != "running":
                self.hands.docker("start", node)

    def traces(self, record: Record) -> list[str]:
        """Nodes that are not back, containers of before that their kubelet has not found dead, or what lacks."""
        if gone := [f"{node} is {state}" for node, state in self._states(record).items() if state != "running"]:
            return gone
        if deaf := [node for node in record["nodes"] if self.hands.on(node, HEALTH, check=False) != "ok"]:
            return [f"the kubelet of {node} does not answer" for node in deaf]
        return self.not_ready(record) or self._stale(record) or self.hands.unwell()

    def _states(self, record: Record) -> dict[str, str]:
        told = json.loads(self.hands.docker("inspect", *record["nodes"]))
        return {each["Name"].lstrip("/"): each["State"]["Status"] for each in told}

    def _stale(self, record: Record) -> list[str]:
        """Pods that the API still shows as they were: what it says of them was true before the node ended."""
        if self.how != "kill":
            return []
        before = {pod.container: pod.name for pod in pods.victims(record)}
        now = [pods.named(each).container for each in self.hands.kubectl.get("pods", check=False)]
        return [f"{before[each]} was not started again yet" for each in now if each in before]


class Drained(NodeFault):
    """A node closed for new pods and emptied, as before its maintenance; undoing opens it again."""

    def inject(self, record: Record) -> None:
        """Evict all its pods but those of DaemonSets, as fast as their disruption budgets let them go."""
        (node,) = record["nodes"]
        words = ["--ignore-daemonsets", "--delete-emptydir-data", f"--timeout={DRAIN_SECONDS}s"]
        self.hands.kubectl.do("drain", node, *words, mend="./inv chaos --on kind --undo")

    def undo(self, record: Record) -> None:
        """Open it; to one that is open it means nothing."""
        self.hands.kubectl.ask("uncordon", *record["nodes"])

    def traces(self, record: Record) -> list[str]:
        """That it is closed, or what lacks."""
        return self.not_ready(record) or self.hands.unwell()


def choices(
    nodes: Sequence[Manifest], homes: set[str], busy: set[str], *, by_zone: bool = False
) -> dict[str, list[str]]:
    """Groups of nodes that may be hit, by name: single nodes, or zones.

    Workers that are well; without the groups with one of `homes`, and only those with one of `busy`, if there are any.
    """
    groups: dict[str, list[str]] = {}
    for node in nodes:
        labels, name = node["metadata"]["labels"], node["metadata"]["name"]
        if "node-role.kubernetes.io/control-plane" not in labels:
            groups.setdefault(labels.get(ZONE, name) if by_zone else name, []).append(name)
    well = {node["metadata"]["name"] for node in nodes if not ailment(node)}
    open_ = {name: sorted(members) for name, members in groups.items() if set(members) <= well - homes}
    return {name: members for name, members in open_.items() if set(members) & busy} or open_


def ailment(node: Manifest | None) -> str:
    """What a node is instead of Ready and open for pods; empty when it is both."""
    if node is None:
        return "not known"
    if node["spec"].get("unschedulable"):
        return "closed for pods"
    conditions = {each["type"]: each["status"] for each in node["status"].get("conditions", ())}
    return "" if conditions.get("Ready") == "True" else "not Ready"
