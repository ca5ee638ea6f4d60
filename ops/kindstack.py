"""What runs on the kind cluster: its workloads as they are found, and what watches them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops import console, deploy, http, manifests, monitoring, pods, stack, wait
from ops.cluster import secrets
from ops.kubectl import Kubectl
from ops.settings import OBSERVABILITY
from ops.stack import FIRST_PAGES as FIRST_PAGES
from ops.versions import IMAGES

DATABASE = "database"
MONITORING = monitoring.NAMESPACE
NAMESPACES = (MONITORING, monitoring.NODE_NAMESPACE)
"""Namespaces of k8s/components/monitoring; a test compares."""

NAME = "app.kubernetes.io/name"
PART_OF = "app.kubernetes.io/part-of=notes-platform"
ANSWER_SECONDS = 30.0  # a route acts a third of a second to two seconds after its pods are ready


@dataclass(frozen=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet as it was found: its part, kubectl's name for it, its state."""

    part: str
    name: str
    label: str
    selector: str
    state: str
    since: str
    inside: str
    kubectl: Kubectl


def workloads(kubectl: Kubectl) -> list[Workload]:
    """What runs in that namespace; nothing where it or the cluster is not there."""
    found = kubectl.get("statefulsets,deployments,daemonsets", check=False)
    return [_workload(each, kubectl) for each in found]


def _workload(found: Mapping[str, Any], kubectl: Kubectl) -> Workload:
    name = found["metadata"]["name"]
    pairs = found["spec"]["selector"]["matchLabels"]
    return Workload(
        part=name.removesuffix("-stable"),
        name=f"{found['kind'].lower()}/{name}",
        label=found["spec"]["template"]["metadata"]["labels"].get(NAME, name),
        selector=",".join(f"{key}={value}" for key, value in pairs.items()),
        state=pods.state(found),
        since=found["metadata"]["creationTimestamp"].replace("T", " ").replace("Z", " UTC"),
        inside=f"in {found['metadata']['namespace']}",
        kubectl=kubectl,
    )


def watched(without: Collection[str]) -> list[str]:
    """The parts that are to watch the others. Raises OpsError for one in `without` that cannot be left out."""
    left_out = stack.left_out(without)
    return [part for part in OBSERVABILITY if part not in left_out]


def images(watched: Sequence[str]) -> list[str]:
    """Images of others that the nodes need for the application and for these parts."""
    return [IMAGES[part] for part in (DATABASE, *watched)]


def deploy_watching(kubectl: Kubectl, watched: Sequence[str], texts: Mapping[str, str], namespace: str) -> None:
    """Bring these parts to their namespaces and wait until each is ready.

    `texts` are the secrets by name; `namespace` has the database that is asked for its metrics.
    """
    with console.step("observability") as step:
        step.note = ", ".join(watched)
        kubectl.apply(monitoring.namespaces())
        kubectl.apply(secrets.objects(texts, MONITORING, secrets.MONITORING), server_side=True)
        objects = monitoring.render(watched, namespace=namespace)
        kubectl.apply(objects)
        for namespace in NAMESPACES:
            made = [found for found in objects if found["metadata"].get("namespace") == namespace]
            deploy.until_ready(kubectl.within(namespace), manifests.of_kind(made, *deploy.WORKLOADS))


def until_answered(part: str, ask: Callable[[], http.Answer]) -> None:
    """Return when that part answers 200 through the gateway."""

    def probe() -> None:
        answer = ask()
        if answer.status != 200:
            raise wait.Pending(f"{answer.status or answer.text}")

    wait.until(
        probe, f"'{part}' at the gateway", seconds=ANSWER_SECONDS, every=0.2, mend=f"./inv logs {part} --on kind"
    )
