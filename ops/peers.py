"""Who is at the ends of a connection: the pods that manifests make, and what is outside of the cluster."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TEMPLATES = ("Deployment", "StatefulSet", "DaemonSet", "Job")
"""The kinds that make pods."""


@dataclass(frozen=True)
class Port:
    """A port that a pod listens on, or that something is asked for at."""

    number: int
    name: str = ""
    protocol: str = "TCP"


@dataclass(frozen=True)
class Pod:
    """Any pod of a workload."""

    namespace: str
    name: str
    labels: Mapping[str, str] = field(hash=False)
    ports: tuple[Port, ...] = ()


@dataclass(frozen=True)
class Address:
    """Something outside of the cluster."""

    ip: str
    name: str = ""


def pods(objects: Iterable[Mapping[str, Any]]) -> list[Pod]:
    """The pods of the workloads among these objects, one for each workload."""
    return [_pod(found) for found in objects if found["kind"] in TEMPLATES]


def _pod(workload: Mapping[str, Any]) -> Pod:
    template = workload["spec"]["template"]
    ports = [
        Port(port["containerPort"], port.get("name", ""), port.get("protocol", "TCP"))
        for container in template["spec"]["containers"]
        for port in container.get("ports", [])
    ]
    place = workload["metadata"]
    return Pod(place.get("namespace", "default"), place["name"], template["metadata"].get("labels", {}), tuple(ports))
