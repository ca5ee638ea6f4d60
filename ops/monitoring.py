"""The manifests of what watches a cluster, part by part. The files that they read are compose's, in observability/."""

from collections.abc import Collection

from ops import manifests
from ops.manifests import Manifest
from ops.settings import OBSERVABILITY

FOLDER = manifests.COMPONENTS / "monitoring"
NAMESPACE = "monitoring"
NODE_NAMESPACE = "monitoring-node"
"""Where Alloy reads the lines of each node: the one namespace that is not `restricted`."""

HOSTS = {part: f"{part}.localhost" for part in ("prometheus", "alertmanager", "loki", "grafana")}
"""The names of the parts at the gateway; Alloy has no page there."""


def namespaces() -> list[Manifest]:
    """The namespaces, and what they have without any part: their gateway, and policies that deny."""
    return manifests.build(FOLDER / "namespaces")


def render(parts: Collection[str] = OBSERVABILITY, *, namespace: str = "dev") -> list[Manifest]:
    """The objects of these parts, without their namespaces; `namespace` has the database that is asked.

    With all parts and `dev` it is, with `namespaces`, what `kubectl apply -k k8s/components/monitoring` applies. Raises
    OpsError when it cannot be rendered.
    """
    found = [each for part in parts for each in manifests.build(FOLDER / part)]
    for each in found:
        if each["kind"] == "Deployment" and each["metadata"]["name"] == "alloy-cluster":
            _ask_database_of(each, namespace)
    return found


def _ask_database_of(deployment: Manifest, namespace: str) -> None:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    values = {"DATABASE_HOST": f"database.{namespace}:5432", "DATABASE_NAMESPACE": namespace}
    for variable in container["env"]:
        variable["value"] = values.get(variable["name"], variable.get("value"))
