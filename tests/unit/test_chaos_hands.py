"""What the faults of a cluster do with their hands, which are made up: the order, the undoing, what they say."""

import json
import random
import subprocess
from typing import Any

import pytest

from ops.chaos import cuts, pods
from ops.chaos.cuts import DatabaseCut, GatewayCut, PodCut
from ops.chaos.nodefaults import Drained, NodeDown
from ops.chaos.pods import DATABASE, NOTES, Hands, Pod
from ops.chaos.podspells import Frozen
from ops.chaos.podstrikes import ContainerKilled, Deleted
from ops.chaos.scaled import Scaled
from ops.errors import OpsError
from ops.run import Result

pytestmark = pytest.mark.unit
CHANCE = random.Random(1)
FOUND = {
    NOTES: [Pod("n1", "u1", "w1", "c1"), Pod("n2", "u2", "w2", "c2")],
    DATABASE: [Pod("database-0", "u0", "w3", "c0")],
}


class Kubectl:
    """Keeps what it was asked; `answers` are the objects by kind."""

    def __init__(self, said: list[str], answers: dict[str, Any]) -> None:
        self.said, self.answers = said, answers

    def within(self, namespace: str) -> "Kubectl":
        self.said.append(f"in {namespace}")
        return self

    def get(self, what: str, *_: str, **__: Any) -> Any:
        return self.answers.get(what, [])

    def do(self, *words: str, **_: Any) -> Result:
        self.said.append(" ".join(words))
        return Result(0)

    ask = do


class Made(Hands):
    """Hands that do nothing but say it."""

    def __init__(self, **answers: Any) -> None:
        self.said: list[str] = []
        self.answers = answers
        self._kubectl = Kubectl(self.said, answers)

    @property
    def kubectl(self) -> Any:
        return self._kubectl

    def pods(self, part: str) -> list[Pod]:
        return FOUND[part]

    def docker(self, *words: str, check: bool = True) -> str:  # noqa: ARG002
        self.said.append(" ".join(words))
        return json.dumps(self.answers.get("inspect", ""))

    def on(self, node: str, script: str, *, check: bool = True) -> str:  # noqa: ARG002
        syntax = subprocess.run(["sh", "-n", "-c", script], capture_output=True, text=True, check=False)
        assert syntax.returncode == 0, f"{script}\n{syntax.stderr}"
        self.said.append(f"{node}: {script.splitlines()[-1]}")
        return next((text for word, text in self.answers.get("on", {}).items() if word in script), "")

    def unwell(self) -> list[str]:
        return []


def again(record: dict[str, Any]) -> dict[str, Any]:
    """The record as another process reads it."""
    read: dict[str, Any] = json.loads(json.dumps(record))
    return read


def test_a_crash_is_frozen_before_its_pod_is_deleted_and_killed_after_it() -> None:
    hands = Made()
    fault = Deleted("database-killed", hands, DATABASE, hard=True)
    fault.inject(again(fault.plan(CHANCE)))
    assert hands.said == [
        "w3: kill -STOP $found 2>/dev/null",
        "delete pod database-0 --ignore-not-found --wait=false --grace-period=1",
        "w3: kill -KILL $found 2>/dev/null",
    ]
    fault.undo(again(fault.plan(CHANCE)))
    assert hands.said[-1] == "w3: kill -CONT $found 2>/dev/null"


def test_a_pod_that_is_deleted_in_order_has_all_its_time() -> None:
    hands = Made()
    fault = Deleted("pod-deleted", hands, NOTES)
    record = again(fault.plan(CHANCE))
    fault.inject(record)
    fault.undo(record)
    assert hands.said == [f"delete pod {record['victim']} --ignore-not-found --wait=false"]


def test_all_pods_are_hit_at_once() -> None:
    fault = Deleted("pods-killed", Made(), NOTES, hard=True, every=True)
    assert [each["uid"] for each in fault.plan(CHANCE)["pods"]] == ["u1", "u2"]


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ([{"metadata": {"name": "n1", "uid": "u1"}}], ["n1 was not deleted yet"]),
        ([{"metadata": {"name": "n1", "uid": "u1", "deletionTimestamp": "now"}}], []),
        ([{"metadata": {"name": "n1", "uid": "another"}}], []),
    ],
)
def test_a_victim_is_known_by_its_uid(there: list[Any], said: list[str]) -> None:
    fault = Deleted("pod-deleted", Made(pods=there), NOTES)
    assert fault.traces({"pods": pods.noted(FOUND[NOTES][:1])}) == said


def test_a_container_is_killed_when_another_one_is_in_its_place() -> None:
    def there(container: str) -> list[Any]:
        status = {"containerStatuses": [{"containerID": f"containerd://{container}"}]}
        return [{"metadata": {"name": "n1", "uid": "u1"}, "spec": {}, "status": status}]

    record = {"pods": pods.noted(FOUND[NOTES][:1])}
    assert ContainerKilled("x", Made(pods=there("c1"))).traces(record) == ["n1 was not seen to end yet"]
    assert ContainerKilled("x", Made(pods=there("c9"))).traces(record) == []


def test_what_is_frozen_is_told_by_the_state_of_its_processes() -> None:
    hands = Made(on={"ps -o stat=": "Ts\nTl\nS\n"})
    fault = Frozen("pod-frozen", hands, NOTES)
    assert fault.traces(again(fault.plan(CHANCE))) == ["2 processes are stopped"]


def test_the_filter_is_put_there_once_and_taken_away_only_where_it_is() -> None:
    hands = Made()
    fault = PodCut("pod-cut", hands)
    record = again(fault.plan(CHANCE))
    assert record["least"] > 0
    fault.inject(record)
    assert f"add rule inet {cuts.TABLE} out  tcp dport 5432 drop" in hands.said[-1]
    fault.undo(record)
    assert "delete" not in hands.said[-1], "the pod says that there is none"
    there = Made(on={"list tables": f"table inet {cuts.TABLE}\n"})
    assert PodCut("pod-cut", there).traces(record) == [f"there is a packet filter in {record['victim']}"]
    PodCut("pod-cut", there).undo(record)
    assert f"nft delete table inet {cuts.TABLE}" in there.said[-1]


def test_the_database_still_answers_its_own_node_and_the_gateways_pods_are_found_by_their_addresses() -> None:
    rule = DatabaseCut("network-cut", Made(on={"route show": "default via 10.1.2.1 dev eth0"})).plan(CHANCE)["rule"]
    assert "ip saddr != 10.1.2.1 tcp dport 5432 drop" in rule
    gateway = Made(pods=[{"status": {"podIP": "10.0.0.2"}}, {"status": {"podIP": "10.0.0.1"}}, {"status": {}}])
    rule = GatewayCut("gateway-cut", gateway).plan(CHANCE)["rule"]
    assert "ip saddr { 10.0.0.1, 10.0.0.2 } tcp dport 8000 drop" in rule
    assert gateway.said[0] == "in traefik"


NODES = {"nodes": ["w1", "w2"], "pods": [], "victim": ""}


def inspected(**states: str) -> list[Any]:
    return [{"Name": f"/{name}", "State": {"Status": state}} for name, state in states.items()]


def test_each_node_is_brought_back_from_where_it_is() -> None:
    hands = Made(inspect=inspected(w1="exited", w2="paused"))
    NodeDown("zone-lost", hands, "kill", zone=True).undo(NODES)
    assert hands.said[1:] == ["start w1", "unpause w2"]
    well = Made(inspect=inspected(w1="running", w2="running"))
    NodeDown("zone-lost", well, "kill").undo(NODES)
    assert well.said == ["inspect w1 w2"]


def ready(name: str, **spec: Any) -> Any:
    conditions = [{"type": "Ready", "status": "True"}]
    return {"metadata": {"name": name, "labels": {}}, "spec": spec, "status": {"conditions": conditions}}


def test_a_node_is_back_when_its_engine_its_kubelet_the_api_and_its_pods_say_so() -> None:
    record = {**NODES, "pods": pods.noted(FOUND[NOTES][:1])}
    nodes = [ready("w1"), ready("w2")]
    stale = [{"metadata": {"name": "n1", "uid": "u1"}, "spec": {},
              "status": {"containerStatuses": [{"containerID": "containerd://c1"}]}}]  # fmt: skip
    running, well = inspected(w1="running", w2="running"), {"healthz": "ok"}

    def said(how: str = "kill", **answers: Any) -> list[str]:
        return NodeDown("node-killed", Made(**answers), how).traces(record)

    assert said(inspect=inspected(w1="exited", w2="running")) == ["w1 is exited"]
    assert said(inspect=running, on={})[0] == "the kubelet of w1 does not answer"
    assert said(inspect=running, on=well, nodes=[nodes[0]]) == ["w2 is not known"]
    assert said(inspect=running, on=well, nodes=nodes, pods=stale) == ["n1 was not started again yet"]
    assert said("pause", inspect=running, on=well, nodes=nodes, pods=stale) == []
    assert said(inspect=running, on=well, nodes=nodes) == []


def test_a_drained_node_is_open_again_before_it_counts_as_healed() -> None:
    record = {"nodes": ["w1"]}
    hands = Made(nodes=[ready("w1", unschedulable=True)])
    assert Drained("node-drained", hands).traces(record) == ["w1 is closed for pods"]
    Drained("node-drained", hands).undo(record)
    assert hands.said == ["uncordon w1"]


def test_where_no_node_may_be_hit_it_is_said() -> None:
    with pytest.raises(OpsError, match="no node can be hit"):
        NodeDown("node-killed", Made(nodes=[]), "kill").plan(CHANCE)


def test_what_is_scaled_away_comes_back_as_it_was() -> None:
    def there(wanted: int, ready: int) -> Any:
        return [{"spec": {"replicas": wanted}, "status": {"readyReplicas": ready}}]

    def scaled(**answers: Any) -> Scaled:
        return Scaled("dns-gone", Made(**answers), "deployment/coredns", "kube-system")

    fault = scaled(**{"deployment/coredns": there(2, 2)})
    record = again(fault.plan(CHANCE))
    assert fault.traces(record) == []
    assert scaled(**{"deployment/coredns": there(0, 0)}).traces(record) == ["deployment/coredns: 0 of 2 pods Ready"]
    assert scaled(**{"deployment/coredns": there(2, 1)}).traces(record) == ["deployment/coredns: 1 of 2 pods Ready"]
    with pytest.raises(OpsError, match="has no pods"):
        scaled(**{"deployment/coredns": there(0, 0)}).plan(CHANCE)
