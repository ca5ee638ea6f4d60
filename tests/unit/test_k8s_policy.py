"""What made-up NetworkPolicies let through, as the API's reference has it."""

from typing import Any

import pytest

from ops.peers import Address, Pod, Port, pods
from ops.policy import Policies, read
from ops.selectors import matches

HTTP, METRICS = Port(8000, "http"), Port(9100, "metrics")
WEB = Pod("one", "web", {"app": "web"}, (HTTP, METRICS))
STORE = Pod("one", "store", {"app": "store"}, (HTTP,))
STRANGER = Pod("two", "web", {"app": "web"})
PUBLIC, PRIVATE = Address("203.0.113.7"), Address("10.1.2.3")
DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
TO_STORE = {"podSelector": {"matchLabels": {"app": "store"}}}


def policies(*specs: dict[str, Any], namespace: str = "one") -> Policies:
    found = [{"kind": "NetworkPolicy", "metadata": {"name": "n", "namespace": namespace}, "spec": s} for s in specs]
    return Policies(found, {"one": {}, "two": {"team": "blue"}})


def ingress(*rules: dict[str, Any], selector: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"podSelector": selector or {}, "policyTypes": ["Ingress"], "ingress": list(rules)}


def egress(*rules: dict[str, Any]) -> dict[str, Any]:
    return {"podSelector": {}, "policyTypes": ["Egress"], "egress": list(rules)}


def test_without_a_policy_all_is_open() -> None:
    assert policies().allow(WEB, STORE, HTTP)
    assert policies().allow(WEB, PUBLIC, HTTP)
    assert policies().allow(PUBLIC, WEB, HTTP)


def test_a_policy_without_rules_closes_both_ways_for_its_own_namespace_only() -> None:
    closed = policies(DENY)
    assert not closed.allow(WEB, STORE, HTTP)
    assert not closed.allow(STRANGER, WEB, HTTP)
    assert not closed.allow(WEB, STRANGER, HTTP)
    assert not closed.allow(WEB, PUBLIC, HTTP)
    assert not closed.allow(PUBLIC, WEB, HTTP)
    assert closed.allow(STRANGER, STRANGER, HTTP)


def test_a_policy_for_one_way_leaves_the_other_open() -> None:
    only_in = policies(ingress())
    assert only_in.allow(WEB, STRANGER, HTTP)
    assert not only_in.allow(STRANGER, WEB, HTTP)


def test_both_ends_must_let_it_through() -> None:
    asks = egress({"to": [TO_STORE]})
    answers = ingress({"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}, selector=TO_STORE["podSelector"])
    assert policies(DENY, asks, answers).allow(WEB, STORE, HTTP)
    assert not policies(DENY, asks).allow(WEB, STORE, HTTP)
    assert not policies(DENY, answers).allow(WEB, STORE, HTTP)


def test_policies_add_up() -> None:
    both = policies(ingress({"ports": [{"port": 8000}]}), ingress({"ports": [{"port": 9100}]}))
    assert both.allow(STRANGER, WEB, HTTP)
    assert both.allow(STRANGER, WEB, METRICS)


def test_a_pod_selector_alone_means_the_policys_own_namespace() -> None:
    own = policies(ingress({"from": [{"podSelector": {"matchLabels": {"app": "web"}}}]}))
    assert own.allow(WEB, STORE, HTTP)
    assert not own.allow(STRANGER, STORE, HTTP)


@pytest.mark.parametrize(
    ("labels", "is_allowed"),
    [({"team": "blue"}, True), ({"team": "red"}, False), ({"kubernetes.io/metadata.name": "two"}, True), ({}, True)],
)
def test_a_namespace_selector_means_the_pods_of_those_namespaces(labels: dict[str, str], is_allowed: bool) -> None:
    found = policies(ingress({"from": [{"namespaceSelector": {"matchLabels": labels}}]}))
    assert found.allow(STRANGER, WEB, HTTP) is is_allowed


def test_two_selectors_of_one_peer_must_both_match() -> None:
    peer = {"namespaceSelector": {"matchLabels": {"team": "blue"}}, "podSelector": {"matchLabels": {"app": "store"}}}
    assert not policies(ingress({"from": [peer]})).allow(STRANGER, WEB, HTTP)
    apart = [{"namespaceSelector": peer["namespaceSelector"]}, {"podSelector": peer["podSelector"]}]
    assert policies(ingress({"from": apart})).allow(STRANGER, WEB, HTTP)


def test_an_address_block_means_addresses_but_for_its_exceptions_and_no_pod() -> None:
    block = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}
    found = policies(egress({"to": [block], "ports": [{"port": 587}]}))
    assert found.allow(WEB, PUBLIC, Port(587))
    assert not found.allow(WEB, PUBLIC, Port(25))
    assert not found.allow(WEB, PRIVATE, Port(587))
    assert not found.allow(WEB, STRANGER, Port(587))
    assert policies(ingress({"from": [block]})).allow(PUBLIC, WEB, HTTP)


@pytest.mark.parametrize(
    ("given", "port", "is_allowed"),
    [
        ({"port": 8000}, HTTP, True),
        ({"port": 8001}, HTTP, False),
        ({"port": "http"}, HTTP, True),
        ({"port": "http"}, METRICS, False),
        ({"port": "http"}, Port(8000), False),  # a port without a name
        ({"port": 8000, "protocol": "UDP"}, HTTP, False),
        ({"protocol": "UDP"}, Port(53, protocol="UDP"), True),
        ({"port": 7000, "endPort": 9000}, HTTP, True),
        ({"port": 7000, "endPort": 7999}, HTTP, False),
    ],
)
def test_a_port_is_one_by_number_name_range_and_protocol(given: dict[str, Any], port: Port, is_allowed: bool) -> None:
    assert policies(ingress({"ports": [given]})).allow(STRANGER, WEB, port) is is_allowed
    assert policies(egress({"ports": [given]})).allow(WEB, STRANGER, port) is is_allowed


@pytest.mark.parametrize(
    ("operator", "values", "is_match"),
    [
        ("In", ["a"], True),
        ("In", ["b"], False),
        ("NotIn", ["a"], False),
        ("Exists", [], True),
        ("DoesNotExist", [], False),
    ],
)
def test_a_selectors_expressions(operator: str, values: str, is_match: bool) -> None:
    assert (
        matches({"matchExpressions": [{"key": "k", "operator": operator, "values": list(values)}]}, {"k": "a"})
        is is_match
    )
    assert matches({"matchExpressions": [{"key": "none", "operator": "NotIn", "values": ["a"]}]}, {"k": "a"})
    with pytest.raises(KeyError):
        matches({"matchExpressions": [{"key": "k", "operator": "Like"}]}, {"k": "a"})


def test_types_that_are_not_said_follow_from_the_rules() -> None:
    implicit = policies({"podSelector": {}, "egress": []})
    assert not implicit.allow(WEB, STRANGER, HTTP)
    assert not implicit.allow(STRANGER, WEB, HTTP)
    assert policies({"podSelector": {}}).allow(WEB, STRANGER, HTTP)


def test_pods_and_namespaces_are_read_from_manifests() -> None:
    spec = {"containers": [{"ports": [{"containerPort": 53, "protocol": "UDP"}]}]}
    found = [
        {"kind": "Namespace", "metadata": {"name": "n", "labels": {"team": "red"}}},
        {"kind": "Job", "metadata": {"name": "j", "namespace": "n"},
         "spec": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": spec}}},
        {"kind": "NetworkPolicy", "metadata": {"name": "p", "namespace": "n"}, "spec": DENY},
    ]  # fmt: skip
    known, made = read(found)
    assert made == pods(found) == [Pod("n", "j", {"a": "b"}, (Port(53, protocol="UDP"),))]
    assert known.namespaces == {"n": {"team": "red"}}
    assert not known.allow(made[0], PUBLIC, HTTP)
