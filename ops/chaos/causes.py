"""What in the manifests breaks a promise: from what was seen, and how the cluster is set up, to a line to change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops import manifests
from ops.chaos import recovery
from ops.chaos.pods import DATABASE, DEPLOYMENT
from ops.chaos.recovery import Recovery
from ops.hpa import places
from ops.hpa.advice import CONTAINERS, Advice
from ops.ledger.check import LOST, Ledger
from ops.targets.kind import Kind

READINESS = "/readyz"
"""The path that asks the database."""
DELETED = "pod-deleted"
"""The fault that tells a pod to end in order; its budget says how long that has to take."""
DATA = "data"
"""The volume of the database's files, as in its manifest."""


@dataclass(frozen=True)
class Setup:
    """The objects of a namespace as the API tells them; `folders` have their manifests, the last word first."""

    objects: Sequence[dict[str, Any]]
    folders: Sequence[Path] = field(default_factory=lambda: places.layers("dev"))

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The containers of notes."""
        found: list[dict[str, Any]] = self.deployment["spec"]["template"]["spec"]["containers"]
        return found

    @property
    def deployment(self) -> dict[str, Any]:
        """The Deployment of notes."""
        return manifests.named(self.objects, "Deployment", DEPLOYMENT)

    def place(self, kind: str, name: str, *path: str) -> str:
        """`file:line` of that key of that object."""
        return places.place(self.folders, kind, name, path)

    def of_container(self, container: dict[str, Any], *path: str) -> str:
        """`file:line` of that key of a container of notes."""
        return self.place("Deployment", DEPLOYMENT, *CONTAINERS, container["name"], *path)


def causes(recoveries: Sequence[Recovery], ledger: Ledger, setup: Setup) -> list[Advice]:
    """What to look at, as far as it explains what was seen."""
    return [advice for ask in CAUSES for advice in ask(recoveries, ledger, setup)]


def fleeting_data(recoveries: Sequence[Recovery], ledger: Ledger, setup: Setup) -> list[Advice]:
    """The database's files go with its pod."""
    is_sick = any(each.ready is None and each.injury.part == DATABASE for each in recoveries)
    if not (ledger.count(LOST) or is_sick):
        return []
    spec = manifests.named(setup.objects, "StatefulSet", DATABASE)["spec"]
    volumes = {each["name"]: each for each in spec["template"]["spec"].get("volumes", ())}
    if "emptyDir" not in volumes.get(DATA, {}):
        return []
    where = setup.place("StatefulSet", DATABASE, "spec", "volumeClaimTemplates")
    return [Advice("the database's files are in an emptyDir, which goes with its pod", where, "claim a volume")]


def unready(recoveries: Sequence[Recovery], _ledger: Ledger, setup: Setup) -> list[Advice]:
    """Nobody asks a pod whether it can serve."""
    if not any(each.impact.failed or (each.injury.pods and "out" not in each.injury.parts) for each in recoveries):
        return []
    what = "no readinessProbe: a pod gets requests while it cannot work"
    return [
        Advice(what, setup.of_container(each, "readinessProbe"), "set readinessProbe")
        for each in setup.containers
        if "readinessProbe" not in each
    ]


def unannounced(recoveries: Sequence[Recovery], _ledger: Ledger, setup: Setup) -> list[Advice]:
    """A pod ends before the gateway knows."""
    due = recovery.budgets(Kind.name)[DELETED].grace or 0.0
    if not any(each.injury.grace is not None and each.injury.grace < due for each in recoveries):
        return []
    what = "no preStop: a pod ends while the gateway still sends it requests"
    return [
        Advice(what, setup.of_container(each, "lifecycle", "preStop"), "set lifecycle.preStop.sleep")
        for each in setup.containers
        if "preStop" not in each.get("lifecycle", {})
    ]


def alone(recoveries: Sequence[Recovery], _ledger: Ledger, setup: Setup) -> list[Advice]:
    """There is nobody to take over."""
    if not any(each.injury.floor == 0 for each in recoveries):
        return []
    found = manifests.of_kind(setup.objects, "HorizontalPodAutoscaler")
    least = found[0]["spec"].get("minReplicas", 1) if found else 1
    if least > 1:
        return []
    where = setup.place("HorizontalPodAutoscaler", DEPLOYMENT, "spec", "minReplicas")
    return [Advice("one replica: while it is away nobody serves", where, "set minReplicas to 2 or more")]


def suicidal(recoveries: Sequence[Recovery], _ledger: Ledger, setup: Setup) -> list[Advice]:
    """Pods are restarted because the database is away."""
    if not any(each.injury.restarts for each in recoveries):
        return []
    what = "liveness asks the database: while that is away, pods that are well are restarted"
    return [
        Advice(what, setup.of_container(each, "livenessProbe"), "ask /livez, which does no I/O")
        for each in setup.containers
        if each.get("livenessProbe", {}).get("httpGet", {}).get("path") == READINESS
    ]


Cause = Callable[[Sequence[Recovery], Ledger, Setup], list[Advice]]
CAUSES: tuple[Cause, ...] = (fleeting_data, unready, unannounced, alone, suicidal)
