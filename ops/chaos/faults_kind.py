"""The faults of the target kind: pods, nodes and networks of a cluster, which heals by itself."""

from contextlib import AbstractContextManager
from pathlib import Path

from ops.chaos.both import Both
from ops.chaos.broken import CONTROLS, Private, Redeployed
from ops.chaos.cuts import DatabaseCut, GatewayCut, PodCut
from ops.chaos.fault import Fault
from ops.chaos.nodefaults import Drained, NodeDown
from ops.chaos.podloads import Latency, Pressure
from ops.chaos.pods import DATABASE, NOTES, Hands
from ops.chaos.podspells import Frozen
from ops.chaos.podstrikes import ContainerKilled, Deleted
from ops.chaos.scaled import Scaled
from ops.chaos.watching import Watch
from ops.ledger.client import Address
from ops.ports import HOST
from ops.targets.base import Target
from ops.targets.kind import Kind

NOT_HERE = {
    "worker-killed": "a pod has one worker; container-killed is more",
    "workers-killed": "a pod has one worker; container-killed is more",
    "app-killed": "container-killed is the same to one pod, pods-killed to all",
    "worker-frozen": "a pod has one worker; pod-frozen is more",
    "app-frozen": "pod-frozen is the same to one pod",
    "container-paused": "node-paused is the same to a node",
    "database-crashed": "the end of a container's first process ends all; database-killed is the same",
    "connections-cut": "database-killed does that, and more",
}
EVERY_SECONDS = 1.0  # how often to look whether a fault has left: a look starts kubectl, a fifth of a second of a core
TIMES = {"pod-deleted": 3, "pod-killed": 5, "container-killed": 2, "database-killed": 3}
"""Of what happens every day more than one, so that a run ends with ten pods killed and the database three times."""

HOG_MIB = 64  # a pod takes 130 of its 256 MiB under load
SYSTEM = "kube-system"


def faults(target: Target) -> list[Fault]:
    """All faults of this target, in the order they are injected."""
    assert isinstance(target, Kind)
    hands = Hands(target)
    pairs: list[Fault] = [
        Deleted("pod-killed", hands, NOTES, hard=True),
        ContainerKilled("container-killed", hands),
        Frozen("pod-frozen", hands, NOTES),
        Deleted("database-killed", hands, DATABASE, hard=True),
        GatewayCut("gateway-cut", hands),
        Pressure("cpu-pressure", hands, "cpu", 1),
        Pressure("memory-pressure", hands, "memory", HOG_MIB),
        Scaled("dns-gone", hands, "deployment/coredns", SYSTEM),
    ]
    if isinstance(target, Private) and target.what and CONTROLS[target.what].redeployed:
        pairs = [Redeployed(each, target) if each.name == "database-killed" else each for each in pairs]
    return [
        Deleted("pod-deleted", hands, NOTES),
        *pairs,
        Deleted("pods-killed", hands, NOTES, hard=True, every=True),
        PodCut("pod-cut", hands),
        Frozen("database-frozen", hands, DATABASE),
        Scaled("database-stopped", hands, "statefulset/database"),
        DatabaseCut("network-cut", hands),
        Latency("latency-added", hands),
        Scaled("metrics-gone", hands, "deployment/metrics-server", SYSTEM),
        NodeDown("node-paused", hands, "pause"),
        NodeDown("node-killed", hands, "kill"),
        NodeDown("zone-lost", hands, "kill", zone=True),
        Drained("node-drained", hands),
        Both("two-at-once", pairs),
    ]


def address(target: Target) -> Address:
    """Where writers and prober find notes: at the gateway, by its name there."""
    assert isinstance(target, Kind)
    return Address(f"http://{HOST}:{target.place.gateway_port}", target.hosts[NOTES] or None)


def folder(target: Target) -> Path:
    """Where undo records are: with the cluster, because a node that is gone outlives a namespace that is wiped."""
    assert isinstance(target, Kind)
    return target.place.folder / "chaos" / target.namespace


def watching(target: Target, place: Path) -> AbstractContextManager[Watch]:
    """Watch pods and endpoints during a run; what was seen goes to that folder."""
    assert isinstance(target, Kind)
    return Watch(target.place.kubeconfig, target.place.context, target.namespace, address(target), place)
