"""Third-party images: pulled to the local engine when missing, then copied to the nodes that lack them.

`kind load docker-image` saves the images once more for each call and unpacks each at once; here all that is missing is
saved once, copied to all nodes at the same time, and unpacked by the node that first runs it.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from ops import files, image, run
from ops.cluster import nodes as nodes_
from ops.cluster.place import Place
from ops.versions import CLUSTER_IMAGES, IMAGES

CONTROL_PLANE_ONLY = {CLUSTER_IMAGES["traefik"], CLUSTER_IMAGES["metrics-server"]}
EVERYWHERE = {IMAGES["alloy"]}
"""Where pods may run, as the manifests say; all other images are for the workers. A test compares."""

CTR = ["ctr", "--namespace", "k8s.io", "images"]


def whole_name(name: str) -> str:
    """The image's name with its registry, as containerd lists it: postgres:18.6 is docker.io/library/postgres:18.6."""
    first, slash, _ = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"docker.io/{name}" if slash else f"docker.io/library/{name}"


def needed_on(role: str, wanted: Collection[str]) -> list[str]:
    """Those of the wanted images that a node of that role may have to run."""
    if role == nodes_.CONTROL_PLANE:
        return [image for image in wanted if image in CONTROL_PLANE_ONLY or image in EVERYWHERE]
    return [image for image in wanted if image not in CONTROL_PLANE_ONLY]


def lacking(wanted: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Which of the images wanted on each node it has not, by node; nodes that have all are left out."""
    found: dict[str, list[str]] = {}

    def look(node: str) -> None:
        told = run.run(["docker", "exec", node, *CTR, "list", "--quiet"], question=True, mend=f"docker logs {node}")
        has = set(told.out.split())
        if missing := [each for each in wanted[node] if whole_name(each) not in has]:
            found[node] = missing

    nodes_.each(list(wanted), look)
    return found


def pull(names: Collection[str]) -> None:
    """Pull these images to the local engine, all at the same time. Raises OpsError for one that cannot be had."""
    nodes_.each(list(names), lambda name: image.pull([name]))


def load(place: Place, missing: Mapping[str, Collection[str]]) -> None:
    """Copy to each node the images that it lacks. The local engine must have them all."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for node, names in missing.items():
        groups.setdefault(tuple(sorted(names)), []).append(node)
    for number, (names, group) in enumerate(groups.items()):
        archive = place.folder / f"images-{number}.tar"
        try:
            run.run(["docker", "save", "--output", archive, *names], mend=image.MAKE_ROOM)
            nodes_.each(group, lambda node, archive=archive: _import(node, archive))
        finally:
            files.remove(archive)


def _import(node: str, archive: Path) -> None:
    # --local: by containerd's own client, which was seen to take 60 to 70 % of the time of its transfer service
    words = ["docker", "exec", "--interactive", node, *CTR, "import", "--local", "--no-unpack", "--digests", "-"]
    run.run(words, file=archive, mend="./inv cluster.load")
