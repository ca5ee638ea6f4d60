"""A private namespace of the kind cluster for one proof, and how each control breaks its manifests on purpose."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import http, kindstack, manifests, pods
from ops.chaos.fault import Fault, Record
from ops.chaos.pods import DATABASE, DEPLOYMENT, NOTES
from ops.cluster import lifecycle
from ops.hpa.ground import bring_up, is_needed
from ops.paths import STATE
from ops.targets.kind import Kind, private_hosts

ANSWERS = 10
Objects = list[dict[str, Any]]


def _container(objects: Objects) -> dict[str, Any]:
    found: dict[str, Any] = manifests.named(objects, "Deployment", DEPLOYMENT)["spec"]["template"]["spec"]
    container: dict[str, Any] = found["containers"][0]
    return container


def namespace(what: str) -> str:
    """The namespace of that control."""
    return f"broken-{what}"


def database_on_emptydir(objects: Objects) -> None:
    """The database's files where the next pod does not find them."""
    spec = manifests.named(objects, "StatefulSet", DATABASE)["spec"]
    spec["template"]["spec"]["volumes"] += [{"name": each["metadata"]["name"], "emptyDir": {}}
                                            for each in spec.pop("volumeClaimTemplates")]  # fmt: skip


def no_readiness(objects: Objects) -> None:
    """Nobody asks whether a pod can serve."""
    _container(objects).pop("readinessProbe")


def no_prestop(objects: Objects) -> None:
    """A pod ends as soon as it is told to."""
    _container(objects).pop("lifecycle")


def one_replica(objects: Objects) -> None:
    """Nobody beside it."""
    for hpa in manifests.of_kind(objects, "HorizontalPodAutoscaler"):
        hpa["spec"] |= {"minReplicas": 1, "maxReplicas": 1}


def liveness_asks_database(objects: Objects) -> None:
    """As those write it who take readiness for liveness, impatience and all."""
    _container(objects)["livenessProbe"] = {
        "httpGet": {"path": "/readyz", "port": "http"}, "periodSeconds": 1, "timeoutSeconds": 3, "failureThreshold": 3,
    }  # fmt: skip


@dataclass(frozen=True)
class Control:
    """How a namespace is broken, the fault that brings it to light, and how long it is held.

    With `redeployed` the migrations run again after the fault: before that, what was lost cannot even be asked for.
    """

    damage: Callable[[Objects], None]
    fault: str
    seconds: float = 5.0
    redeployed: bool = False


CONTROLS = {
    "database-emptydir": Control(database_on_emptydir, "database-killed", redeployed=True),
    "no-readiness": Control(no_readiness, "pod-cut"),
    "no-prestop": Control(no_prestop, "pod-deleted"),
    "one-replica": Control(one_replica, "pod-killed"),
    "liveness-database": Control(liveness_asks_database, "database-stopped", seconds=15),
}


class Private(Kind):
    """Notes and its database in a namespace of their own, for one proof; with a control's name, broken like that."""

    def __init__(
        self, namespace: str, what: str = "", state: Path = STATE, env: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(state, env, namespace=namespace, hosts=private_hosts(namespace))
        self.what = what
        self._image: str | None = None

    def objects(self, image: str | None = None) -> Objects:
        """The manifests of what is needed, broken where they are to be."""
        self._image = image or self._image
        found = [each for each in super().objects(image) if is_needed(each)]
        if self.what:
            CONTROLS[self.what].damage(found)
        # at once as many as the HPA would ask for a little later
        (hpa,) = manifests.of_kind(found, "HorizontalPodAutoscaler")
        manifests.named(found, "Deployment", DEPLOYMENT)["spec"]["replicas"] = hpa["spec"]["minReplicas"]
        return found

    def make(self, image: str = "") -> None:
        """Bring it up with that image; without one, also bring up the cluster and deliver what is built here."""
        if not image:
            lifecycle.up(self.place, kindstack.images(()))
            image = lifecycle.deliver(self.place)
        bring_up(self, image, self._found)
        kindstack.until_answered(NOTES, self._each_answers)

    def _each_answers(self) -> http.Answer:
        """The first answer that is none of readiness, of as many as reach every pod; where nothing else asks them."""
        answers = [self.fetch(NOTES, "/readyz") for _ in range(ANSWERS)]
        return next((answer for answer in answers if answer.status != 200), answers[0])

    def migrate(self) -> None:
        """Run the migrations again, as the next deployment would."""
        jobs = manifests.of_kind(self.objects(self._image), "Job")
        self.kubectl.do("delete", "jobs", "--all", "--cascade=foreground", "--timeout=60s")
        self.kubectl.apply(jobs)

    def migrated(self) -> bool:
        """Whether they have come to their end."""
        return all(pods.state(job) == pods.READY for job in self.kubectl.get("jobs", check=False))


class Redeployed:
    """A fault of the database, and a deployment after it: all looks well again, and only the ledger knows better."""

    lasts = False

    def __init__(self, fault: Fault, target: Private) -> None:
        self.fault, self.target = fault, target
        self.name, self.rest = fault.name, fault.rest

    def missing(self) -> str:
        """Nothing is."""
        return ""

    def plan(self, chance: random.Random) -> Record:
        """The fault's plan."""
        return self.fault.plan(chance)

    def inject(self, record: Record) -> None:
        """The fault."""
        self.fault.inject(record)

    def undo(self, record: Record) -> None:
        """The fault's, and the migrations again: they wait for the database."""
        self.fault.undo(record)
        self.target.migrate()

    def traces(self, record: Record) -> list[str]:
        """The fault's, or that the migrations run."""
        return self.fault.traces(record) or ([] if self.target.migrated() else [f"{NOTES}: migrations run"])
