"""The local registry: the one way of the application's image into the cluster, because it is deployed by its digest."""

import json

from ops import engine, image, run, wait
from ops.cluster import nodes as nodes_
from ops.cluster.place import LABEL, NETWORK, Place
from ops.errors import OpsError
from ops.settings import KIND, REGISTRY_PORT
from ops.versions import CLUSTER_IMAGES

IMAGE = CLUSTER_IMAGES["registry"]
INSIDE_PORT = 5000  # where the registry's image listens
READY_SECONDS = 20.0
CERTS = "/etc/containerd/certs.d"  # containerd's `config_path`, as kind/cluster.yaml sets it; read at each pull


def state(place: Place) -> str | None:
    """The registry container's state; None when there is none. Raises OpsError for a stranger of that name."""
    words = ["docker", "inspect", "--type", "container", place.registry]
    told = run.run(words, question=True, check=False, timeout=engine.SECONDS, mend=engine.START_IT)
    rows = json.loads(told.out or "[]")
    if not rows:
        return None
    if (rows[0]["Config"]["Labels"] or {}).get(LABEL) != place.name:
        mend = f"remove it if nobody needs it: docker rm --force {place.registry}"
        raise OpsError(f"there is a container '{place.registry}' that is not ours", f"it lacks the label {LABEL}", mend)
    return str(rows[0]["State"]["Status"])


def start(place: Place) -> bool:
    """Have the registry run; returns whether it did not before."""
    found = state(place)
    if found == "running":
        return False
    if found is None:
        published = f"127.0.0.1:{place.registry_port}:{INSIDE_PORT}"
        run.run(
            ["docker", "run", "--detach", "--restart", "unless-stopped", "--name", place.registry,
             "--label", f"{LABEL}={place.name}", "--publish", published, IMAGE],
            mend="docker pull " + IMAGE,
        )  # fmt: skip
    else:
        run.run(["docker", "start", place.registry], mend=f"docker logs {place.registry}")
    return True


def join(place: Place, names: list[str]) -> None:
    """Put the registry into the nodes' network, and tell each of these nodes that localhost:PORT is there."""
    words = ["docker", "inspect", "--format", "{{json .NetworkSettings.Networks}}", place.registry]
    told = run.run(words, question=True, check=not run.is_dry(), mend=engine.START_IT)
    if NETWORK not in json.loads(told.out.strip() or "{}"):
        run.run(["docker", "network", "connect", NETWORK, place.registry], mend=engine.START_IT)
    # the overlays always say the default port, also where this machine uses another
    folders = sorted({f"{CERTS}/{place.registry_host}", f"{CERTS}/localhost:{KIND[REGISTRY_PORT].default}"})
    text = f'[host."http://{place.registry}:{INSIDE_PORT}"]\n'

    def tell(name: str) -> None:
        files = " ".join(f"{folder}/hosts.toml" for folder in folders)
        script = f"mkdir -p {' '.join(folders)} && tee {files}"
        words = ["docker", "exec", "--interactive", name, "sh", "-c", script]
        run.run(words, text=text, mend=f"docker logs {name}")

    nodes_.each(names, tell)


def remove(place: Place) -> None:
    """Remove the registry with what was pushed to it, if it is there."""
    if state(place) is not None:
        run.run(["docker", "rm", "--force", "--volumes", place.registry], mend=engine.START_IT)


def push(place: Place, tag: str | None = None) -> str:
    """Push the application's image as it was built last; returns its name with the digest."""
    local = tag or image.tag()
    name, _, version = local.rpartition(":")
    remote = f"{place.registry_host}/{name}"
    run.run(["docker", "tag", local, f"{remote}:{version}"], mend="./inv image")

    def probe() -> run.Result:
        done = run.run(["docker", "push", "--quiet", f"{remote}:{version}"], check=False, mend="./inv cluster.status")
        if done.code:
            raise wait.Pending(run.explain(done))
        return done

    wait.until(probe, "the registry to take the image", seconds=READY_SECONDS, every=1, mend="./inv cluster.up")
    words = ["docker", "image", "inspect", "--format", "{{json .RepoDigests}}", f"{remote}:{version}"]
    told = run.run(words, question=True, check=not run.is_dry(), mend="./inv image")
    digests: list[str] = json.loads(told.out or "[]")
    for digest in digests:
        if digest.startswith(f"{remote}@"):
            return digest
    if run.is_dry():
        return f"{remote}:{version}"
    raise OpsError(f"'{remote}' has no digest", f"the engine knows {digests}", "./inv cluster.load")
