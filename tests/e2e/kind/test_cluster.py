"""A real kind cluster: it comes up, takes the application by command and by hand alike, heals, and leaves nothing."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ops import deploy, evidence, manifests
from ops.cluster import lifecycle, nodes, secrets
from ops.cluster.place import place
from ops.errors import OpsError
from ops.paths import ROOT
from ops.settings import OBSERVABILITY
from ops.targets.kind import Kind
from ops.targets.ready import until_ready
from tests.support import kind
from tests.support.writer import Writer

pytestmark = pytest.mark.timeout(900)

OWN = {"uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "annotations", "finalizers"}
JOBS_OWN = re.compile(r"controller-uid|job-name")
MADE_LATER = {"spec.clusterIP", "spec.clusterIPs", "spec.replicas"}  # by the API server and by the HPA


@dataclass(frozen=True)
class Twice:
    """The overlay dev, deployed by hand and then by the command, and what the cluster had of each object then."""

    target: Kind
    by_hand: dict[str, Any]
    by_command: dict[str, Any]
    seconds: float


@pytest.fixture(scope="module")
def twice(kind_cluster: kind.Cluster) -> Iterator[Twice]:
    target = kind_cluster.overlay("dev")
    made = manifests.render("dev")
    try:
        lifecycle.deliver(kind_cluster.place)
        by_hand(target)
        before = live(target, made)
        started = time.monotonic()
        target.up(without=OBSERVABILITY)
        seconds = time.monotonic() - started
        yield Twice(target, before, live(target, target.objects()), seconds)
    finally:
        target.down(wipe=True)


@pytest.fixture(scope="module")
def dev(twice: Twice) -> Kind:
    """The overlay dev in its own namespace."""
    return twice.target


@pytest.fixture(scope="module")
def writer(dev: Kind) -> Writer:
    """Somebody who writes notes through the gateway and remembers each one that was acknowledged."""
    return Writer(dev.url("notes"))


def test_the_cluster_comes_up_from_nothing_with_a_node_in_each_zone(kind_cluster: kind.Cluster) -> None:
    print(f"\ncluster from nothing after {kind_cluster.seconds:.1f} s")
    rows = kind_cluster.place.kubectl.get("nodes")
    zones = [row["metadata"]["labels"].get("topology.kubernetes.io/zone", "") for row in rows]
    assert sorted(zones) == ["", "zone-a", "zone-b", "zone-c"]
    assert {part.name: part.state for part in lifecycle.status(kind_cluster.place)} == dict.fromkeys(
        [*nodes.found(kind.CLUSTER), "registry", "metrics-server", "traefik"], "ready"
    )


def test_a_second_up_makes_nothing_and_says_what_is_there(
    kind_cluster: kind.Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    before = nodes.found(kind.CLUSTER)
    started = time.monotonic()
    lifecycle.up(kind_cluster.place)
    print(f"\nsecond up {time.monotonic() - started:.1f} s")
    assert "already there: 4 nodes, registry, metrics-server, traefik" in capsys.readouterr().err
    assert nodes.found(kind.CLUSTER) == before


def test_another_checkout_leaves_it_alone(kind_cluster: kind.Cluster) -> None:
    other = place(kind_cluster.env, kind_cluster.state / "other")
    for act in (lifecycle.up, lifecycle.remove, lifecycle.load, lifecycle.status):
        with pytest.raises(OpsError, match="this checkout did not make"):
            act(other)
    assert len(nodes.found(kind.CLUSTER)) == lifecycle.NODES


def test_by_hand_and_by_command_make_the_same_objects_but_for_the_digest(
    kind_cluster: kind.Cluster, twice: Twice
) -> None:
    print(f"\nup over what was there by hand {twice.seconds:.1f} s")
    assert twice.by_hand.keys() == twice.by_command.keys()
    for name, found in twice.by_hand.items():
        assert twice.by_command[name] == found, name
    images = {each for pod in staying(twice.target) for each in own_images(pod)}
    assert len(images) == 1
    assert re.fullmatch(rf"{kind_cluster.place.registry_host}/notesapp@sha256:[0-9a-f]{{64}}", images.pop())


def test_a_second_up_of_the_target_says_so_and_replaces_no_pod(dev: Kind, capsys: pytest.CaptureFixture[str]) -> None:
    until_ready(dev, kind.BACK_SECONDS)  # the autoscaler may just have asked for one more pod
    before = [pod["metadata"]["uid"] for pod in staying(dev)]
    started = time.monotonic()
    dev.up(without=OBSERVABILITY)
    print(f"\nsecond up of the target {time.monotonic() - started:.1f} s")
    assert "already up" in capsys.readouterr().err
    assert [pod["metadata"]["uid"] for pod in staying(dev)] == before


def test_the_smoke_suite_passes_through_the_gateway(dev: Kind) -> None:
    done = kind.smoke(dev)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout


def test_each_part_tells_its_state_its_address_and_its_words(dev: Kind, capfd: pytest.CaptureFixture[str]) -> None:
    until_ready(dev, kind.BACK_SECONDS)  # the autoscaler may just have asked for one more pod
    parts = {part.name: part for part in dev.status()}
    assert {part.state for part in parts.values()} == {"ready"}
    assert parts["hello"].address == f"http://equal-experts-helloworld.com:{dev.place.gateway_port}"
    assert json.loads(dev.run_in("notes", ["python", "-m", "notes", "demo"]))["email"] == "demo@example.com"
    assert dev.psql("notes", ["--tuples-only", "--no-align", "--command", 'select count(*) from "user"']) == 0
    dev.logs("notes")
    shown = capfd.readouterr().out
    assert re.search(r"^\d+$", shown, re.MULTILINE)
    assert "notes-stable" in shown
    with pytest.raises(OpsError, match="no part 'nothing' runs"):
        dev.shell("nothing")


def test_a_killed_pod_comes_back_and_no_acknowledged_note_is_lost(dev: Kind, writer: Writer) -> None:
    with writer.writing():
        writer.until_more(3)
        before = kind.ready(dev, "notes")
        gone = min(before)
        dev.kubectl.do("delete", "pod", gone, "--force", "--grace-period=0")
        started = time.monotonic()
        kind.until(lambda: len(kind.ready(dev, "notes") - {gone}) >= len(before), "nobody took its place")
        print(f"\nreplaced after {time.monotonic() - started:.1f} s")
        writer.until_more(3)
    assert not writer.lost()


def test_down_keeps_the_notes_and_up_brings_them_back(dev: Kind, writer: Writer) -> None:
    with writer.writing():
        writer.until_more(3)
    dev.down()
    assert dev.kubectl.get("pods") == []
    assert {part.state for part in dev.status()} == {"down"}
    dev.up(without=OBSERVABILITY)
    assert not writer.lost()


def test_a_deployment_that_fails_keeps_its_traces_in_a_folder_that_the_error_names(
    kind_cluster: kind.Cluster, kind_target: Kind
) -> None:
    nowhere = f"{kind_cluster.place.registry_host}/nothing:1"
    objects = [
        found for found in kind_target.objects(nowhere) if found["metadata"]["name"] in ("hello", kind_target.namespace)
    ]
    with pytest.raises(OpsError, match="cannot become ready") as caught, evidence.kept(kind_target.kubectl):
        deploy.deploy(kind_target.kubectl, objects, [])
    assert "nothing:1" in caught.value.seen
    found = re.search(r"kept in '(.+)'", caught.value.mend)
    assert found
    assert {path.name for path in (ROOT / found[1]).iterdir()} >= {"pods.txt", "events.txt", "objects.txt"}
    assert "nothing:1" in (ROOT / found[1] / "events.txt").read_text()


def by_hand(dev: Kind) -> None:
    """What the README tells to type."""
    texts = secrets.write(dev.folder / "secrets", {})
    kubectl = dev.place.kubectl
    kubectl.do("create", "namespace", "dev")
    for name, keys in secrets.SECRETS.items():
        words = [f"--from-file={dev.folder / 'secrets' / key}" for key in keys]
        kubectl.within("dev").do("create", "secret", "generic", name, *words)
    assert texts.keys() >= {"mail"}
    subprocess.run([str(word) for word in kubectl.words("apply", "--kustomize", ROOT / "k8s/overlays/dev")],
                   check=True, capture_output=True, timeout=180)  # fmt: skip
    kubectl.within("dev").do("wait", "--for=condition=Complete", "--timeout=300s", "job/migrate", "job/auth-migrate")
    for name in ("notes-stable", "hello", "jobs", "auth"):
        kubectl.within("dev").do("rollout", "status", "--timeout=300s", f"deployment/{name}")


def live(dev: Kind, made: list[dict[str, Any]]) -> dict[str, Any]:
    """Each of these objects as the cluster has it, by its name; what may differ (see `comparable`) is taken out."""
    wanted = [*made, *({"kind": "Secret", "metadata": {"name": name}} for name in secrets.SECRETS)]
    alike = alike_in(made)
    found = {}
    for each in wanted:
        kind_, name = each["kind"], each["metadata"]["name"]
        rows = dev.kubectl.get(f"{kind_.lower()}/{name}")
        assert len(rows) == 1, name
        if kind_ == "Secret":
            rows[0]["metadata"].pop("labels", None)  # whoever types it gives it none
        found[f"{kind_}/{alike.get(name, name)}"] = comparable(rows[0], alike)
    return found


def alike_in(made: list[dict[str, Any]]) -> dict[str, str]:
    """What follows from the port of this cluster's gateway, and what is put in its place.

    It is where links in mails lead, and so in the hash at the end of a ConfigMap's name.
    """
    configs = manifests.of_kind(made, "ConfigMap")
    names = {each["metadata"]["name"]: each["metadata"]["name"].rpartition("-")[0] for each in configs}
    links = {each["data"]["NOTES_PUBLIC_URL"]: "the gateway" for each in configs if "NOTES_PUBLIC_URL" in each["data"]}
    assert len(links) == 1
    return names | links


def comparable(row: Any, alike: dict[str, str], at: str = "") -> Any:
    """The object without identity, moment, status, the name of the application's image and the gateway's port."""
    if isinstance(row, dict):
        return {
            key: comparable(value, alike, f"{at}.{key}".lstrip("."))
            for key, value in row.items()
            if not (key == "status" and not at)
            and not (at == "metadata" and key in OWN)
            and not JOBS_OWN.search(key)
            and f"{at}.{key}" not in MADE_LATER
        }
    if isinstance(row, list):
        return [comparable(value, alike, f"{at}[]") for value in row]
    if not isinstance(row, str):
        return row
    return "notesapp" if "/notesapp" in row else alike.get(row, row)


def staying(dev: Kind) -> list[dict[str, Any]]:
    """The pods but those that are on their way out, which an earlier revision may have left."""
    return [pod for pod in dev.kubectl.get("pods") if "deletionTimestamp" not in pod["metadata"]]


def own_images(pod: dict[str, Any]) -> list[str]:
    return [each["image"] for each in pod["spec"]["containers"] if "notesapp" in each["image"]]
