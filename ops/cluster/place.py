"""Names, ports and folder of one kind cluster, out of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops import settings
from ops.errors import OpsError
from ops.kubectl import Kubectl
from ops.paths import ROOT, STATE

FILE = ROOT / "kind/cluster.yaml"
GATEWAY_NODE_PORT = 30_080
"""The gateway's port on every node, as in kind/cluster.yaml and in the gateway's Service."""

NETWORK = "kind"
"""The engine's network that kind puts its nodes into; kind's own, never removed by us."""

LABEL = "notes-platform.cluster"
"""On each container of ours beside the nodes, with the cluster's name."""


@dataclass(frozen=True)
class Place:
    """One cluster: `folder` is where it keeps its files, ports are on 127.0.0.1, `crds` is an address or a path."""

    name: str
    folder: Path
    gateway_port: int
    registry_port: int
    crds: str
    node_image: str

    @property
    def kubeconfig(self) -> Path:
        """The file that leads to this cluster and to no other."""
        return self.folder / "kubeconfig"

    @property
    def context(self) -> str:
        """The one context of that file, as kind calls it."""
        return f"kind-{self.name}"

    @property
    def registry(self) -> str:
        """The registry's container; its name is also how the nodes find it."""
        return f"{self.name}-registry"

    @property
    def registry_host(self) -> str:
        """What images of the registry start with, the same on this machine and on the nodes."""
        return f"localhost:{self.registry_port}"

    @property
    def kubectl(self) -> Kubectl:
        """kubectl for this cluster."""
        return Kubectl(self.kubeconfig, self.context)


def place(found: Mapping[str, str] | None = None, state: Path = STATE) -> Place:
    """The cluster that the settings mean (`found` replaces them). Raises OpsError for a port that is none."""
    given = settings.load() if found is None else found
    values = {name: given.get(name) or setting.default for name, setting in settings.KIND.items()}
    name = values[settings.CLUSTER]
    # kind allows more; a name is also part of a container's name and of a path
    if not name.replace("-", "").isalnum() or name != name.lower() or name.startswith("-"):
        raise OpsError(f"'{name}' is no name for a cluster", f"set in {settings.CLUSTER}", "use a-z, 0-9 and -")
    return Place(
        name=name,
        folder=state / "kind" / name,
        gateway_port=settings.port(settings.GATEWAY_PORT, values[settings.GATEWAY_PORT]),
        registry_port=settings.port(settings.REGISTRY_PORT, values[settings.REGISTRY_PORT]),
        crds=values[settings.GATEWAY_API_CRDS],
        node_image=values[settings.NODE_IMAGE],
    )
