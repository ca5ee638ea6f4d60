"""What can be done to pods and nodes of a kind cluster, whose nodes are containers, and what is seen of them."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ops import http, manifests, run
from ops import pods as states
from ops.chaos.fault import Record
from ops.cluster import nodes
from ops.errors import OpsError
from ops.kubectl import Kubectl
from ops.ports import HOST
from ops.targets.kind import Kind

NOTES, DATABASE = "notes", "database"
DEPLOYMENT = "notes-stable"
NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"
SECONDS = 30.0  # for a word to a node, on a busy machine
FAMILY = """found=
for container in {containers}; do
  pid=$(crictl inspect --output go-template --template '{{{{.info.pid}}}}' $container 2>/dev/null) || continue
  [ "$pid" -gt 0 ] || continue
  family=$(readlink /proc/$pid/ns/pid | tr -dc 0-9)
  found="$found $(ps -eo pid=,pidns= | awk -v family=$family '$2 == family {{ print $1 }}' | tr '\\n' ' ')"
done
[ -n "$found" ] || exit 0
"""
"""Sets `found` to the processes of containers as their node numbers them; ends where none of them runs."""


@dataclass(frozen=True)
class Pod:
    """A pod that is a victim: enough to find it again, its container and its network, or to see that it is gone."""

    name: str
    uid: str
    node: str
    container: str
    restarts: int = 0


class Hands:
    """What faults can do to one namespace of a kind cluster. Methods raise OpsError for what a user can mend."""

    def __init__(self, target: Kind) -> None:
        self.target = target

    @property
    def kubectl(self) -> Kubectl:
        """kubectl for the namespace."""
        return self.target.kubectl

    def docker(self, *words: str, check: bool = True) -> str:
        """What docker says; raises OpsError when it fails."""
        mend = "./inv cluster.status"
        return run.run(["docker", *words], question=True, check=check, timeout=SECONDS, mend=mend).out

    def on(self, node: str, script: str, *, check: bool = True) -> str:
        """What a shell on that node says."""
        return self.docker("exec", node, "sh", "-c", script, check=check)

    def pods(self, part: str) -> list[Pod]:
        """The Ready pods of a part, by name. Raises OpsError when there is none."""
        labels = f"{NAME}={part},{COMPONENT} notin (migrate)"
        found = [named(pod) for pod in self.kubectl.get("pods", "--selector", labels) if states.is_ready(pod)]
        if not found:
            raise OpsError(f"'{part}' cannot be hit", "no pod of it is Ready", "./inv status --on kind")
        return sorted(found, key=lambda pod: pod.name)

    def signal(self, victims: Sequence[Pod], name: str) -> None:
        """Send that signal to all processes of the pods' containers, on all nodes at once; to none that has ended."""
        homes = by_node(victims)
        nodes.each(list(homes), lambda node: self._among(node, homes[node], f"kill -{name} $found 2>/dev/null"))

    def stopped(self, victims: Sequence[Pod]) -> int:
        """How many processes of the pods' containers are stopped."""
        states = "ps -o stat= -p $(echo $found | tr ' ' ,)"
        told = [self._among(node, there, states) for node, there in by_node(victims).items()]
        return sum(row.startswith("T") for rows in told for row in rows.splitlines())

    def _among(self, node: str, there: Sequence[Pod], do: str) -> str:
        containers = " ".join(pod.container for pod in there)
        return self.on(node, FAMILY.format(containers=containers) + do, check=False)

    def in_network(self, pod: Pod, script: str, *, check: bool = True) -> str:
        """What that script says in the network of the pod; empty where the pod is gone."""
        sandbox = f"crictl pods --quiet --state ready --label io.kubernetes.pod.uid={pod.uid}"
        pid = "crictl inspectp --output go-template --template '{{.info.pid}}' $sandbox"
        found = f'sandbox=$({sandbox}); [ -n "$sandbox" ] || exit 0'
        return self.on(pod.node, f"{found}; exec nsenter --target $({pid}) --net sh -c '{script}'", check=check)

    def python(self, pod: Pod, code: str, *words: str, check: bool = True) -> str:
        """What that program says in the pod's container."""
        return self.kubectl.ask("exec", pod.name, "--", "python", "-c", code, *words, check=check).out.strip()

    def unwell(self) -> list[str]:
        """What of notes and its database does not answer now, in words; empty when all of it does."""
        said = lacking(self.kubectl.get("pods,deployments,statefulsets", check=False))
        if said:
            return said
        host = self.target.hosts[NOTES]
        answer = http.get(f"http://{HOST}:{self.target.place.gateway_port}/readyz", host=host)
        return [] if answer.status == 200 else [f"notes: /readyz says {answer.status or answer.text}"]


def named(pod: dict[str, Any]) -> Pod:
    """A pod as the API tells it."""
    (status, *_) = pod["status"].get("containerStatuses") or [{}]
    container = re.sub(r"^\w+://", "", status.get("containerID", ""))
    meta = pod["metadata"]
    return Pod(meta["name"], meta["uid"], pod["spec"].get("nodeName", ""), container, status.get("restartCount", 0))


def lacking(objects: Sequence[dict[str, Any]]) -> list[str]:
    """What notes and its database lack: Ready pods that are not on their way out, by these pods and their owners."""
    said = []
    owners = {each["metadata"]["name"]: each for each in manifests.of_kind(objects, "Deployment", "StatefulSet")}
    for owner, part in ((DEPLOYMENT, NOTES), (DATABASE, DATABASE)):
        wanted = owners[owner]["spec"].get("replicas", 1) if owner in owners else 0
        ready = [
            pod
            for pod in manifests.of_kind(objects, "Pod")
            if states.is_ready(pod)
            and pod["metadata"]["labels"].get(NAME) == part
            and pod["metadata"]["labels"].get(COMPONENT) != "migrate"
        ]
        if not wanted or len(ready) < wanted:
            said.append(f"{part}: {len(ready)} of {wanted} pods Ready")
    return said


def by_node(victims: Sequence[Pod]) -> dict[str, list[Pod]]:
    """The pods of each node."""
    homes: dict[str, list[Pod]] = {}
    for pod in victims:
        homes.setdefault(pod.node, []).append(pod)
    return homes


def noted(victims: Sequence[Pod]) -> list[Record]:
    """Victims for an undo record."""
    return [asdict(pod) for pod in victims]


def victims(record: Record) -> list[Pod]:
    """The victims that an undo record names."""
    return [Pod(**each) for each in record["pods"]]
