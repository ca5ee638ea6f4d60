"""What workloads and pods say of themselves: ready, on the way, or beyond hope. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

READY = "ready"
RESTARTS = 3  # a container may end once or twice because another part was not there yet
HOPELESS = (
    "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull",
    "CreateContainerConfigError", "CreateContainerError", "RunContainerError",
)  # fmt: skip

Found = Mapping[str, Any]


def state(found: Found) -> str:
    """READY, or how far that object is. For Deployment, StatefulSet, DaemonSet and Job."""
    kind, spec, status = found["kind"], found.get("spec", {}), found.get("status", {})
    if kind == "Job":
        return _job(status)
    if kind == "DaemonSet":
        wanted, available = status.get("desiredNumberScheduled", 0), status.get("numberAvailable", 0)
        updated = status.get("updatedNumberScheduled", 0)
    else:
        wanted, available = spec.get("replicas", 1), status.get("availableReplicas", 0)
        updated = status.get("updatedReplicas", 0)
    is_seen = status.get("observedGeneration", 0) >= found["metadata"].get("generation", 0)
    # more than wanted while the HPA takes some away, or a rollout's old ones end
    if is_seen and min(available, updated) >= wanted and status.get("replicas", updated) == updated:
        return READY
    return f"{available} of {wanted} pods available, {min(updated, wanted)} of this version"


def _job(status: Found) -> str:
    conditions = {each["type"]: each for each in status.get("conditions", ()) if each["status"] == "True"}
    if "Complete" in conditions:
        return READY
    if failed := conditions.get("Failed"):
        return f"failed: {failed.get('message', failed.get('reason', ''))}"
    return f"running, {status.get('failed', 0)} failed attempts"


def is_failed(found: Found) -> bool:
    """Whether a Job has given up, or a Deployment the rollout of its last version."""
    status = found.get("status", {})
    conditions = {each["type"]: each for each in status.get("conditions", ())}
    if found["kind"] == "Job":
        return bool(conditions.get("Failed", {}).get("status") == "True")
    is_seen = status.get("observedGeneration", 0) >= found["metadata"].get("generation", 0)
    return bool(is_seen and conditions.get("Progressing", {}).get("reason") == "ProgressDeadlineExceeded")


def of_last_version(pods: Sequence[Found], replicasets: Sequence[Found]) -> list[Found]:
    """The pods but those of versions that a Deployment is about to leave, whose troubles are over with them."""
    newest: dict[str, Found] = {}
    for each in replicasets:
        owner = _owner(each)
        if owner not in newest or _revision(each) > _revision(newest[owner]):
            newest[owner] = each
    left = {each["metadata"]["name"] for each in replicasets} - {each["metadata"]["name"] for each in newest.values()}
    return [pod for pod in pods if _owner(pod) not in left]


def _owner(found: Found) -> str:
    return str(next((owner["name"] for owner in found["metadata"].get("ownerReferences", ())), ""))


def _revision(found: Found) -> int:
    return int(found["metadata"].get("annotations", {}).get("deployment.kubernetes.io/revision", 0))


def is_ready(pod: Found) -> bool:
    """Whether that pod gets requests."""
    if "deletionTimestamp" in pod["metadata"]:
        return False
    conditions = {each["type"]: each["status"] for each in pod.get("status", {}).get("conditions", ())}
    return conditions.get("Ready") == "True"


def trouble(pods: Sequence[Found]) -> str | None:
    """What keeps one of these pods from ever starting, in a line; None while there is hope."""
    for pod in pods:
        status = pod.get("status", {})
        for container in [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]:
            waiting = container.get("state", {}).get("waiting", {})
            reason = waiting.get("reason", "")
            is_looping = reason == "CrashLoopBackOff" and container.get("restartCount", 0) >= RESTARTS
            if reason in HOPELESS or is_looping:
                return f"pod {pod['metadata']['name']}, container {container['name']}: {reason}: " + (
                    waiting.get("message") or _last_words(container)
                )
    return None


def unscheduled(pods: Sequence[Found]) -> str | None:
    """Why a pod finds no node, as the scheduler says; None when each has one."""
    for pod in pods:
        for condition in pod.get("status", {}).get("conditions", ()):
            if condition["type"] == "PodScheduled" and condition["status"] == "False":
                return f"pod {pod['metadata']['name']} finds no node: {condition.get('message', '')}"
    return None


def _last_words(container: Found) -> str:
    ended = container.get("lastState", {}).get("terminated", {})
    return f"{ended.get('reason', 'ended')}, exit code {ended.get('exitCode', '?')}"
