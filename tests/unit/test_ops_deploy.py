"""What is read out of Kubernetes' own words, the order of a deployment, and the secrets that it hands over."""

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops import deploy, evidence, kindstack, manifests, pods, run
from ops.cluster import secrets
from ops.errors import OpsError
from ops.kubectl import Kubectl

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl to render the manifests with")
KUBECTL = Kubectl(Path("/kubeconfig"), "kind-notes", "dev")


def made(kind: str = "Deployment", name: str = "notes-stable", *, generation: int = 1, **status: Any) -> dict[str, Any]:
    labels = {"app.kubernetes.io/name": name.removesuffix("-stable")}
    return {
        "kind": kind,
        "metadata": {
            "name": name,
            "namespace": "dev",
            "generation": generation,
            "creationTimestamp": "2026-01-02T03:04:05Z",
        },
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}},
        "status": status,
    }


def pod(name: str = "p", *, restarts: int = 0, ready: str = "True", init: bool = False, **state: Any) -> dict[str, Any]:
    status = {"name": "app", "restartCount": restarts, "state": state, "lastState": {"terminated": {"exitCode": 3}}}
    return {
        "metadata": {"name": name},
        "status": {
            "conditions": [{"type": "Ready", "status": ready}],
            "initContainerStatuses" if init else "containerStatuses": [status],
        },
    }


ALL_THERE = {"observedGeneration": 1, "availableReplicas": 2, "updatedReplicas": 2, "replicas": 2}


@pytest.mark.parametrize(
    ("found", "is_ready"),
    [
        (made(**ALL_THERE), True),
        (made(generation=2, **ALL_THERE), False),  # not seen by its controller yet
        (made(**ALL_THERE | {"updatedReplicas": 1}), False),
        (made(**ALL_THERE | {"replicas": 3}), False),  # an old one still ends
        (made(**ALL_THERE | {"availableReplicas": 1}), False),
        (made(), False),
        (made("StatefulSet", "database", **ALL_THERE), True),
        (made("DaemonSet", "alloy", observedGeneration=1, desiredNumberScheduled=4, numberAvailable=4,
              updatedNumberScheduled=4), True),
        (made("DaemonSet", "alloy", observedGeneration=1, desiredNumberScheduled=4, numberAvailable=3,
              updatedNumberScheduled=4), False),
        (made("Job", "migrate", conditions=[{"type": "Complete", "status": "True"}]), True),
        (made("Job", "migrate", conditions=[{"type": "Complete", "status": "False"}]), False),
        (made("Job", "migrate", conditions=[{"type": "Failed", "status": "True"}]), False),
    ],
)  # fmt: skip
def test_a_workload_is_ready_when_all_pods_of_its_last_version_are(found: dict[str, Any], is_ready: bool) -> None:
    assert (pods.state(found) == pods.READY) is is_ready


def test_a_job_and_a_rollout_that_gave_up_are_failed() -> None:
    assert pods.is_failed(made("Job", "migrate", conditions=[{"type": "Failed", "status": "True"}]))
    assert not pods.is_failed(made("Job", "migrate", failed=1))
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    assert pods.is_failed(made(observedGeneration=1, conditions=[stuck]))
    assert not pods.is_failed(made(generation=2, observedGeneration=1, conditions=[stuck])), "of the version before"
    assert not pods.is_failed(made(observedGeneration=1, conditions=[stuck | {"reason": "ReplicaSetUpdated"}]))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (pod(waiting={"reason": "ImagePullBackOff", "message": "no such image"}), "no such image"),
        (pod(waiting={"reason": "CreateContainerConfigError", "message": 'secret "notes" not found'}), "secret"),
        (pod(waiting={"reason": "CrashLoopBackOff"}, restarts=3), "exit code 3"),
        (pod(waiting={"reason": "ErrImagePull", "message": "gone"}, init=True), "gone"),
        (pod(waiting={"reason": "CrashLoopBackOff"}, restarts=2), None),
        (pod(waiting={"reason": "ContainerCreating"}), None),
        (pod(running={}), None),
    ],
)
def test_what_waiting_does_not_mend(found: dict[str, Any], said: str | None) -> None:
    told = pods.trouble([pod(running={}), found])
    assert (told is None) is (said is None)
    assert said is None or said in (told or "")


def test_the_troubles_of_a_version_that_is_left_are_over() -> None:
    def owned(found: dict[str, Any], owner: str, revision: int = 0) -> dict[str, Any]:
        found["metadata"] |= {
            "ownerReferences": [{"name": owner}],
            "annotations": {"deployment.kubernetes.io/revision": str(revision)},
        }
        return found

    sets = [owned(made("ReplicaSet", f"notes-{n}"), "notes", n) for n in (9, 10)]
    looping = {"waiting": {"reason": "ErrImagePull", "message": "gone"}}
    old, new, database = (owned(pod(f"{name}-0", **looping), name) for name in ("notes-9", "notes-10", "database"))
    assert pods.of_last_version([old, new, database], sets) == [new, database]


def test_a_pod_without_a_node_tells_the_schedulers_reason() -> None:
    waiting = pod()
    waiting["status"]["conditions"] = [{"type": "PodScheduled", "status": "False", "message": "Insufficient memory"}]
    assert "Insufficient memory" in (pods.unscheduled([pod(), waiting]) or "")
    assert pods.unscheduled([pod()]) is None


def test_a_pod_that_ends_gets_no_requests() -> None:
    assert pods.is_ready(pod())
    assert not pods.is_ready(pod(ready="False"))
    ending = pod()
    ending["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"
    assert not pods.is_ready(ending)


class Cluster:
    """Stands in for kubectl: notes what is done, answers with what it holds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *held: dict[str, Any]) -> None:
        self.held, self.done = list(held), list[str]()
        monkeypatch.setattr(Kubectl, "get", lambda _self, kinds, *_words, **_o: self.get(kinds))
        monkeypatch.setattr(Kubectl, "do", self.do)
        monkeypatch.setattr(Kubectl, "ask", lambda *_words, **_options: run.Result(0, "told\n"))

    def get(self, kinds: str) -> list[dict[str, Any]]:
        return [each for each in self.held if f"{each['kind'].lower()}" in kinds.replace("jobs", "job").split(",")]

    def do(self, *words: str, text: str | None = None, **_options: Any) -> run.Result:
        names = [f"{each['kind']}/{each['metadata']['name']}" for each in json.loads(text)["items"]] if text else []
        self.done.append(" ".join([words[0], *names, *(word for word in words[1:] if not word.startswith("-"))]))
        return run.Result(0)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Cluster]:
    return lambda *held: Cluster(monkeypatch, *held)


def job(spec: str, *, failed: bool = False, applied: str | None = None) -> dict[str, Any]:
    found = made("Job", "migrate", conditions=[{"type": "Failed" if failed else "Complete", "status": "True"}])
    found["spec"] = {"was": spec}
    if applied:
        found["metadata"]["annotations"] = {deploy.APPLIED: json.dumps({"spec": {"was": applied}})}
    return found


@pytest.mark.parametrize(
    ("live", "is_deleted"),
    [
        (job("1, and defaults", applied="1"), False),
        (job("1, and defaults", applied="2"), True),
        (job("1", applied="1", failed=True), True),
        (job("1"), True),  # applied by another way
    ],
)
def test_a_migration_runs_again_when_it_is_another_or_failed(
    cluster: Callable[..., Cluster], live: dict[str, Any], is_deleted: bool
) -> None:
    held = cluster(live, made("Job", "somebody-elses"))
    deploy.delete_changed(KUBECTL, [job("1")])
    assert held.done == (["delete jobs migrate"] if is_deleted else [])


def test_services_come_after_the_database_and_the_migrations(cluster: Callable[..., Cluster]) -> None:
    database, migrate, notes = made("StatefulSet", "database", **ALL_THERE), job("1", applied="1"), made(**ALL_THERE)
    held = cluster(database, migrate, notes)
    wanted = [{"kind": "Namespace", "metadata": {"name": "dev"}}, notes, database, {**migrate, "spec": {"was": "1"}}]
    deploy.deploy(KUBECTL, wanted, [{"kind": "Secret", "metadata": {"name": "database"}}])
    assert held.done == [
        "apply Namespace/dev Secret/database",
        "apply Namespace/dev StatefulSet/database Job/migrate",
        "apply Deployment/notes-stable",
    ]


def test_a_part_that_cannot_start_ends_the_wait_and_leaves_its_traces(
    cluster: Callable[..., Cluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looping = {**pod("notes-1", waiting={"reason": "ErrImagePull", "message": "gone"}), "kind": "Pods"}
    cluster(made(), looping)
    monkeypatch.setattr(evidence, "folder", lambda _kind: tmp_path)
    with pytest.raises(OpsError, match="'dev' cannot become ready") as caught, evidence.kept(KUBECTL):
        deploy.until_ready(KUBECTL, [made()])
    assert "pod notes-1, container app: ErrImagePull: gone" in caught.value.seen
    assert str(tmp_path) in caught.value.mend
    assert {path.name for path in tmp_path.iterdir()} >= {"pods.txt", "events.txt", "notes-1.log"}


def test_a_wait_that_ends_says_what_it_saw_last(cluster: Callable[..., Cluster]) -> None:
    cluster(made(**ALL_THERE | {"availableReplicas": 1}))
    with pytest.raises(OpsError, match="waited 0 s for deployment/notes-stable") as caught:
        deploy.until_ready(KUBECTL, [made()], seconds=0)
    assert "1 of 2 pods available" in caught.value.seen


def test_secrets_are_kept_handed_over_by_their_keys_and_the_same_again(tmp_path: Path) -> None:
    texts = secrets.write(tmp_path / "secrets", {"NOTES_MAIL": "smtp://me:hidden@host"})
    assert secrets.write(tmp_path / "secrets", {"NOTES_MAIL": "smtp://me:hidden@host"}) == texts
    assert len({texts[name] for name in secrets.NAMES}) == len(secrets.NAMES)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    given = {each["metadata"]["name"]: each for each in secrets.objects(texts, "dev", secrets.SECRETS)}
    assert given["notes"]["data"].keys() == {"database-password", "secret-key", "mail"}
    assert base64.b64decode(given["notes"]["data"]["mail"]) == b"smtp://me:hidden@host"
    assert given["auth"]["data"]["database-password"] == given["database"]["data"]["database-password"]


@needs_kubectl
def test_a_secret_has_the_keys_that_the_manifests_mount() -> None:
    """Every Secret that a pod mounts is one that the command makes."""
    for objects, given in ((manifests.render("dev"), secrets.SECRETS), (_monitoring(), secrets.MONITORING)):
        mounted = set()
        for found in manifests.of_kind(objects, *deploy.WORKLOADS):
            for volume in found["spec"]["template"]["spec"].get("volumes", ()):
                if "secret" in volume:
                    mounted.add(volume["secret"]["secretName"])
                    wanted = {item["key"] for item in volume["secret"].get("items", ())}
                    assert wanted <= set(given[volume["secret"]["secretName"]])
        assert mounted == set(given)


@needs_kubectl
def test_the_namespaces_of_what_watches_are_known() -> None:
    made_there = [found["metadata"]["name"] for found in manifests.of_kind(_monitoring(), "Namespace")]
    assert tuple(made_there) == kindstack.NAMESPACES


def _monitoring() -> list[dict[str, Any]]:
    return manifests.build(manifests.COMPONENTS / "monitoring")


def test_a_workload_is_shown_as_the_part_that_it_is() -> None:
    found = kindstack._workload(made(**ALL_THERE), KUBECTL)
    assert (found.part, found.name, found.state) == ("notes", "deployment/notes-stable", "ready")
    assert found.selector == "app.kubernetes.io/name=notes"
    assert found.since == "2026-01-02 03:04:05 UTC"
