"""A namespace for load tests only: notes and its database from an overlay, with names of its own at the gateway."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops import deploy, manifests, wait
from ops.cluster import secrets
from ops.hpa import places, sites
from ops.hpa.autoscaler import Autoscaler
from ops.hpa.trial import Site
from ops.ports import HOST
from ops.targets.kind import Kind, private_hosts

NEEDED = ("database", "migrate", "notes", "notes-stable")
"""What of an overlay a load test is about; the other services would only take processor time."""
SECRETS = ("database", "notes")
GONE_SECONDS = 90.0  # a pod that ends takes 5 s to leave the gateway, and at most 30 to end


class Ground:
    """One namespace: `overlay` is a name, or the absolute path of a folder with a kustomization.yaml.

    `folders` are where the manifests come from, for advice; those of overlay dev when left out. `state` and `env` are
    the target's.
    """

    def __init__(
        self, name: str, overlay: str, *, folders: list[Path] | None = None, state: Path, env: dict[str, str]
    ) -> None:
        hosts = private_hosts(name)
        self.kind = Kind(state, env, overlay=overlay, namespace=name, hosts=hosts)
        self.accounts = self.kind.folder / "accounts.json"
        self.autoscaler = Autoscaler(self.kind.kubectl, folders=folders or places.layers("dev"))
        gateway = f"http://{HOST}:{self.kind.place.gateway_port}"
        self.site = Site(gateway, hosts["notes"], self.accounts, self.autoscaler)
        self._env = env

    def deploy(self, image: str) -> None:
        """Bring database and notes up with that image, and seed the accounts of the load."""
        bring_up(self.kind, image, self._env)
        sites.seeded(self.kind, self.accounts)

    def restart_autoscaler(self) -> None:
        """Go back to the least number of pods with a new HPA, which remembers nothing of an earlier load."""
        kubectl, name = self.kind.kubectl, self.autoscaler.name
        least = self.autoscaler.limits().least
        kubectl.do("delete", "hpa", name)
        kubectl.do("scale", "deployment", name, f"--replicas={least}")

        def probe() -> None:
            status = self.autoscaler.object("deployment")["status"]
            if not status.get("replicas") == status.get("readyReplicas") == least:
                raise wait.Pending(f"{status.get('readyReplicas', 0)} of {status.get('replicas')} pods Ready")

        wait.until(probe, f"{least} pods", seconds=GONE_SECONDS, every=0.5, mend="./inv cluster.status")
        self.autoscaler.until_measured()
        kubectl.apply(manifests.of_kind(self.kind.objects(), "HorizontalPodAutoscaler"))

    def remove(self) -> None:
        """Delete the namespace with all that is in it."""
        deploy.wipe(self.kind.kubectl)


def bring_up(kind: Kind, image: str, env: Mapping[str, str]) -> None:
    """Deploy notes and its database there with that image, and the secrets that they need."""
    texts = secrets.write(kind.folder / "secrets", env)
    given = secrets.objects(texts, kind.namespace, {name: secrets.SECRETS[name] for name in SECRETS})
    deploy.deploy(kind.kubectl, [each for each in kind.objects(image) if is_needed(each)], given)


def is_needed(found: dict[str, Any]) -> bool:
    """Whether that object of an overlay is one of notes or its database, or nothing that runs."""
    replaceable = found["kind"] in ("Deployment", "StatefulSet", "Job", "HTTPRoute")
    return not replaceable or found["metadata"]["name"] in NEEDED
