"""The sampler against an API of ours: what it records, what it records while the API is away, and that it goes on."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ops.hpa.sampler import EVENTS, PODS, SCALE, Sampler
from ops.hpa.samples import Event, Pod, Scale, read
from tests.support import kubeconfig
from tests.support.serving import serving

LABELS = {"track": "stable"}
HPA = {"metadata": {"name": "notes-stable"}, "status": {"desiredReplicas": 4, "currentReplicas": 2, "conditions": None}}
DEPLOYMENT = {"metadata": {"name": "notes-stable"}, "spec": {"selector": {"matchLabels": LABELS}},
              "status": {"readyReplicas": 2, "availableReplicas": 2}}  # fmt: skip
EVENT = {
    "metadata": {"uid": "e", "name": "e", "creationTimestamp": "2026-01-01T00:00:00Z"},
    "reason": "SuccessfulRescale",
}


def pod(name: str, version: int, **status: Any) -> dict[str, Any]:
    meta = {"uid": name, "name": name, "namespace": "dev", "resourceVersion": str(version),
            "creationTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}  # fmt: skip
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"nodeName": "one"}, "status": status}


class Api(ThreadingHTTPServer):
    """As much of Kubernetes' API as the sampler asks; while `away` it answers 503 and ends its watches."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.away = threading.Event()
        self.pods: list[dict[str, Any]] = []

    def answer(self, path: str) -> dict[str, Any]:
        items: dict[str, list[dict[str, Any]]] = {
            "horizontalpodautoscalers": [HPA], "deployments": [DEPLOYMENT], "events": [EVENT], "pods": list(self.pods),
        }  # fmt: skip
        name = path.partition("?")[0].rstrip("/").rsplit("/", 1)[-1]
        return {"gitVersion": "v1.36.4"} if name == "version" else {"items": items[name]}


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        if self.server.away.is_set():
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        if "watch=true" in self.path:
            self._watch()
        else:
            self.wfile.write(json.dumps(self.server.answer(self.path)).encode())

    def _watch(self) -> None:
        told = 0
        while not self.server.away.is_set():
            for each in self.server.pods[told:]:
                self.wfile.write(json.dumps({"type": "ADDED", "object": each}).encode() + b"\n")
                told += 1
            self.wfile.flush()
            time.sleep(0.02)

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api()) as server:
        yield server
        server.away.set()


@pytest.fixture
def sampler(api: Api, tmp_path: Path) -> Sampler:
    where = kubeconfig.write(tmp_path, f"http://127.0.0.1:{api.server_port}")
    return Sampler(where, kubeconfig.CONTEXT, "dev")


def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_looks_pods_and_events_are_recorded_and_written(api: Api, sampler: Sampler, tmp_path: Path) -> None:
    with sampler:
        until(lambda: sampler.scales and sampler.events)
        api.pods.append(pod("new", 1))
        until(lambda: sampler.pods)
        api.pods.append(pod("new", 2, conditions=[{"type": "Ready", "status": "True", "lastTransitionTime":
                                                   "2026-01-01T00:00:00Z"}]))  # fmt: skip
        until(lambda: sampler.pods[0].ready is not None)
    sampler.write(tmp_path)
    looks = read(tmp_path / SCALE, Scale)
    assert {(each.desired, each.current, each.ready, each.cpu_percent, each.gap) for each in looks} == {
        (4, 2, 2, None, "")
    }
    (found,) = read(tmp_path / PODS, Pod)
    assert (found.pod, found.node, found.deleted) == ("new", "one", None)
    assert [event.reason for event in read(tmp_path / EVENTS, Event)] == ["SuccessfulRescale"]


def test_there_is_a_look_a_second(sampler: Sampler) -> None:
    with sampler:
        until(lambda: len(sampler.scales) >= 5)
    times = [each.t for each in sampler.scales[1:]]
    assert all(0.5 < after - before < 2.5 for before, after in itertools.pairwise(times))


def test_an_api_that_is_away_leaves_gaps_with_their_reason_and_the_looking_goes_on(api: Api, sampler: Sampler) -> None:
    api.pods.append(pod("goes", 1))
    with sampler:
        until(lambda: sampler.scales and sampler.pods)
        api.away.set()
        until(lambda: sampler.scales[-1].gap)
        api.pods.clear()
        api.away.clear()
        until(lambda: not sampler.scales[-1].gap and sampler.pods[0].deleted)
    gaps = [each for each in sampler.scales if each.gap]
    assert all(each.desired is None for each in gaps)
    assert any("503" in each.gap for each in gaps)


def test_an_api_that_was_never_there_is_a_row_of_gaps(api: Api, sampler: Sampler) -> None:
    api.away.set()
    with sampler:
        until(lambda: len(sampler.scales) >= 2)
    assert all(each.gap for each in sampler.scales)
    assert sampler.pods == []
