"""Faults on a real cluster: each leaves no trace, and a short proof is green."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ops.chaos import cuts, recovery, runner, undo
from ops.chaos import site as sites
from ops.chaos.broken import Private
from ops.chaos.runner import Asked
from ops.chaos.site import Site
from ops.cluster import lifecycle
from ops.errors import OpsError
from ops.ledger.check import FATAL
from ops.paths import ROOT
from ops.targets.ready import until_ready
from tests.support import kind

pytestmark = pytest.mark.timeout(1_800)
READY_SECONDS = 180.0  # a machine may be several times as busy as usual
NAMESPACE = "chaos"
NAMES = [name for name in recovery.budgets("kind") if name != "two-at-once"]


@dataclass(frozen=True)
class Place:
    """The application in a namespace of the cluster, as the manifests have it."""

    cluster: kind.Cluster
    target: Private


@pytest.fixture(scope="module")
def place(kind_cluster: kind.Cluster) -> Iterator[Place]:
    target = Private(NAMESPACE, "", kind_cluster.state, kind_cluster.env)
    try:
        target.make(lifecycle.deliver(kind_cluster.place))
        yield Place(kind_cluster, target)
    finally:
        target.down(wipe=True)


@pytest.fixture
def site(place: Place) -> Iterator[Site]:
    """The target when it is well. What a test that fails has left is undone: no other one may lose its ground by it."""
    found = sites.site(place.target)
    until_ready(found.target, READY_SECONDS)
    try:
        yield found
    finally:
        undo.undo_left(found.folder, found.faults)


NETWORKS = "lsns --noheadings --output PID --type net"
NOT_READY_YET = re.compile(r"^notes: \d+ of \d+ pods Ready$")  # which the autoscaler may have asked for meanwhile
FILTERS = f"for each in $({NETWORKS}); do nsenter --target $each --net nft list tables; done"


def state_of(cluster: kind.Cluster, *, filters: bool = False) -> dict[str, Any]:
    """What no fault may leave changed: nodes, their containers, what the system runs; and packet filters in pods."""
    kubectl = cluster.place.kubectl
    nodes = {node["metadata"]["name"]: node["spec"].get("taints") for node in kubectl.get("nodes")}
    running = kind.docker("ps", "--format", "{{.Names}} {{.State}}").splitlines()
    deployments = kubectl.within("kube-system").get("deployments")
    tables = [kind.docker("exec", name, "sh", "-c", FILTERS) for name in nodes] if filters else []
    return {
        "nodes": nodes,
        "containers": sorted(row for row in running if row.split()[0] in nodes),
        "system": {each["metadata"]["name"]: each["spec"]["replicas"] for each in deployments},
        "filters": [row for each in tables for row in each.splitlines() if cuts.TABLE in row],
    }


def assert_as_before(cluster: kind.Cluster, before: dict[str, Any], *, filters: bool = False) -> None:
    """That this state is there again, if not at once: the cluster may still be at its own work."""
    deadline = time.monotonic() + kind.BACK_SECONDS
    now: dict[str, Any] | str = "nothing yet"
    while now != before and time.monotonic() < deadline:
        try:
            now = state_of(cluster, filters=filters)
        except OpsError as error:
            now = str(error)
        time.sleep(0.2)
    assert now == before


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_leaves_no_trace(place: Place, site: Site, name: str) -> None:
    before = state_of(place.cluster, filters="cut" in name)
    fault = site.faults[name]
    assert fault.missing() == ""
    one = undo.remember(site.folder, name, fault.plan(random.Random(1)))
    record = json.loads(json.dumps(one.record))
    try:
        fault.inject(record)
        assert fault.traces(record) or not fault.lasts, "it must be there, or there is nothing to undo"
        if "cut" in name:
            assert state_of(place.cluster, filters=True)["filters"] == [f"table inet {cuts.TABLE}"]
    finally:
        fault.undo(record)
        undo.until_clean(fault, one, every=site.every)
    fault.undo(record)  # again: nothing changes
    assert [trace for trace in fault.traces(record) if not NOT_READY_YET.search(trace)] == []
    undo.until_clean(fault, one, every=site.every)
    undo.forget(one)
    assert_as_before(place.cluster, before, filters="cut" in name)


def tool(place: Place, body: str) -> subprocess.Popen[bytes]:
    """A process of its own that has the target as `target` and its faults as `site`."""
    code = f"""
import os, random, signal, sys
from pathlib import Path
from ops.chaos import runner, site, undo
from ops.chaos.broken import Private
target = Private({NAMESPACE!r}, "", Path({str(place.cluster.state)!r}), {dict(place.cluster.env)!r})
site = site.site(target)
{body}
"""
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)


KILLED = """
fault = site.faults["node-killed"]
one = undo.remember(site.folder, fault.name, fault.plan(random.Random(1)))
fault.inject(one.record)
os.kill(os.getpid(), signal.SIGKILL)
"""
INTERRUPTED = """
runner.chaos(target, runner.Asked("node-killed", seed=1, seconds=20), reports=Path({reports!r}))
"""


def test_a_tool_killed_in_the_middle_of_a_node_kill_leaves_what_the_next_one_mends(
    place: Place, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state_of(place.cluster)
    assert tool(place, KILLED).wait(READY_SECONDS) == -signal.SIGKILL
    (one,) = undo.left(site.folder)
    assert site.faults["node-killed"].traces(one.record)
    assert state_of(place.cluster) != before
    runner.undo_only(place.target)
    assert "undo 'node-killed', left behind" in capsys.readouterr().err
    assert undo.left(site.folder) == []
    until_ready(site.target, READY_SECONDS)
    assert_as_before(place.cluster, before)


def test_ctrl_c_in_the_middle_of_a_node_kill_leaves_a_healthy_cluster(place: Place, site: Site, tmp_path: Path) -> None:
    before = state_of(place.cluster)
    running = tool(place, INTERRUPTED.format(reports=str(tmp_path)))
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not (left := undo.left(site.folder)) or "is exited" not in str(
            site.faults["node-killed"].traces(left[0].record)
        ):
            assert running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        os.kill(running.pid, signal.SIGINT)
        assert running.wait(READY_SECONDS) not in (0, -signal.SIGKILL)
    finally:
        running.kill()
        running.wait()
    assert undo.left(site.folder) == []
    until_ready(site.target, READY_SECONDS)
    assert_as_before(place.cluster, before)


def test_a_short_proof_is_green_but_for_time(place: Place, site: Site, tmp_path: Path) -> None:
    """Whether it is quick enough depends on who else is on the machine: of all reasons, only time may be one here.

    So may be a few requests: two pods that do the work of three have no room for them for a while, and say so.
    """
    assert undo.left(site.folder) == []
    code = runner.chaos(place.target, Asked("pod-deleted,pod-killed,database-killed", seed=1), reports=tmp_path)
    told = json.loads((tmp_path / "chaos/latest/result.json").read_text())
    assert code == int(bool(told["verdict"]["why"]))
    allowed = (" s, budget ", " failed requests, budget ")
    assert all(any(each in reason for each in allowed) for reason in told["verdict"]["why"]), told["verdict"]
    assert [told["ledger"][word] for word in FATAL] == [0] * len(FATAL)
    assert told["ledger"]["acknowledged"] > 50
    assert set(told["parts"]["pod-killed"]) == {
        "noticed", "out", "rescheduled", "image", "started", "ready", "answered",
    }  # fmt: skip
    impact = told["recoveries"][0]["impact"]
    assert impact["failed"] <= impact["requests"] / 100, impact
    assert all(each["injury"]["floor"] >= 1 for each in told["recoveries"][:2])
