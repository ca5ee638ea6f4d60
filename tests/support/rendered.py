"""The manifests of this checkout as kubectl renders them, each once a session; skips, saying why, without kubectl."""

import shutil
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from ops import manifests

OVERLAYS = ("dev", "preprod", "prod", "eks")
COMPONENTS = ("traefik", "metrics-server", "monitoring")
EKS_GATEWAY = "eks/gateway"
ALL = (*OVERLAYS, EKS_GATEWAY, *COMPONENTS)

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")

Manifest = dict[str, Any]


def objects(name: str) -> list[Manifest]:
    """The objects of an overlay or a component, by its name."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed: the manifests cannot be rendered")
    return _rendered(name)


@cache
def _rendered(name: str) -> list[Manifest]:
    return manifests.build(manifests.COMPONENTS / name) if name in COMPONENTS else manifests.render(name)


def key(found: Manifest) -> str:
    """Kind and name, as people write it."""
    return f"{found['kind']} {found['metadata']['name']}"


def workloads(*names: str) -> Iterator[tuple[str, Manifest]]:
    """Where each workload of these overlays and components is, or of all, and the workload itself."""
    for name in names or ALL:
        for found in manifests.of_kind(objects(name), *WORKLOADS):
            yield f"{name}: {key(found)}", found


def pod(workload: Manifest) -> Manifest:
    """The specification of a workload's pods."""
    found: Manifest = workload["spec"]["template"]["spec"]
    return found


def containers(found: Manifest) -> list[Manifest]:
    """All containers of a workload, those that run first too."""
    spec = pod(found)
    return [*spec.get("initContainers", []), *spec["containers"]]
