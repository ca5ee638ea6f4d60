"""The kind cluster before there is one: its file, its names, what it refuses, and whose it is."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from invoke.config import Config
from invoke.context import Context
from invoke.exceptions import Exit

from ops import engine, evidence, http, ports, run
from ops.cluster import addons, checks, lifecycle, nodes, registry
from ops.cluster.place import FILE, GATEWAY_NODE_PORT, Place, place
from ops.commands import cluster as commands
from ops.errors import OpsError
from ops.kubectl import Kubectl
from ops.settings import KIND
from ops.versions import CLUSTER_IMAGES, GATEWAY_API, GATEWAY_API_ADDRESS

CLUSTER: dict[str, Any] = yaml.safe_load(FILE.read_text())
OTHERS = {"NOTES_CLUSTER": "other", "GATEWAY_PORT": "8090", "REGISTRY_PORT": "5009", "KIND_NODE_IMAGE": "mine:1"}


@pytest.fixture
def meant(tmp_path: Path) -> Place:
    return place({}, tmp_path)


def said(*outputs: str) -> Callable[..., run.Result]:
    """A `run` that answers one after the other."""
    left = iter(outputs)
    return lambda _words, **_options: run.Result(0, next(left))


def row(name: str, number: str = "1", role: str = "worker", state: str = "running") -> str:
    labels = f"a=b,{nodes.LABEL}=notes,{nodes.ROLE}={role}"
    return json.dumps({"ID": number, "Names": name, "Labels": labels, "State": state})


def test_the_file_has_a_control_plane_and_three_workers_in_zones_of_their_own() -> None:
    assert [node["role"] for node in CLUSTER["nodes"]] == ["control-plane", "worker", "worker", "worker"]
    assert len(CLUSTER["nodes"]) == lifecycle.NODES
    zones = [node["labels"]["topology.kubernetes.io/zone"] for node in CLUSTER["nodes"][1:]]
    assert len(set(zones)) == 3


def test_the_file_says_what_the_settings_default_to() -> None:
    assert CLUSTER["name"] == KIND["NOTES_CLUSTER"].default
    assert {node["image"] for node in CLUSTER["nodes"]} == {CLUSTER_IMAGES["node"]} == {KIND["KIND_NODE_IMAGE"].default}
    mappings = CLUSTER["nodes"][0]["extraPortMappings"]
    assert [(each["listenAddress"], str(each["hostPort"]), each["containerPort"]) for each in mappings] == [
        ("127.0.0.1", KIND["GATEWAY_PORT"].default, GATEWAY_NODE_PORT)
    ]
    assert KIND["GATEWAY_API_CRDS"].default == GATEWAY_API_ADDRESS
    assert registry.CERTS in CLUSTER["containerdConfigPatches"][0]


def test_the_settings_change_name_port_and_image_and_nothing_else(meant: Place, tmp_path: Path) -> None:
    assert yaml.safe_load(nodes.config(meant)) == CLUSTER
    changed = yaml.safe_load(nodes.config(place(OTHERS, tmp_path)))
    assert changed["name"] == "other"
    assert {node.pop("image") for node in changed["nodes"]} == {"mine:1"}
    assert changed["nodes"][0]["extraPortMappings"][0]["hostPort"] == 8090
    assert changed["nodes"][1:] == [{k: v for k, v in node.items() if k != "image"} for node in CLUSTER["nodes"][1:]]


def test_all_names_follow_from_the_clusters(tmp_path: Path) -> None:
    other = place(OTHERS, tmp_path)
    assert (other.context, other.registry, other.registry_host) == ("kind-other", "other-registry", "localhost:5009")
    assert other.kubeconfig == tmp_path / "kind/other/kubeconfig"
    words = other.kubectl.within("dev").words("get", "pods")
    assert words[:7] == ["kubectl", "--kubeconfig", other.kubeconfig, "--context", "kind-other", "--namespace", "dev"]


@pytest.mark.parametrize("name", ["", "-x", "Notes", "a/b", "../a", "a b"])
def test_a_name_that_could_lead_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    if not name:
        assert place({"NOTES_CLUSTER": name}, tmp_path).name == "notes"
        return
    with pytest.raises(OpsError, match="no name for a cluster"):
        place({"NOTES_CLUSTER": name}, tmp_path)


@pytest.mark.parametrize("setting", ["GATEWAY_PORT", "REGISTRY_PORT"])
def test_a_port_of_the_cluster_that_is_none_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(OpsError, match=f"'{setting}' is no port"):
        place({setting: "80800"}, tmp_path)


def test_nodes_are_told_by_name_state_and_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run", said(row("notes-worker", state="exited") + "\n" + row("c", "2", "control-plane")))
    assert nodes.found("notes") == {
        "notes-worker": {"id": "1", "state": "exited", "role": "worker"},
        "c": {"id": "2", "state": "running", "role": nodes.CONTROL_PLANE},
    }


def test_a_cluster_is_ours_by_the_containers_that_were_noted(meant: Place) -> None:
    ours = {"notes-worker": {"id": "1", "state": "running", "role": "worker"}}
    meant.folder.mkdir(parents=True)
    with pytest.raises(OpsError, match="this checkout did not make") as caught:
        nodes.refuse_strangers(meant, ours)
    assert "kind delete cluster --name notes" in caught.value.mend
    nodes.note(meant, ours)
    nodes.refuse_strangers(meant, ours)
    with pytest.raises(OpsError, match="this checkout did not make"):
        nodes.refuse_strangers(meant, {"notes-worker": {**ours["notes-worker"], "id": "2"}})
    nodes.note(meant, {})
    nodes.refuse_strangers(meant, ours)  # cut off while it was made: there was none of that name before


def test_a_registry_of_somebody_else_is_refused(meant: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {"Config": {"Labels": None}, "State": {"Status": "running"}}
    monkeypatch.setattr(run, "run", said(json.dumps([theirs])))
    with pytest.raises(OpsError, match="'notes-registry' that is not ours"):
        registry.state(meant)
    monkeypatch.setattr(run, "run", said("[]"))
    assert registry.state(meant) is None


class Steps:
    """Stands in for what makes and removes a cluster, and notes what was called."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, logs: Path) -> None:
        self.done = list[str]()
        for module in (checks.tools, checks.memory, checks.inotify):
            monkeypatch.setattr(checks, module.__name__, lambda: None)
        monkeypatch.setattr(ports, "is_free", lambda _port: True)
        monkeypatch.setattr(engine, "missing_images", lambda _names: [])
        monkeypatch.setattr(nodes, "found", lambda _name: {})
        monkeypatch.setattr(registry, "state", lambda _place: None)
        monkeypatch.setattr(registry, "start", lambda _place: True)
        monkeypatch.setattr(registry, "remove", lambda _place: self.done.append("registry removed"))
        monkeypatch.setattr(nodes, "create", self.fail)
        monkeypatch.setattr(evidence, "keep_cluster", lambda _name: logs)

    def fail(self, _place: Place) -> None:
        self.done.append("create")
        raise OpsError("'kind' failed", "exit code 1", "see the logs")


@pytest.mark.parametrize(
    ("log", "what"),
    [("", "'kind' failed"), ("E not run on a host using cgroup v1", "cannot run on this host's cgroups")],
)
def test_a_cluster_that_cannot_be_made_is_removed_and_its_logs_are_named(
    meant: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: str, what: str
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "kubelet.log").write_text(log.replace("not run", "kubelet is configured to not run"))
    steps = Steps(monkeypatch, logs)
    with pytest.raises(OpsError, match="the cluster 'notes' cannot be made") as caught:
        lifecycle.up(meant)
    assert what in caught.value.what
    assert f"logs are kept in '{logs}'; the cluster was removed" in caught.value.mend
    assert steps.done == ["create", "registry removed"]
    assert not meant.folder.exists()


@pytest.mark.parametrize("lack", ["memory", "inotify", "crds", "port"])
def test_what_lacks_is_refused_before_anything_is_made(
    meant: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lack: str
) -> None:
    steps = Steps(monkeypatch, tmp_path)

    def refuse(*_words: object) -> None:
        raise OpsError("refused", "seen", "mend")

    monkeypatch.setattr(checks, lack, refuse)
    with pytest.raises(OpsError, match="refused"):
        lifecycle.up(meant)
    assert steps.done == []


def test_removing_the_cluster_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    removed = list[str]()
    monkeypatch.setattr(lifecycle, "remove", lambda place: removed.append(place.name))
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(Exit):
        commands.down(Context(Config()))
    assert not removed
    commands.down(Context(Config()), yes=True)
    assert len(removed) == 1


@pytest.mark.parametrize(("status", "is_ready"), [(200, True), (404, True), (0, False)])
def test_the_gateway_is_ready_when_it_answers_at_the_machines_port(
    meant: Place, monkeypatch: pytest.MonkeyPatch, status: int, is_ready: bool
) -> None:
    asked = list[str]()

    def get(url: str) -> http.Answer:
        asked.append(url)
        return http.Answer(status, "refused")

    monkeypatch.setattr(http, "get", get)
    assert (addons.gateway_state(meant) == "ready") is is_ready
    assert asked == ["http://127.0.0.1:8080/"]


@pytest.mark.parametrize(
    ("release", "text", "is_defined"),
    [
        (GATEWAY_API, None, True),
        ("v1.0.0", None, False),
        (None, None, False),
        ("v1.0.0", "    gateway.networking.k8s.io/bundle-version: v1.0.0\n", True),
        (GATEWAY_API, "    gateway.networking.k8s.io/bundle-version: v1.0.0\n", False),
    ],
)
def test_definitions_of_the_release_that_is_meant_are_not_fetched_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, release: str | None, text: str | None, is_defined: bool
) -> None:
    """The release is this version's, or that of the file which the setting names."""
    file = tmp_path / "crds.yaml"
    if text:
        file.write_text(text)
    found = {"metadata": {"annotations": {addons.BUNDLE: release}}} if release else None
    monkeypatch.setattr(Kubectl, "get", lambda *_, **__: [found] if found else [])
    assert addons.is_defined(place({"GATEWAY_API_CRDS": str(file)} if text else {}, tmp_path)) is is_defined
