"""docs/network-policy.md says exactly which pairs the manifests let through, for every pair of pods and outside."""

import re
from itertools import product

import pytest

from ops import peers
from ops.paths import ROOT
from ops.peers import Address, Pod, Port
from ops.policy import Policies, read
from tests.support import rendered

PAGE = ROOT / "docs" / "network-policy.md"
DNS = Pod("kube-system", "kube-dns", {"k8s-app": "kube-dns"}, (Port(53, "dns", "UDP"), Port(53, "dns-tcp", "TCP")))
# who has no name here: some public address, and a machine of the cluster's own network, as the API server is
OUTSIDE = (Address("203.0.113.7", "anywhere"), Address("10.1.2.3", "own network"))
OTHER = Port(1)  # a port that nobody would name: open only where all are
APPLICATIONS = ("dev", "preprod", "prod")

Row = tuple[str, str, str]


def cluster(*overlays: str) -> tuple[Policies, list[Pod]]:
    return read([found for name in (*overlays, "traefik", "monitoring") for found in rendered.objects(name)])


def title(pod: Pod) -> str:
    return f"{pod.namespace}/{pod.name}"


def inside(policies: Policies, pods: list[Pod]) -> set[Row]:
    return {
        (title(one), title(other), f"{port.number}/{port.protocol}")
        for one, other in product(pods, [*pods, DNS])
        for port in other.ports
        if policies.allow(one, other, port)
    }


def asked(policies: Policies) -> list[Port]:
    """Every port that some policy names by its number, and one that none names."""
    numbers = {
        (given["port"], given.get("protocol", "TCP"))
        for policy in policies.policies
        for way in ("ingress", "egress")
        for rule in policy["spec"].get(way) or []
        for given in rule.get("ports", [])
        if isinstance(given.get("port"), int)
    }
    return [OTHER, *(Port(number, protocol=protocol) for number, protocol in sorted(numbers))]


def outwards(policies: Policies, pods: list[Pod]) -> set[Row]:
    return {
        (title(pod), address.name, f"{port.number}/{port.protocol}")
        for pod, address, port in product(pods, OUTSIDE, asked(policies))
        if policies.allow(pod, address, port)
    }


def inwards(policies: Policies, pods: list[Pod]) -> set[Row]:
    return {
        (address.name, title(pod), f"{port.number}/{port.protocol}")
        for address, pod in product(OUTSIDE, pods)
        for port in [*pod.ports, OTHER]
        if policies.allow(address, pod, port)
    }


def table(heading: str) -> set[Row]:
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \| (\d+/\w+) \| [^|]+ \|$", section, re.MULTILINE)
    rows = {
        (one, other, port) for ones, others, port in found for one in ones.split(", ") for other in others.split(", ")
    }
    assert rows, heading
    return rows


def test_the_pairs_of_pods_are_those_of_the_page() -> None:
    assert inside(*cluster("dev")) == table("Pod to pod")


def test_what_pods_reach_outside_is_what_the_page_says() -> None:
    assert outwards(*cluster("dev")) == table("Pod to outside")


def test_what_is_reached_from_outside_is_what_the_page_says() -> None:
    assert inwards(*cluster("dev")) == table("Outside to pod")


@pytest.mark.parametrize("overlay", ["preprod", "prod"])
def test_the_other_namespaces_have_the_same_pairs(overlay: str) -> None:
    mine, other = f"{overlay}/", "dev/"
    for compute in (inside, outwards, inwards):
        theirs = {(a.replace(mine, other), b.replace(mine, other), port) for a, b, port in compute(*cluster(overlay))}
        assert theirs == compute(*cluster("dev"))


def test_namespaces_of_the_application_cannot_reach_each_other() -> None:
    found = inside(*cluster(*APPLICATIONS))
    between = {(a, b) for a, b, _ in found if a.split("/")[0] in APPLICATIONS and b.split("/")[0] in APPLICATIONS}
    assert between
    assert all(a.split("/")[0] == b.split("/")[0] for a, b in between)


def test_every_pod_of_ours_is_closed_by_default() -> None:
    policies, pods = cluster(*APPLICATIONS)
    stranger = Pod("default", "stranger", {}, (Port(8000, "http"),))
    entries = {(title(pod), port.number) for pod in pods for port in pod.ports if policies.allow(stranger, pod, port)}
    assert entries == {("traefik/traefik", 8000)}
    assert not [title(pod) for pod in pods if policies.allow(pod, stranger, Port(1))]


def test_on_eks_only_those_that_need_it_reach_the_database() -> None:
    policies, pods = read(rendered.objects("eks"))
    database = Address("10.0.3.4")
    able = {pod.name for pod in pods if policies.allow(pod, database, Port(5432))}
    assert able == {"notes-stable", "migrate", "auth", "auth-migrate"}
    assert peers.pods(rendered.objects("eks"))
