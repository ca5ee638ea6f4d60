"""The watch against an API and a gateway of ours: what it sees, when, and that it goes on when the API was away."""

import contextlib
import csv
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ops.chaos import sights
from ops.chaos.recovery import Injury
from ops.chaos.sights import POD, SLICE, Sight
from ops.chaos.watching import FILE, Watch
from ops.ledger.client import Address
from tests.support import kubeconfig
from tests.support.serving import serving

SECONDS = 20.0
CLOCK_SECONDS = 0.1


class Api(ThreadingHTTPServer):
    """As much of Kubernetes' API as the watch asks, and the gateway, too; while `away` its watches end with 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.away = threading.Event()
        self.serving = "notes-stable-1-a"
        self.told: list[tuple[str, str, dict[str, Any]]] = []

    def tell(self, kind: str, found: dict[str, Any], what: str = "MODIFIED") -> float:
        """Tell all who watch objects of that kind; returns when."""
        found["metadata"].setdefault("resourceVersion", str(len(self.told) + 1))
        self.told.append((kind, what, found))
        return time.time()


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        if self.server.away.is_set() and "watch=true" in self.path:
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        if "watch=true" in self.path:
            self._watch(self.path.partition("?")[0].rsplit("/", 1)[-1])
        else:
            self.wfile.write(json.dumps({"gitVersion": "v1.36.4", "pod": self.server.serving}).encode())

    def _watch(self, kind: str) -> None:
        told = 0
        while not self.server.away.is_set():
            for each, what, found in self.server.told[told:]:
                is_other = "service-name" in self.path and found["metadata"]["name"] not in self.path
                if each == kind and not is_other:
                    self.wfile.write(json.dumps({"type": what, "object": found}).encode() + b"\n")
            told = len(self.server.told)
            self.wfile.flush()
            time.sleep(0.01)

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # whoever watched has gone
            super().handle()


@pytest.fixture
def api() -> Iterator[Api]:
    with serving(Api()) as server:
        yield server
        server.away.set()


@pytest.fixture
def watch(api: Api, tmp_path: Path) -> Watch:
    url = f"http://127.0.0.1:{api.server_address[1]}"
    return Watch(kubeconfig.write(tmp_path, url), kubeconfig.CONTEXT, "dev", Address(url), tmp_path)


def pod(uid: str, *conditions: str, container: str = "c", **meta: Any) -> dict[str, Any]:
    told = {"name": f"notes-stable-1-{uid}", "uid": uid, "namespace": "dev", **meta}
    states = [{"containerID": container, "state": {"running": {}}, "restartCount": 0}] if container else []
    status = {"conditions": [{"type": each, "status": "True"} for each in conditions], "containerStatuses": states}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": told, "spec": {}, "status": status}


def endpoints(*uids: str) -> dict[str, Any]:
    ready = [{"conditions": {"ready": True}, "targetRef": {"uid": uid}} for uid in uids]
    meta = {"name": "notes-stable", "namespace": "dev"}
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": meta, "endpoints": ready}


def pulled(uid: str) -> dict[str, Any]:
    about = {"name": f"notes-stable-1-{uid}", "uid": uid}
    meta = {"name": f"e-{uid}", "uid": f"e-{uid}", "namespace": "dev"}
    return {"apiVersion": "v1", "kind": "Event", "metadata": meta, "reason": "Pulled", "involvedObject": about}


def until(watch: Watch, condition: Callable[[list[Sight]], object]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition(watch.sights):
        assert time.monotonic() < deadline, watch.sights
        time.sleep(0.02)


READY = ("PodScheduled", "Ready")


def test_a_healing_is_seen_in_its_parts_on_one_clock(api: Api, watch: Watch, tmp_path: Path) -> None:
    api.tell("pods", pod("a", *READY), "ADDED")
    api.tell("endpointslices", endpoints("a"), "ADDED")
    with watch:
        until(watch, lambda seen: {POD, SLICE, sights.ANSWER} <= {each.kind for each in seen})
        began = time.time()
        at = {"noticed": api.tell("pods", pod("a", *READY, deletionTimestamp="now"))}
        at["out"] = api.tell("endpointslices", endpoints())
        at["rescheduled"] = api.tell("pods", pod("b", "PodScheduled", container=""), "ADDED")
        at["image"] = api.tell("events", pulled("b"), "ADDED")
        at["started"] = api.tell("pods", pod("b", "PodScheduled", container="d"))
        at["ready"] = api.tell("pods", pod("b", *READY, container="d"))
        until(watch, lambda seen: any(each.kind == SLICE and not each.words for each in seen))
        api.tell("pods", pod("a"), "DELETED")
        until(watch, lambda seen: any(each.uid == "b" and each.has(sights.READY) for each in seen))
        api.serving, at["answered"] = "notes-stable-1-b", time.time()
        until(watch, lambda seen: any(each.kind == sights.ANSWER and each.name == api.serving for each in seen))
        until(watch, lambda seen: any(each.has(sights.GONE) for each in seen))
        told = watch.told(Injury("pod-deleted", "a", 0, began, began, None, began + 60, part="notes", pods=("a",)))
    assert list(told.parts) == list(sights.PARTS)
    late = {name: began + told.parts[name] - at[name] for name in at}
    assert all(-0.01 < seconds < CLOCK_SECONDS for name, seconds in late.items() if name != "answered"), late
    assert -0.01 < late["answered"] < 2 * CLOCK_SECONDS, "it asks ten times a second"
    assert (told.floor, told.restarts) == (0, 0)
    assert told.grace is not None
    assert told.grace > 0
    rows = list(csv.DictReader((tmp_path / FILE).read_text().splitlines()))
    assert {row["kind"] for row in rows} == {POD, SLICE, sights.EVENT, sights.ANSWER}


def test_it_goes_on_when_the_api_was_away_and_tells_nothing_twice(api: Api, watch: Watch) -> None:
    api.tell("pods", pod("a", *READY), "ADDED")
    api.tell("events", pulled("a"), "ADDED")
    with watch:
        until(watch, lambda seen: {POD, sights.EVENT} <= {each.kind for each in seen})
        api.away.set()
        time.sleep(0.5)  # longer than it waits before it asks again
        api.away.clear()
        api.tell("pods", pod("a", "PodScheduled"))
        until(watch, lambda seen: any(each.kind == POD and not each.has(sights.READY) for each in seen))
        assert sum(each.kind == sights.EVENT for each in watch.sights) == 1
