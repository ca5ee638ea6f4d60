"""The application into a namespace, in the order in which nothing has to wait for what is not there yet."""

import json
from collections.abc import Sequence
from typing import Any

from ops import console, manifests, pods, wait
from ops.errors import OpsError
from ops.kubectl import Kubectl

Manifest = dict[str, Any]
READY_SECONDS = 300.0  # seen: 25 on two cores, 180 where others kept them busy; what cannot work ends the wait sooner
SERVED_LAST = ("Deployment",)
JOBS = ("Job",)
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def deploy(kubectl: Kubectl, objects: Sequence[Manifest], secrets: Sequence[Manifest]) -> None:
    """Bring these objects to their namespace and wait until all of it works.

    First the namespace and its secrets; then all but the Deployments, with the migrations; the Deployments when those
    are done. Raises OpsError as soon as a part cannot work, or after READY_SECONDS.
    """
    first, last = manifests.but_kind(objects, *SERVED_LAST), manifests.of_kind(objects, *SERVED_LAST)
    with console.step("database and migrations") as step:
        kubectl.apply([*manifests.of_kind(objects, "Namespace"), *secrets], server_side=True)
        jobs = manifests.of_kind(first, *JOBS)
        delete_changed(kubectl, jobs)
        kubectl.apply(first)
        step.note = ", ".join(found["metadata"]["name"] for found in jobs)
        until_ready(kubectl, manifests.of_kind(first, *WORKLOADS))
    with console.step("services") as step:
        step.note = ", ".join(found["metadata"]["name"] for found in last)
        kubectl.apply(last)
        until_ready(kubectl, last)


def delete_changed(kubectl: Kubectl, jobs: Sequence[Manifest]) -> None:
    """Delete the Jobs of that name that are to run again: those of another version, and those that failed.

    A Job cannot be changed; one that is as it was applied and ended well stays.
    """
    if not jobs:
        return
    wanted = {job["metadata"]["name"]: job for job in jobs}
    old = [
        found["metadata"]["name"]
        for found in kubectl.get("jobs")
        if found["metadata"]["name"] in wanted
        and (pods.is_failed(found) or not _is_same(found, wanted[found["metadata"]["name"]]))
    ]
    if old:
        kubectl.do("delete", "jobs", *old, "--cascade=foreground", "--timeout=60s")


def _is_same(live: Manifest, wanted: Manifest) -> bool:
    applied = live["metadata"].get("annotations", {}).get(APPLIED)
    return bool(applied and json.loads(applied)["spec"] == wanted["spec"])


def until_ready(kubectl: Kubectl, wanted: Sequence[Manifest], seconds: float = READY_SECONDS) -> None:
    """Return when each of these is ready; raise OpsError as soon as one of them cannot become so."""
    names = [_name(found) for found in wanted]
    if not names:
        return

    def probe() -> None:
        found = {_name(each): each for each in kubectl.get(",".join(sorted({n.partition("/")[0] for n in names})))}
        states = {name: pods.state(found[name]) if name in found else "not made" for name in names}
        waiting = {name: state for name, state in states.items() if state != pods.READY}
        if not waiting:
            return
        running = pods.of_last_version(kubectl.get("pods"), kubectl.get("replicasets"))
        failed = [f"{name} {states[name]}" for name in waiting if name in found and pods.is_failed(found[name])]
        if reason := pods.trouble(running) or ", ".join(failed):
            raise OpsError(f"'{kubectl.namespace}' cannot become ready", reason, _mend(next(iter(waiting))))
        seen = ", ".join(f"{name} {state}" for name, state in waiting.items())
        raise wait.Pending(f"{seen}; {pods.unscheduled(running) or 'every pod has a node'}")

    wait.until(probe, ", ".join(names), seconds=seconds, every=0.5, mend=_mend(names[0]))


def _name(found: Manifest) -> str:
    return f"{found['kind'].lower()}/{found['metadata']['name']}"


def _mend(name: str) -> str:
    return f"kubectl logs {name} tells more; then ./inv up --on kind again"


def stop(kubectl: Kubectl) -> None:
    """Delete all that runs in the namespace, and wait until the pods are gone; data, secrets and settings stay."""
    kinds = "horizontalpodautoscalers,deployments,statefulsets,daemonsets,jobs"
    kubectl.do("delete", kinds, "--all", "--cascade=foreground", "--timeout=120s")


def wipe(kubectl: Kubectl) -> None:
    """Delete the namespace with all that is in it, data too."""
    namespace = f"namespace/{kubectl.namespace}"
    kubectl.do("delete", namespace, "--ignore-not-found", "--wait=false")
    # nobody is to be served to the end here; in a namespace that goes no pod takes another's place
    kubectl.do("delete", "pods", "--all", "--grace-period=1", "--wait=false")
    kubectl.do("wait", "--for=delete", namespace, "--timeout=180s")
