"""Which pod may reach which, as NetworkPolicies have it: computed from manifests, without a cluster.

As in the API's reference: what no policy selects is open, what one selects is closed but for what some policy lets
through, and a connection needs both ends to let it through. An `ipBlock` is taken to mean addresses outside of the
cluster only, because plugins differ on whether it covers pods.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ops.peers import Address, Pod, Port, pods
from ops.selectors import matches

Manifest = Mapping[str, Any]
NAME_LABEL = "kubernetes.io/metadata.name"  # the API server gives it to every namespace
OTHER_SIDE = {"ingress": "from", "egress": "to"}

End = Pod | Address


@dataclass(frozen=True)
class Policies:
    """The policies of a cluster and the labels of its namespaces."""

    policies: Sequence[Manifest]
    namespaces: Mapping[str, Mapping[str, str]]

    def allow(self, source: End, target: End, port: Port) -> bool:
        """Whether a connection from one end to that port of the other is let through by both."""
        return self._lets(source, target, port, "egress") and self._lets(target, source, port, "ingress")

    def _lets(self, here: End, there: End, port: Port, way: str) -> bool:
        if isinstance(here, Address):
            return True
        own = [found["spec"] for found in self.policies if _selects(found, here, way)]
        if not own:
            return True
        # a port's name is a name of the pod that listens
        rules = [rule for spec in own for rule in spec.get(way) or []]
        return any(self._is_peer(rule.get(OTHER_SIDE[way]), here, there) and _has_port(rule, port) for rule in rules)

    def _is_peer(self, peers: Sequence[Manifest] | None, here: Pod, there: End) -> bool:
        return not peers or any(self._fits(peer, here, there) for peer in peers)

    def _fits(self, peer: Manifest, here: Pod, there: End) -> bool:
        if isinstance(there, Address):
            return "ipBlock" in peer and _contains(peer["ipBlock"], there.ip)
        if "ipBlock" in peer:
            return False
        if "namespaceSelector" in peer:
            labels = {NAME_LABEL: there.namespace, **self.namespaces.get(there.namespace, {})}
            if not matches(peer["namespaceSelector"], labels):
                return False
        elif there.namespace != here.namespace:
            return False
        return matches(peer.get("podSelector") or {}, there.labels)


def read(objects: Iterable[Manifest]) -> tuple[Policies, list[Pod]]:
    """The policies and the pods that these objects make."""
    found = list(objects)
    policies = [each for each in found if each["kind"] == "NetworkPolicy"]
    namespaces = {
        each["metadata"]["name"]: each["metadata"].get("labels", {}) for each in found if each["kind"] == "Namespace"
    }
    return Policies(policies, namespaces), pods(found)


def _selects(policy: Manifest, pod: Pod, way: str) -> bool:
    spec = policy["spec"]
    ways = spec.get("policyTypes") or ["Ingress", *(["Egress"] if "egress" in spec else [])]
    is_here = policy["metadata"].get("namespace", "default") == pod.namespace
    return is_here and way.capitalize() in ways and matches(spec.get("podSelector") or {}, pod.labels)


def _has_port(rule: Manifest, port: Port) -> bool:
    return not rule.get("ports") or any(_is_port(given, port) for given in rule["ports"])


def _is_port(given: Manifest, port: Port) -> bool:
    if given.get("protocol", "TCP") != port.protocol:
        return False
    wanted = given.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return bool(port.name) and wanted == port.name
    return int(wanted) <= port.number <= int(given.get("endPort", wanted))


def _contains(block: Manifest, ip: str) -> bool:
    address = ipaddress.ip_address(ip)
    held = address in ipaddress.ip_network(block["cidr"])
    return held and not any(address in ipaddress.ip_network(other) for other in block.get("except", []))
