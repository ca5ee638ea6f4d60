"""The tests' own kind cluster, namespaces on it, and what is done to them."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import engine, ports, settings, versions
from ops import pods as pods_
from ops.cluster import checks, lifecycle, nodes
from ops.cluster.place import Place, place
from ops.errors import OpsError
from ops.settings import GATEWAY_API_CRDS, OBSERVABILITY, SERVICES
from ops.targets.kind import Kind, private_hosts

CLUSTER = "notes-test"
BACK_SECONDS = 180.0
WATCHED_IMAGES = [versions.IMAGES[part] for part in OBSERVABILITY if part != "grafana"]


def why_not() -> str:
    """Why no cluster can be made here; empty when one can."""
    try:
        checks.tools()
        checks.memory()
        checks.inotify()
        checks.crds(made(Path()))
    except OpsError as error:
        return f"{error.what}: {error.seen}"
    needed = [versions.PYTHON_IMAGE, versions.IMAGES["database"], *WATCHED_IMAGES, *versions.CLUSTER_IMAGES.values()]
    missing = engine.missing_images(needed)
    return f"the engine lacks {', '.join(missing)}: docker pull them" if missing else ""


def to_be_left_out() -> list[str]:
    """Grafana, where its image is not to be had."""
    return ["grafana"] if engine.missing_images([versions.IMAGES["grafana"]]) else []


def env(**changed: str) -> dict[str, str]:
    """Settings of a cluster of the tests: its own name and free ports; the definitions' place is the machine's."""
    crds = {name: text for name, text in settings.load().items() if name == GATEWAY_API_CRDS}
    gateway = ports.any_free(set())
    own = {
        "NOTES_CLUSTER": CLUSTER,
        "GATEWAY_PORT": str(gateway),
        "REGISTRY_PORT": str(ports.any_free({gateway})),
    }
    return crds | own | changed


def made(state: Path, **changed: str) -> Place:
    """A cluster with the tests' settings; nothing is made yet."""
    return place(env(**changed), state)


@dataclass(frozen=True)
class Cluster:
    """A cluster of the tests, by its settings and its state folder; and how many seconds it took from nothing."""

    env: Mapping[str, str]
    state: Path
    seconds: float

    @property
    def place(self) -> Place:
        return place(self.env, self.state)

    def target(self, namespace: str | None = None) -> Kind:
        """The target in a namespace of its own, with names of its own at the gateway."""
        name = namespace or f"test-{uuid.uuid4().hex[:8]}"
        return Kind(self.state, self.env, namespace=name, hosts=private_hosts(name))

    def overlay(self, name: str) -> Kind:
        """The target as that overlay has it, in the overlay's own namespace; one test's at a time."""
        return Kind(self.state, self.env, overlay=name)


@contextmanager
def private(state: Path) -> Iterator[Cluster]:
    """A cluster of the tests. Whatever happens, nothing of it is left behind, and that is looked at."""
    found = env()
    meant = place(found, state)
    remove_left_over(meant)
    started = time.monotonic()
    volumes: set[str] = set()
    try:
        lifecycle.up(meant, [versions.IMAGES["database"]])
        seconds = time.monotonic() - started
        volumes = _volumes([*nodes.found(meant.name), meant.registry])
        yield Cluster(found, state, seconds)
    finally:
        lifecycle.remove(meant)
    assert not nodes.found(meant.name)
    assert meant.registry not in docker("ps", "--all", "--format", "{{.Names}}").split()
    assert volumes
    assert not volumes & set(docker("volume", "ls", "--quiet").split())
    assert not meant.folder.exists()


def _volumes(containers: Collection[str]) -> set[str]:
    told = docker("inspect", "--format", "{{range .Mounts}}{{println .Name}}{{end}}", *containers)
    return set(told.split())


def remove_left_over(meant: Place) -> None:
    """What a run that was killed has left of the tests' own cluster; its name is nobody else's."""
    docker("rm", "--force", "--volumes", meant.registry, check=False)
    subprocess.run(["kind", "delete", "cluster", "--name", meant.name, "--kubeconfig", os.devnull],
                   capture_output=True, check=False, timeout=120)  # fmt: skip


def docker(*words: str, check: bool = True) -> str:
    """What docker says to these words."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def until(condition: Callable[[], Any], what: str, seconds: float = BACK_SECONDS) -> Any:
    """The condition's value once it is true."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, what
        time.sleep(0.2)
    return found


def pods(kind: Kind, part: str) -> dict[str, dict[str, Any]]:
    """The pods of a part that are not on their way out, by name."""
    found = kind.kubectl.get("pods", "--selector", f"app.kubernetes.io/name={part},app.kubernetes.io/component=server")
    return {each["metadata"]["name"]: each for each in found if "deletionTimestamp" not in each["metadata"]}


def ready(kind: Kind, part: str) -> set[str]:
    """Names of the part's pods that get requests."""
    return {name for name, pod in pods(kind, part).items() if pods_.is_ready(pod)}


def smoke(kind: Kind) -> subprocess.CompletedProcess[str]:
    """The smoke suite, run against this target through the gateway."""
    urls = [f"--{'base' if part == 'notes' else part}-url={kind.url(part)}" for part in SERVICES]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/smoke", "--connect-to=127.0.0.1"]
    return subprocess.run([*words, *urls], capture_output=True, text=True, check=False, timeout=120)
