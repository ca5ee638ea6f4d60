"""What chaos decides about a cluster: whom it may hit, when all is well, which line of the manifests is to blame."""

import copy
import random
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from ops import manifests
from ops.chaos import (
    broken,
    causes,
    controls,
    cuts,
    faults_kind,
    nodefaults,
    pods,
    podstrikes,
    recovery,
    report,
    runner,
)
from ops.chaos.broken import Private
from ops.chaos.causes import Setup
from ops.chaos.pods import DATABASE, DEPLOYMENT, NOTES, Pod
from ops.chaos.probes import Probe
from ops.chaos.recovery import Budget, Injury
from ops.chaos.runner import Asked
from ops.ledger.check import LOST, Finding, Ledger
from ops.paths import ROOT

pytestmark = pytest.mark.unit
CLEAN = Ledger(10, 10, 0, 0, 0)
READ = [Probe(4.0, 4.0, 4.1, "read", "GET", 200, "", "fresh")]
FAILED = [READ[0]._replace(status=502)]
INJURY = Injury("pod-killed", "pod", 3.9, 4.0, 4.0, 6.5, 10.0, part=NOTES, floor=1, restarts=0)


def node(name: str, zone: str = "", *, ready: str = "True", closed: bool = False, control: bool = False) -> Any:
    labels = {nodefaults.ZONE: zone} if zone else {}
    if control:
        labels["node-role.kubernetes.io/control-plane"] = ""
    conditions = [{"type": "Ready", "status": ready}]
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"unschedulable": True} if closed else {},
        "status": {"conditions": conditions},
    }


NODES = [node("cp", control=True), node("w1", "a"), node("w2", "b"), node("w3", "b"), node("w4", "c")]


def test_a_node_is_hit_that_has_notes_and_neither_the_database_nor_the_control_plane() -> None:
    assert nodefaults.choices(NODES, {"w1"}, {"w1", "w2"}) == {"w2": ["w2"]}
    assert set(nodefaults.choices(NODES, {"w1"}, {"w1"})) == {"w2", "w3", "w4"}, "none has notes: any will do"


def test_a_zone_is_hit_as_a_whole_or_not_at_all() -> None:
    assert nodefaults.choices(NODES, {"w1"}, {"w3"}, by_zone=True) == {"b": ["w2", "w3"]}
    assert set(nodefaults.choices(NODES, {"w3"}, set(), by_zone=True)) == {"a", "c"}


@pytest.mark.parametrize("sick", [node("w4", "c", ready="Unknown"), node("w4", "c", closed=True)])
def test_a_node_that_is_not_well_is_nobody_s_victim(sick: Any) -> None:
    assert "w4" not in nodefaults.choices([*NODES[:-1], sick], set(), set())
    assert nodefaults.ailment(sick)
    assert nodefaults.ailment(None)
    assert not nodefaults.ailment(NODES[1])


def test_the_seed_picks_among_containers_that_have_not_restarted() -> None:
    found = [Pod(name, name, "n", name, restarts) for name, restarts in (("a", 1), ("b", 0), ("c", 0))]
    assert {pod.name for pod in podstrikes.unspent(found)} == {"b", "c"}
    picks = {random.Random(f"{seed}/0/x").choice(podstrikes.unspent(found)).name for seed in range(20)}
    assert picks == {"b", "c"}


def pod(name: str, part: str, *, ready: bool = True, going: bool = False, component: str = "server") -> Any:
    meta = {"name": name, "uid": name, "labels": {pods.NAME: part, pods.COMPONENT: component}}
    return {
        "kind": "Pod",
        "metadata": meta | ({"deletionTimestamp": "now"} if going else {}),
        "spec": {"nodeName": "w1"},
        "status": {
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": [{"containerID": "containerd://abc", "restartCount": 1}],
        },
    }


OWNERS = [
    {"kind": "Deployment", "metadata": {"name": DEPLOYMENT}, "spec": {"replicas": 2}},
    {"kind": "StatefulSet", "metadata": {"name": DATABASE}, "spec": {"replicas": 1}},
]
WHOLE = [*OWNERS, pod("n1", NOTES), pod("n2", NOTES), pod("database-0", DATABASE)]


def test_all_is_well_when_as_many_pods_as_wanted_are_ready_and_stay() -> None:
    assert pods.lacking(WHOLE) == []
    assert pods.lacking([*WHOLE[:2], *WHOLE[3:]]) == ["notes: 1 of 2 pods Ready"]


@pytest.mark.parametrize(
    "other", [pod("n3", NOTES, going=True), pod("n3", NOTES, ready=False), pod("m", NOTES, component="migrate")]
)
def test_a_pod_that_ends_starts_or_migrates_does_not_count(other: Any) -> None:
    assert pods.lacking([*OWNERS, WHOLE[2], WHOLE[4], other]) == ["notes: 1 of 2 pods Ready"]


def test_a_cluster_that_does_not_answer_is_not_well() -> None:
    assert pods.lacking([]) == ["notes: 0 of 0 pods Ready", "database: 0 of 0 pods Ready"]


def test_a_victim_survives_its_record() -> None:
    victim = pods.named(pod("n1", NOTES))
    assert victim == Pod("n1", "n1", "w1", "abc", 1)
    assert pods.victims({"pods": pods.noted([victim])}) == [victim]
    assert pods.by_node([victim, replace(victim, node="w2"), victim]) == {
        "w1": [victim, victim], "w2": [replace(victim, node="w2")],
    }  # fmt: skip


@pytest.fixture(scope="module")
def rendered() -> list[dict[str, Any]]:
    return manifests.render("dev")


def test_what_is_cut_are_the_ports_of_the_manifests(rendered: list[dict[str, Any]]) -> None:
    for kind, name, part in (("Deployment", DEPLOYMENT, NOTES), ("StatefulSet", DATABASE, DATABASE)):
        container = manifests.named(rendered, kind, name)["spec"]["template"]["spec"]["containers"][0]
        assert cuts.PORTS[part] in [port["containerPort"] for port in container["ports"]]


def judged(injury: Injury, probes: list[Probe]) -> list[recovery.Recovery]:
    return [recovery.judge(injury, probes, 10.0, Budget(9, 9))]


GOOD = judged(INJURY, READ)
LOSING = replace(CLEAN, findings=(Finding(LOST, "w-1", "gone"),))
SYMPTOMS = {
    "database-emptydir": (GOOD, LOSING),
    "no-readiness": (judged(INJURY, FAILED), CLEAN),
    "no-prestop": (judged(replace(INJURY, grace=0.1), READ), CLEAN),
    "one-replica": (judged(replace(INJURY, floor=0), READ), CLEAN),
    "liveness-database": (judged(replace(INJURY, restarts=2), READ), CLEAN),
}
LINES = {
    "database-emptydir": ("components/postgres/statefulset.yaml", "volumeClaimTemplates:"),
    "no-readiness": ("base/common/container.yaml", "readinessProbe:"),
    "no-prestop": ("base/common/container.yaml", "preStop:"),
    "one-replica": ("base/notes/scaling.yaml", "minReplicas:"),
    "liveness-database": ("base/common/container.yaml", "livenessProbe:"),
}


@pytest.mark.parametrize("what", broken.CONTROLS)
def test_what_was_broken_is_named_with_its_line_and_nothing_else(rendered: list[dict[str, Any]], what: str) -> None:
    objects = copy.deepcopy(rendered)
    broken.CONTROLS[what].damage(objects)
    (advice,) = causes.causes(*SYMPTOMS[what], Setup(objects))
    file, text = LINES[what]
    rows = (ROOT / "k8s" / file).read_text().splitlines()
    (number,) = [number for number, row in enumerate(rows, 1) if text in row]
    assert advice.where == f"k8s/{file}:{number}"


@pytest.mark.parametrize("what", broken.CONTROLS)
def test_sound_manifests_are_not_blamed_and_a_line_without_harm_is_not_named(
    rendered: list[dict[str, Any]], what: str
) -> None:
    assert causes.causes(*SYMPTOMS[what], Setup(rendered)) == []
    objects = copy.deepcopy(rendered)
    broken.CONTROLS[what].damage(objects)
    assert causes.causes(GOOD, CLEAN, Setup(objects)) == []


def test_each_control_injects_a_fault_that_has_a_budget() -> None:
    assert {control.fault for control in broken.CONTROLS.values()} <= recovery.budgets("kind").keys()


@pytest.mark.parametrize("what", controls.KNOWN)
def test_a_control_runs_the_proof_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    seen: list[Asked] = []
    monkeypatch.setattr(controls, "Private", MagicMock())
    monkeypatch.setattr(controls, "Embedded", MagicMock())
    monkeypatch.setattr(runner, "chaos", lambda _target, asked, **_options: seen.append(asked) or 1)
    assert controls.run(what, Asked(seed=1), state=tmp_path, reports=tmp_path) == 1
    assert [(asked.broken, bool(asked.faults), asked.seed) for asked in seen] == [(what, True, 1)]


def test_the_report_has_a_row_for_each_part_of_each_fault() -> None:
    several = [replace(INJURY, parts={"out": each, "ready": 2 * each}) for each in (1.0, 2.0, 3.0)]
    rows = report.parts([judged(each, READ)[0] for each in several])
    assert rows == [
        ["pod-killed", "out", "3", "2.00", "3.00", "3.00"],
        ["pod-killed", "ready", "3", "4.00", "6.00", "6.00"],
    ]
    rows = report.parts([judged(each, READ)[0] for each in [*several, INJURY]])
    assert rows[0][-1] == "not seen"


def test_a_run_without_a_choice_kills_as_much_as_it_has_to_show() -> None:
    times = faults_kind.TIMES
    assert sum(times[name] for name in ("pod-deleted", "pod-killed", "container-killed")) >= 10
    assert times["database-killed"] >= 3
    assert times.keys() <= recovery.budgets("kind").keys()


def test_a_namespace_that_an_interrupted_control_has_left_is_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[str] = []
    monkeypatch.setattr(Private, "down", lambda target, wipe: gone.append(f"{target.namespace} {wipe}"))
    left = Private(broken.namespace("no-prestop"), "no-prestop", tmp_path, {})
    left.folder.mkdir(parents=True)
    faults_kind.folder(left).mkdir(parents=True)
    controls.sweep(tmp_path, controls.Ground({}))
    assert gone == ["broken-no-prestop True"]
    assert not faults_kind.folder(left).exists()
