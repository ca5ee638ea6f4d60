"""Metrics, logs, dashboards and rules of a live cluster, under traffic, asked through its gateway.

Grafana is left out, as its image cannot be had everywhere; what it would ask is asked here.
"""

import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ops import monitoring
from ops.marks import LokiMarks
from ops.paths import REPORTS
from ops.pods import is_ready
from ops.ports import HOST
from ops.targets.kind import Kind
from tests.support import kind, panels
from tests.support.api import Api
from tests.support.traffic import flowing, make_token
from tests.support.watchers import Watchers, evaluated, unread, until
from tests.support.wire import Http

pytestmark = pytest.mark.timeout(900)
ZONE = "topology.kubernetes.io/zone"
ARRIVES = 5.0  # seconds from a request to its line in Loki
SEEN = 100.0  # seconds until the kubelet has looked at a volume (each minute) and was asked about it (each half)
# nothing to see where the kubelets tell of the volumes, and no backup yet
ELSEWHERE = ("node_filesystem", "backup_last_success_timestamp_seconds")


@dataclass(frozen=True)
class Stack:
    """A namespace of a cluster that is watched, and an account of it."""

    target: Kind
    watchers: Watchers
    token: str
    user: int

    def zones(self, service: str) -> dict[str, str]:
        """The zone of each ready pod of that service, by the pod's name."""
        nodes = {node["metadata"]["name"]: node["metadata"]["labels"] for node in self.target.kubectl.get("nodes")}
        found = {name: pod for name, pod in kind.pods(self.target, service).items() if is_ready(pod)}
        return {name: nodes[pod["spec"]["nodeName"]].get(ZONE, "") for name, pod in found.items()}

    def exec(self, name: str, *words: str) -> None:
        """Run these words in that pod, whatever comes of it."""
        done = self.target.kubectl.words("exec", name, "--", *words)
        subprocess.run([str(word) for word in done], capture_output=True, timeout=30)


@pytest.fixture(scope="module")
def stack(kind_cluster: kind.Cluster) -> Iterator[Stack]:
    target = kind_cluster.target()
    try:
        target.up(without=kind.to_be_left_out())
        token, user = make_token(target.url("notes"))
        port = target.place.gateway_port
        watchers = Watchers(
            *(f"http://{monitoring.HOSTS[part]}:{port}" for part in ("prometheus", "loki", "alertmanager"))
        )
        with flowing(target.url, token):
            rate = f'sum(service:http_requests:rate5m{{namespace="{target.namespace}"}})'
            until("traffic in the metrics", lambda: watchers.value(rate), 60)
            until("traffic in the logs", lambda: watchers.lines('{service="notes"} | request_id!=""'), 30)
            yield Stack(target, watchers, token, user)
    finally:
        target.down(wipe=True)


def test_replicas_are_what_answers_by_track_and_zone(stack: Stack) -> None:
    query = f'up{{job="services", namespace="{stack.target.namespace}", service="notes"}} == 1'

    def agree() -> dict[str, Any]:
        found = {each["metric"]["pod"]: each["metric"] for each in stack.watchers.metrics(query)}
        zones = {name: metric.get("zone", "") for name, metric in found.items()}
        return found if zones == stack.zones("notes") else {}

    found, took = until("each ready pod of notes in Prometheus, with its zone", agree, 60)
    assert len(found) >= 2
    assert {metric["track"] for metric in found.values()} == {"stable"}
    print(f"{len(found)} pods in {len({metric['zone'] for metric in found.values()})} zones, after {took:.1f} s")


def test_a_line_is_found_by_the_id_of_its_request_with_pod_and_zone(stack: Stack) -> None:
    for _ in range(5):
        mark = f"test-{secrets.token_hex(8)}"
        Api(Http(stack.target.url("notes")), stack.token).get("notes", [("X-Request-Id", mark)])
        query = f'{{service="notes"}} | request_id="{mark}"'
        found, took = until("the line in Loki", lambda query=query: stack.watchers.lines(query), ARRIVES)
        ((labels, ((_, line),)),) = [(each["stream"], each["values"]) for each in found]
        assert (labels["target"], labels["service"], labels["level"]) == ("kind", "notes", "info")
        assert (labels["namespace"], labels["user_id"]) == (stack.target.namespace, str(stack.user))
        assert stack.zones("notes")[labels["pod"]] == labels["zone"] != ""
        assert json.loads(line)["request_id"] == mark
        print(f"the line of {labels['pod']} in {labels['zone']} arrived after {took:.1f} s")


def test_no_line_is_lost_while_those_who_carry_them_are_made_anew(stack: Stack) -> None:
    mark = f"test-{secrets.token_hex(8)}"
    api = Api(Http(stack.target.url("notes")), stack.token)
    for number in range(60):
        if number == 20:
            for namespace, part in ((monitoring.NODE_NAMESPACE, "alloy"), (monitoring.NAMESPACE, "loki")):
                kubectl = stack.target.kubectl.within(namespace)
                kubectl.do("delete", "pod", "--wait=false", "--selector", f"app.kubernetes.io/name={part}")
        assert api.get("notes", [("X-Request-Id", f"{mark}-{number}")]).status == 200
        time.sleep(0.1)
    for namespace, name in ((monitoring.NODE_NAMESPACE, "daemonset/alloy"), (monitoring.NAMESPACE, "statefulset/loki")):
        stack.target.kubectl.within(namespace).do("rollout", "status", name, "--timeout=120s")
    loki = Http(stack.watchers.loki)
    until("Loki at the gateway again", lambda: loki.send("GET", "/ready").status == 200, 60)
    count = f'sum(count_over_time({{service="notes"}} | request_id=~"{mark}-.*" [15m]))'

    def counted() -> int:
        found = stack.watchers.lines(count, kind="instant")
        return int(found[0]["value"][1]) if found else 0

    _, took = until("a line of each request", lambda: counted() >= 60, 90)
    assert counted() == 60
    print(f"60 of 60 lines, {took:.1f} s after both were back")


def test_logs_have_three_labels_and_every_part_is_heard(stack: Stack) -> None:
    assert stack.watchers.labels() - {"__stream_shard__"} == {"target", "service", "level"}
    ours = f'sum by (service) (count_over_time({{target="kind"}} | namespace="{stack.target.namespace}" [15m]))'

    def heard() -> bool:
        found = {each["metric"]["service"] for each in stack.watchers.lines(ours, kind="instant")}
        return {"notes", "hello", "jobs", "auth", "database", "events"} <= found

    until("lines of every service that is asked, and events", heard, 30)


def test_a_container_that_was_started_anew_is_seen(stack: Stack) -> None:
    where = f'namespace="{stack.target.namespace}", service="jobs"'
    changed = f"sum(changes(container_start_time_seconds{{{where}}}[15m]))"
    until("the container in Prometheus", lambda: stack.watchers.metrics(changed), 60)
    before = stack.watchers.value(changed)
    (pod,) = stack.zones("jobs")
    stack.exec(pod, "python", "-c", "import os, signal; os.kill(1, signal.SIGTERM)")
    _, took = until("the restart in Prometheus", lambda: stack.watchers.value(changed) > before, 90)
    print(f"the restart was seen after {took:.1f} s")


def test_every_panel_has_something_to_show(stack: Stack) -> None:
    # something for the panel of warnings and errors: a refused request of PostgreSQL's own
    stack.exec("database-0", "psql", "-h", "127.0.0.1", "-U", "notes", "-d", "notes", "-c", "select a_typing_error")
    make_token(stack.target.url("notes"))  # and for that of slow requests: a password is hashed
    rows = panels.shown(stack.watchers, "kind", SEEN)
    panels.write_table(REPORTS / "observability" / "kind", rows)
    assert not panels.empty(rows), "\n".join(panels.empty(rows))


def test_a_mark_reaches_the_dashboards_through_the_gateway(stack: Stack) -> None:
    text = f"a test began {secrets.token_hex(4)}"
    url = f"http://{HOST}:{stack.target.place.gateway_port}"
    LokiMarks(url, "kind", monitoring.HOSTS["loki"]).put("loadtest", text)
    query = f'{{service="marks"}} | json | kind="loadtest" | text="{text}"'
    until("the mark", lambda: stack.watchers.lines(query), ARRIVES)
    panels.ask_marks(stack.watchers)


def test_a_deployment_is_a_mark(stack: Stack) -> None:
    query = f'{{service="marks"}} | json | kind="deploy" | text=~".{{12}} to {stack.target.namespace}"'
    assert len(stack.watchers.lines(query)) == 1


def test_every_rule_is_evaluated_without_an_error(stack: Stack) -> None:
    evaluated(stack.watchers)


def test_every_rule_has_something_to_look_at(stack: Stack) -> None:
    deadline = time.monotonic() + SEEN
    while (found := unread(stack.watchers, ELSEWHERE)) and time.monotonic() < deadline:
        time.sleep(2)
    assert not found, "\n".join(found)


def test_what_watches_takes_little(stack: Stack) -> None:
    ours = 'namespace=~"monitoring|monitoring-node"'
    memory = f"sum by (service) (container_memory_working_set_bytes{{{ours}}})"
    found = {each["metric"]["service"]: float(each["value"][1]) / 2**20 for each in stack.watchers.metrics(memory)}
    print(", ".join(f"{name} {size:.0f} MiB" for name, size in sorted(found.items())))
    print(f"together {sum(found.values()):.0f} MiB")
    assert {"prometheus", "loki", "alloy", "alloy-cluster", "alertmanager"} <= found.keys()
    of_limit = f"container_memory_working_set_bytes{{{ours}}} / (container_spec_memory_limit_bytes > 0)"
    assert stack.watchers.value(f"max({of_limit})") < 0.8
