"""The kind cluster before there is one: its file, its names, what it refuses, and whose it is."""

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from invoke.config import Config
from invoke.context import Context
from invoke.exceptions import Exit

from ops import doctor, engine, evidence, http, image, ports, run
from ops.cluster import addons, checks, lifecycle, nodes, registry, sideload
from ops.cluster.place import FILE, GATEWAY_NODE_PORT, Place, place
from ops.commands import cluster as commands
from ops.errors import OpsError
from ops.kubectl import Kubectl
from ops.paths import ROOT
from ops.settings import KIND
from ops.versions import CLUSTER_IMAGES, GATEWAY_API, GATEWAY_API_ADDRESS, IMAGES

CLUSTER: dict[str, Any] = yaml.safe_load(FILE.read_text())
CONTROL_PLANE_KEY = "node-role.kubernetes.io/control-plane"
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


def test_without_an_engine_kind_or_kubectl_it_says_which_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[str, str | None] = {"docker": None, "kind": None, "kubectl": None}

    def answer(words: Sequence[str]) -> str | None:
        return answers[words[0]]

    monkeypatch.setattr(engine, "answer", answer)
    for name, text, what in (
        ("docker", "28.5.2", "no 'Docker engine' answers"),
        ("kind", "kind v0.33.0 go1.27.2 linux/amd64", "no 'kind' answers"),
        ("kubectl", '{"clientVersion": {"gitVersion": "v1.36.4"}}', "no 'kubectl' answers"),
    ):
        with pytest.raises(OpsError, match=what):
            checks.tools()
        answers[name] = text
    checks.tools()
    answers["kind"] = "kind v0.27.0 go1.23 linux/amd64"
    with pytest.raises(OpsError, match="'kind' is too old"):
        checks.tools()


LEAST = doctor.CLUSTER_MEMORY_MIB


@pytest.mark.parametrize(
    ("of_machine", "of_engine", "refused"),
    [(9000, 9000, False), (9000, 2000, True), (LEAST - 1, 9000, True), (LEAST, 9000, False)],
)
def test_too_little_memory_is_refused_be_it_the_machines_or_the_engines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, of_machine: int, of_engine: int, refused: bool
) -> None:
    (tmp_path / "meminfo").write_text(f"MemAvailable: {of_machine << 10} kB\n")
    monkeypatch.setattr(doctor, "MEMORY", tmp_path / "meminfo")
    monkeypatch.setattr(engine, "answer", lambda _words: str(of_engine << 20))
    if not refused:
        checks.memory()
        return
    with pytest.raises(OpsError, match="too little memory") as caught:
        checks.memory()
    assert f"{min(of_machine, of_engine)} MiB" in caught.value.seen


def test_linux_own_limit_of_watchers_is_refused_with_the_line_that_mends_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "limit").write_text("128\n")
    monkeypatch.setattr(doctor, "INOTIFY", tmp_path / "limit")
    with pytest.raises(OpsError, match="too few file watchers") as caught:
        checks.inotify()
    assert "sysctl fs.inotify.max_user_instances=1024" in caught.value.mend
    (tmp_path / "limit").write_text("1024\n")
    checks.inotify()


def test_a_taken_port_is_refused_with_who_has_it_and_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda number: number != 8080)
    monkeypatch.setattr(ports, "owner", lambda _number: "'nginx' (pid 7)")
    checks.port("REGISTRY_PORT", 5001)
    with pytest.raises(OpsError, match="port 8080 is taken") as caught:
        checks.port("GATEWAY_PORT", 8080)
    assert "'nginx' (pid 7)" in caught.value.seen
    assert "GATEWAY_PORT=8081" in caught.value.mend


def test_a_file_of_definitions_that_is_not_there_is_refused(tmp_path: Path) -> None:
    checks.crds(place({}, tmp_path))
    with pytest.raises(OpsError, match="no file"):
        checks.crds(place({"GATEWAY_API_CRDS": str(tmp_path / "nowhere.yaml")}, tmp_path))


@pytest.mark.parametrize(
    ("log", "is_told"),
    [
        ("E1 kubelet is configured to not run on a host using cgroup v1. cgroup v1 support is unsupported\n", True),
        ("W1 cgroup v1 detected, maintenance mode\n", False),
        ("", False),
    ],
)
def test_a_kubelet_that_refuses_the_hosts_cgroups_is_told_by_its_log(tmp_path: Path, log: str, is_told: bool) -> None:
    (tmp_path / "notes-worker").mkdir()
    (tmp_path / "notes-worker/kubelet.log").write_text(f"something\n{log}")
    error = checks.why_no_kubelet(tmp_path)
    assert (error is not None) is is_told
    if error:
        assert "failCgroupV1: false" in error.mend


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("postgres:18.6", "docker.io/library/postgres:18.6"),
        ("prom/prometheus:v3.5.3", "docker.io/prom/prometheus:v3.5.3"),
        ("registry.k8s.io/a/b:v1", "registry.k8s.io/a/b:v1"),
        ("localhost:5001/notesapp:1", "localhost:5001/notesapp:1"),
        ("localhost/notesapp:1", "localhost/notesapp:1"),
    ],
)
def test_an_image_is_known_by_its_whole_name(name: str, whole: str) -> None:
    assert sideload.whole_name(name) == whole


def test_images_are_saved_once_and_reach_only_the_nodes_that_lack_them(
    meant: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    has = {"a": "docker.io/library/x:1\n", "b": "", "c": "", "d": "docker.io/library/x:1\ndocker.io/library/y:1\n"}
    done: list[list[str]] = []

    def fake(words: Sequence[str | Path], **_options: Any) -> run.Result:
        said = [str(word) for word in words]
        if "list" in said:
            return run.Result(0, has[said[2]])
        done.append(said)
        return run.Result(0)

    monkeypatch.setattr(run, "run", fake)
    missing = sideload.lacking({node: ["x:1", "y:1"] for node in has})
    assert missing == {"a": ["y:1"], "b": ["x:1", "y:1"], "c": ["x:1", "y:1"]}
    sideload.load(meant, missing)
    saved = [words[4:] for words in done if words[1] == "save"]
    assert sorted(saved) == [["x:1", "y:1"], ["y:1"]]
    assert sorted(words[3] for words in done if words[1] == "exec") == ["a", "b", "c"]


def pod_specs() -> list[dict[str, Any]]:
    """The pods of every manifest there is, by whatever file it is in."""
    found = []
    for path in sorted((ROOT / "k8s").rglob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            spec = (manifest or {}).get("spec") or {}
            if isinstance(spec.get("template"), dict):
                found.append(spec["template"]["spec"])
    return found


def test_an_image_goes_to_the_nodes_that_its_pods_may_run_on() -> None:
    roles: dict[str, set[str]] = {}
    for spec in pod_specs():
        is_tolerated = any(each.get("key") in (None, CONTROL_PLANE_KEY) for each in spec.get("tolerations", ()))
        is_bound = CONTROL_PLANE_KEY in (spec.get("nodeSelector") or {})
        for container in [*spec.get("initContainers", ()), *spec.get("containers", ())]:
            name = container.get("image", image.NAME)
            roles.setdefault(name, set()).update({nodes.CONTROL_PLANE} if is_tolerated else ())
            roles[name].update(() if is_bound else {"worker"})
    del roles[image.NAME]  # from the registry
    assert roles.keys() == {*IMAGES.values(), *addons.IMAGES.values()}
    for name, wanted in roles.items():
        assert {role for role in (nodes.CONTROL_PLANE, "worker") if sideload.needed_on(role, [name])} == wanted, name


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
