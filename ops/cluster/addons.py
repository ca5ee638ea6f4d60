"""What every cluster has beside its nodes: the Gateway API's definitions, metrics-server, the gateway."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from ops import files, http, pods, stack, wait
from ops.cluster.place import Place
from ops.errors import OpsError
from ops.paths import ROOT
from ops.ports import HOST
from ops.versions import CLUSTER_IMAGES, GATEWAY_API

GATEWAY = "traefik"
COMPONENTS = ROOT / "k8s/components"
PARTS = {"metrics-server": "kube-system", "traefik": "traefik"}
"""The add-ons with the namespaces of their Deployments; each is a folder of k8s/components and the name of its own."""

IMAGES = {name: CLUSTER_IMAGES[name] for name in PARTS}
READY_SECONDS = 120.0
DEFINED = "crd/gateways.gateway.networking.k8s.io"
BUNDLE = "gateway.networking.k8s.io/bundle-version"
"""The annotation in which the definitions tell their release."""


def is_current(place: Place) -> bool:
    """Whether what was applied last is what the files have now."""
    stamp = _stamp(place)
    return stamp.is_file() and stamp.read_text() == _fingerprint(place)


def apply(place: Place) -> None:
    """Bring the definitions and the add-ons as the files have them."""
    if not is_defined(place):  # what is there need not be fetched again: a laptop is not always online
        # server-side: the definitions are larger than the annotation that the other way keeps
        crds: list[str | Path] = ["apply", "--server-side", "--force-conflicts", "--filename", place.crds]
        place.kubectl.do(*crds, mend="set GATEWAY_API_CRDS to a file if its address cannot be reached")
        place.kubectl.do("wait", "--for", "condition=Established", "--timeout", "30s", DEFINED)
    for name in PARTS:
        place.kubectl.do("apply", "--kustomize", COMPONENTS / name)
    files.write(_stamp(place), _fingerprint(place))


def is_defined(place: Place) -> bool:
    """Whether the cluster has the Gateway API's definitions of the release that is meant."""
    found = place.kubectl.get(DEFINED, check=False)
    release = found[0]["metadata"].get("annotations", {}).get(BUNDLE) if found else None
    file = Path(place.crds)
    return bool(release) and (
        f"{BUNDLE}: {release}\n" in file.read_text() if file.is_file() else release == GATEWAY_API
    )


def until_ready(place: Place, parts: Sequence[str] = tuple(PARTS)) -> None:
    """Return when these add-ons do their work; raises OpsError with what they lack."""

    def probe() -> None:
        waiting = [f"{name} {state}" for name in parts if (state := _state(place, name)) != pods.READY]
        if waiting:
            raise wait.Pending(", ".join(waiting))

    wait.until(probe, ", ".join(parts), seconds=READY_SECONDS, every=0.5, mend="./inv cluster.status")


def states(place: Place) -> dict[str, str]:
    """Each add-on: `ready`, `down` or how far it is."""
    return {name: _state(place, name) for name in PARTS}


def _state(place: Place, name: str) -> str:
    try:
        found = place.kubectl.within(PARTS[name]).get(f"deployment/{name}", check=False)
    except OpsError:
        return "unknown: the API server does not answer"
    state = pods.state(found[0]) if found else "down"
    return gateway_state(place) if name == GATEWAY and state == pods.READY else state


def gateway_state(place: Place) -> str:
    """READY when the gateway answers on this machine's port, whatever it says; else why it does not."""
    answer = http.get(f"http://{HOST}:{place.gateway_port}/")
    return pods.READY if answer.status else f"unreachable at {HOST}:{place.gateway_port}: {answer.text}"


def _stamp(place: Place) -> Path:
    return place.folder / "addons"


def _fingerprint(place: Place) -> str:
    crds = Path(place.crds)
    texts = [place.crds, crds.read_text() if crds.is_file() else ""]
    texts += [stack.digest_of(COMPONENTS / name) for name in PARTS]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()
