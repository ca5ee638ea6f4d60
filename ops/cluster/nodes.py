"""The nodes: making them with kind, removing them, and whether a cluster of that name is ours."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from ops import engine, files, run, wait
from ops.cluster.place import FILE, GATEWAY_NODE_PORT, Place
from ops.errors import OpsError

CONTROL_PLANE = "control-plane"
LABEL = "io.x-k8s.kind.cluster"
ROLE = "io.x-k8s.kind.role"
START_SECONDS = 60.0  # a stopped control plane was seen to answer after 6 s, a stopped worker after 11
ASK = ["docker", "ps", "--all", "--no-trunc", "--format", "{{json .}}"]


def config(place: Place) -> str:
    """kind/cluster.yaml with this cluster's name, host port and node image; all else as it stands there."""
    told: dict[str, Any] = yaml.safe_load(FILE.read_text())
    told["name"] = place.name
    for node in told["nodes"]:
        node["image"] = place.node_image
        for mapping in node.get("extraPortMappings", ()):
            if mapping["containerPort"] == GATEWAY_NODE_PORT:
                mapping["hostPort"] = place.gateway_port
    return yaml.safe_dump(told, sort_keys=False)


def found(name: str) -> dict[str, dict[str, str]]:
    """The containers of the nodes of that cluster, stopped ones too, by name: id, state, role."""
    told = run.run(
        [*ASK, "--filter", f"label={LABEL}={name}"], question=True, timeout=engine.SECONDS * 2, mend=engine.START_IT
    )
    rows = [json.loads(row) for row in told.out.splitlines()]
    return {row["Names"]: {"id": row["ID"], "state": row["State"], "role": _role(row["Labels"])} for row in rows}


def _role(labels: str) -> str:
    pairs = dict(pair.partition("=")[::2] for pair in labels.split(","))
    return pairs.get(ROLE, "")


def is_ours(place: Place, nodes: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether these nodes are those that we made: their containers are the ones that were noted then."""
    if not (path := _record(place)).is_file():
        return False
    noted: dict[str, str] = json.loads(path.read_text())
    # an empty note was written before a creation that was cut off: then no cluster of that name was there
    return not noted or any(node["id"] == noted.get(name) for name, node in nodes.items())


def refuse_strangers(place: Place, nodes: Mapping[str, Mapping[str, str]]) -> None:
    """Raise OpsError where there is a cluster of that name which this checkout did not make."""
    if nodes and not is_ours(place, nodes):
        raise OpsError(
            f"there is a kind cluster '{place.name}' that this checkout did not make",
            f"containers {', '.join(sorted(nodes))}; '{_record(place)}' does not know them",
            f"use another name and other ports, see NOTES_CLUSTER in .env.example\n"
            f"or, if nobody needs it: kind delete cluster --name {place.name}",
        )


def create(place: Place) -> None:
    """Make the nodes. Raises OpsError with kind's last words; the nodes are then left for a look at their logs."""
    files.make_folder(place.folder)
    files.write(place.folder / "cluster.yaml", config(place))
    note(place, {})
    where: list[str | Path] = [
        "--name",
        place.name,
        "--kubeconfig",
        place.kubeconfig,
        "--config",
        place.folder / "cluster.yaml",
    ]
    try:
        run.run(["kind", "create", "cluster", *where, "--retain"], mend="see the logs")
    finally:
        note(place, found(place.name))


def note(place: Place, nodes: Mapping[str, Mapping[str, str]]) -> None:
    """Write down which containers are ours."""
    files.write(_record(place), json.dumps({name: node["id"] for name, node in nodes.items()}, indent=1))


def delete(place: Place) -> None:
    """Remove the nodes."""
    words = ["kind", "delete", "cluster", "--name", place.name, "--kubeconfig", str(place.kubeconfig)]
    run.run(words, mend=f"docker ps --all --filter label={LABEL}={place.name}")


def start_stopped(nodes: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Start those of the nodes that are stopped, as after a restart of the engine; returns their names."""
    stopped = sorted(name for name, node in nodes.items() if node["state"] != "running")
    if stopped:
        run.run(["docker", "start", *stopped], mend=engine.START_IT)
    return stopped


def until_ready(place: Place, count: int, seconds: float = START_SECONDS) -> None:
    """Return when that many nodes are Ready; raises OpsError with what they are instead."""

    def probe() -> None:
        states = ready(place)
        if sum(states.values()) < count:
            seen = [f"{name} {'' if is_ready else 'not '}ready" for name, is_ready in states.items()]
            raise wait.Pending(", ".join(seen) or "the API server does not answer")

    wait.until(probe, f"{count} nodes to be ready", seconds=seconds, every=0.5, mend="./inv cluster.status")


def ready(place: Place) -> dict[str, bool]:
    """Whether each node is Ready; empty when the API server does not answer."""
    rows = place.kubectl.get("nodes", check=False)
    return {row["metadata"]["name"]: _is_ready(row) for row in rows}


def _is_ready(row: Mapping[str, Any]) -> bool:
    conditions = {each["type"]: each["status"] for each in row["status"].get("conditions", ())}
    return conditions.get("Ready") == "True"


def each(names: list[str], do: Any) -> None:
    """Call `do` with every name at once, and raise the first error of all when each has ended."""
    with ThreadPoolExecutor(max_workers=max(1, len(names))) as pool:
        for done in [pool.submit(do, name) for name in names]:
            done.result()


def _record(place: Place) -> Path:
    return place.folder / "nodes.json"
