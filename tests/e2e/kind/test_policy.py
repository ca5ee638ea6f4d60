"""Every pair of pods is opened for real, where the cluster's network enforces policies at all.

A stand-in takes the place of each workload: same namespace, labels and ports, and nothing behind them. The namespaces
have names of their own, so that nothing else in the cluster is meant by the policies.
"""

import json
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from ops import manifests
from ops.cluster import lifecycle
from ops.kubectl import Kubectl
from ops.paths import ROOT
from ops.peers import Address, Pod, Port
from ops.policy import NAME_LABEL, read
from tests.support import kind, rendered

pytestmark = pytest.mark.timeout(900)

OURS = ("dev", "traefik", "monitoring", "monitoring-node")
LISTEN, CONNECT = (ROOT / "tests" / "support" / name for name in ("listen.py", "connect.py"))
SETTLE_SECONDS = 10.0  # plugins act within a second or two
API_PORT = Port(6443)
RIGHTS = {
    "runAsNonRoot": True,
    "runAsUser": 10001,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}

Manifest = dict[str, Any]


def moved(value: Any, names: dict[str, str]) -> Any:
    """The same objects with other names of namespaces, in selectors too."""
    if isinstance(value, list):
        return [moved(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: names.get(each, each) if key in ("namespace", NAME_LABEL) else moved(each, names)
        for key, each in value.items()
    }


def network(names: dict[str, str]) -> list[Manifest]:
    """Namespaces, policies and workloads of everything that is deployed, in the namespaces of those names."""
    kinds = ("Namespace", "NetworkPolicy", "Deployment", "StatefulSet", "DaemonSet", "Job")
    found = [each for name in ("dev", "traefik", "monitoring") for each in rendered.objects(name)]
    objects: list[Manifest] = moved(manifests.of_kind(found, *kinds), names)
    for each in manifests.of_kind(objects, "Namespace"):
        each["metadata"]["name"] = names[each["metadata"]["name"]]
    return objects


def stand_in(pod: Pod, image: str) -> Manifest:
    """A pod in that one's place, listening on its ports."""
    ports = [port for port in pod.ports if port.protocol == "TCP"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": pod.name, "namespace": pod.namespace, "labels": dict(pod.labels)},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {
                    "name": "stand-in",
                    "image": image,
                    "command": ["python", "-c", LISTEN.read_text(), *(str(port.number) for port in ports)],
                    "ports": [{"name": port.name, "containerPort": port.number} for port in ports],
                    "securityContext": RIGHTS,
                }
            ],
        },
    }


def addresses(kubectl: Kubectl, pods: list[Pod]) -> dict[Pod, str] | None:
    """The address of each stand-in, once all run."""
    found = {}
    for pod in pods:
        (each,) = kubectl.within(pod.namespace).get("pod", pod.name)
        if each["status"]["phase"] != "Running":
            return None
        found[pod] = each["status"]["podIP"]
    return found


def opened(kubectl: Kubectl, source: Pod, ends: list[tuple[str, int]]) -> list[bool]:
    """Which of these addresses and ports a connection from there reaches."""
    words = ["exec", source.name, "--", "python", "-c", CONNECT.read_text(), json.dumps(ends)]
    found: list[bool] = json.loads(kubectl.within(source.namespace).ask(*words).out)
    return found


@pytest.fixture
def names(kind_cluster: kind.Cluster) -> Iterator[dict[str, str]]:
    mark = uuid.uuid4().hex[:6]
    found = {name: f"policy-{mark}-{name}" for name in OURS}
    yield found
    kind_cluster.place.kubectl.do("delete", "namespace", "--ignore-not-found", "--wait=false", *found.values())


@pytest.fixture
def enforcing(kind_cluster: kind.Cluster, names: dict[str, str]) -> str:
    """The image of the stand-ins. Skips where a policy that denies everything denies nothing."""
    image = lifecycle.load(kind_cluster.place)
    kubectl, place = kind_cluster.place.kubectl, names["dev"]
    pods = [Pod(place, "probe-a", {}, (Port(8000, "http"),)), Pod(place, "probe-b", {}, (Port(8000, "http"),))]
    closed = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    meta = {"name": "nothing", "namespace": place}
    kubectl.apply([{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place}}])
    kubectl.apply([stand_in(pod, image) for pod in pods])
    ip = kind.until(partial(addresses, kubectl, pods), "the probes run")[pods[1]]
    assert opened(kubectl, pods[0], [(ip, 8000)]) == [True]
    policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": closed}
    kubectl.apply([policy])
    try:
        kind.until(lambda: opened(kubectl, pods[0], [(ip, 8000)]) == [False], "closed", seconds=SETTLE_SECONDS)
    except AssertionError:
        pytest.skip("this cluster's network does not enforce NetworkPolicies: what denies everything denies nothing")
    return image


def test_every_pair_is_as_the_manifests_say(kind_cluster: kind.Cluster, names: dict[str, str], enforcing: str) -> None:
    kubectl = kind_cluster.place.kubectl
    wrong = differences(kubectl, network(names), enforcing)
    if wrong:  # what was applied a moment ago may not be in force yet on every node
        wrong = differences(kubectl, network(names), enforcing)
    assert not wrong


def differences(kubectl: Kubectl, objects: list[Manifest], image: str) -> list[str]:
    """The connections that are not as the policies have it."""
    policies, pods = read(objects)
    kubectl.apply(manifests.of_kind(objects, "Namespace"))
    kubectl.apply(manifests.of_kind(objects, "NetworkPolicy"))
    kubectl.apply([stand_in(pod, image) for pod in pods])
    ips = kind.until(partial(addresses, kubectl, pods), "all stand-ins run")
    (dns, *_) = kubectl.within("kube-system").get("pods", "--selector", "k8s-app=kube-dns")
    names = Pod("kube-system", "kube-dns", dns["metadata"]["labels"], (Port(53, "dns-tcp"),))
    (master, *_) = kubectl.get("nodes", "--selector", "node-role.kubernetes.io/control-plane")
    api = Address(next(each["address"] for each in master["status"]["addresses"] if each["type"] == "InternalIP"))
    known = {**ips, names: dns["status"]["podIP"]}
    wrong = []
    for source in pods:
        ends = [(end, port, ip) for end, ip in known.items() if end != source for port in end.ports]
        found = opened(kubectl, source, [*((ip, port.number) for _, port, ip in ends), (api.ip, API_PORT.number)])
        for (end, port), is_open in zip([*((e, p) for e, p, _ in ends), (api, API_PORT)], found, strict=True):
            if policies.allow(source, end, port) is not is_open:
                wrong.append(f"{source.namespace}/{source.name} to {end.name or end} {port.number}: open is {is_open}")
    return wrong
