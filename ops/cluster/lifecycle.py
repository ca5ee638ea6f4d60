"""A cluster from nothing to one with a gateway, and back to nothing."""

import contextlib
from collections.abc import Collection, Iterator, Mapping

from ops import console, engine, evidence, files, image, run, settings
from ops.cluster import addons, checks, nodes, registry, sideload
from ops.cluster.place import Place
from ops.errors import OpsError
from ops.targets.base import DOWN, READY, Part
from ops.versions import IMAGES

NODES = 4  # as in kind/cluster.yaml; a test compares


def up(place: Place, images: Collection[str] = ()) -> None:
    """Have the cluster, its registry and its add-ons, and on its workers these images beside the add-ons' own.

    Quick when all is there. Raises OpsError for what it cannot work with or around; a failure says whether the cluster
    was kept, and where the logs are.
    """
    checks.tools()
    checks.crds(place)
    files.make_folder(place.folder)
    with files.locked(place.folder / "lock", mend="wait for it, then look: ./inv cluster.status"):
        found = nodes.found(place.name)
        nodes.refuse_strangers(place, found)
        wanted = [*addons.IMAGES.values(), *images]
        if not found:
            _check_room(place)
        _pull([*wanted, registry.IMAGE, *([] if found else [place.node_image])])
        is_new = not found
        if is_new:
            _create(place)
            found = nodes.found(place.name)
        with _kept(place):
            is_changed = _start(place, found, is_new=is_new)
            is_changed |= _fill(place, found, wanted)
            is_changed |= _add(place)
        if not is_changed:
            console.say(f"already there: {NODES} nodes, registry, {', '.join(addons.PARTS)}")


def _check_room(place: Place) -> None:
    """Everything that making a cluster needs, before anything is made."""
    checks.memory()
    checks.inotify()
    checks.port(settings.GATEWAY_PORT, place.gateway_port)
    if registry.state(place) != "running":
        checks.port(settings.REGISTRY_PORT, place.registry_port)


def _pull(wanted: Collection[str]) -> None:
    if missing := engine.missing_images(wanted):
        with console.step("pull images") as step:
            step.note = ", ".join(missing)
            sideload.pull(missing)


def _create(place: Place) -> None:
    """The nodes. A failure leaves nothing but logs."""
    try:
        with console.step("nodes") as step:
            step.note = f"{NODES} of {place.node_image}"
            registry.start(place)
            nodes.create(place)
    except OpsError as error:
        kept = evidence.keep_cluster(place.name)
        remove(place)
        reason = checks.why_no_kubelet(kept) or error
        fate = f"the nodes' logs are kept in '{kept}'; the cluster was removed"
        raise OpsError(
            f"the cluster '{place.name}' cannot be made: {reason.what}", reason.seen, f"{reason.mend}\n{fate}"
        ) from error


@contextlib.contextmanager
def _kept(place: Place) -> Iterator[None]:
    """Whatever fails inside keeps its logs, and leaves the cluster as it is."""
    try:
        yield
    except OpsError as error:
        kept = evidence.keep_cluster(place.name)
        fate = f"the cluster '{place.name}' was kept; its logs are in '{kept}'"
        raise OpsError(error.what, error.seen, f"{error.mend}\n{fate}") from error


def _start(place: Place, found: Mapping[str, Mapping[str, str]], *, is_new: bool) -> bool:
    """Nodes and registry that run and know each other; returns whether anything was to be done."""
    started = nodes.start_stopped(found)
    is_new_registry = registry.start(place)
    if started or (is_new_registry and not is_new):
        console.say(f"started again: {', '.join([*started, *([place.registry] if is_new_registry else [])])}")
    if not place.kubeconfig.is_file() and not run.is_dry():
        where = ["--name", place.name, "--kubeconfig", str(place.kubeconfig)]
        run.run(["kind", "export", "kubeconfig", *where], mend="./inv cluster.down, then ./inv cluster.up")
    if is_new or started or is_new_registry:
        registry.join(place, list(found))
    return is_new or is_new_registry or bool(started)


def _fill(place: Place, found: Mapping[str, Mapping[str, str]], wanted: Collection[str]) -> bool:
    """The images onto the nodes, each where it may be needed; returns whether any was missing."""
    missing = sideload.lacking({name: sideload.needed_on(node["role"], wanted) for name, node in found.items()})
    if missing:
        with console.step("images to the nodes") as step:
            step.note = ", ".join(sorted({name for names in missing.values() for name in names}))
            sideload.load(place, missing)
    return bool(missing)


def _add(place: Place) -> bool:
    """What every cluster has; returns whether it was not there as the files have it, and ready."""
    nodes_ready = list(nodes.ready(place).values())
    if addons.is_current(place) and nodes_ready == [True] * NODES and set(addons.states(place).values()) == {READY}:
        return False
    with console.step("gateway and metrics-server"):
        addons.apply(place)
        nodes.until_ready(place, NODES)
        addons.until_ready(place)
    return True


def load(place: Place) -> str:
    """Build and push the application's image, and have every image of others that the engine has on the nodes.

    Returns the application's image with its digest. Raises OpsError where there is no cluster.
    """
    found = nodes.found(place.name)
    if not found:
        raise OpsError(f"there is no cluster '{place.name}'", "nothing to load an image into", "./inv cluster.up")
    nodes.refuse_strangers(place, found)
    files.make_folder(place.folder)
    with files.locked(place.folder / "lock", mend="wait for it, then look: ./inv cluster.status"):
        wanted = [*addons.IMAGES.values(), *IMAGES.values()]
        _fill(place, found, sorted(set(wanted) - set(engine.missing_images(wanted))))
        return deliver(place)


def deliver(place: Place) -> str:
    """Build the application's image and push it; returns its name with the digest."""
    with console.step("image") as step:
        image.build()
        step.note = registry.push(place)
    return step.note


def status(place: Place) -> list[Part]:
    """Each node, the registry and each add-on as it is found to be now."""
    found = nodes.found(place.name)
    nodes.refuse_strangers(place, found)
    ready = nodes.ready(place) if found and place.kubeconfig.is_file() else {}
    parts = [Part(name, _node_state(node["state"], ready.get(name)), "-", "") for name, node in sorted(found.items())]
    if not parts:
        parts = [Part("nodes", DOWN, "-", "")]
    state = registry.state(place) or DOWN
    parts.append(Part("registry", READY if state == "running" else state, place.registry_host, ""))
    states = addons.states(place) if ready else dict.fromkeys(addons.PARTS, DOWN)
    addresses = {"traefik": f"http://127.0.0.1:{place.gateway_port}"}
    return parts + [Part(name, state, addresses.get(name, "-"), "") for name, state in states.items()]


def _node_state(container: str, is_ready: bool | None) -> str:
    if container != "running":
        return container
    return READY if is_ready else "not ready" if is_ready is False else "unknown: the API server does not answer"


def remove(place: Place) -> None:
    """Remove the nodes, the registry and the files; what was pulled stays. Refuses a stranger's cluster."""
    found = nodes.found(place.name)
    nodes.refuse_strangers(place, found)
    if found:
        nodes.delete(place)
    registry.remove(place)
    files.remove_folder(place.folder)
