"""What a failure on the cluster leaves behind: pods, events, logs, in a folder that the error names."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ops import files, run
from ops.errors import OpsError
from ops.kubectl import Kubectl
from ops.paths import REPORTS

LAST_LINES = "500"


def folder(kind: str, reports: Path = REPORTS) -> Path:
    """A new folder for one failure, named by the moment (UTC)."""
    made = reports / kind / time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    number = 1
    while made.exists():
        number += 1
        made = made.with_name(f"{made.name.split('.')[0]}.{number}")
    files.make_folder(made)
    return made


def keep_cluster(name: str) -> Path:
    """Have kind put the logs of all nodes into a folder, and say which."""
    kept = folder("kind")
    run.run(["kind", "export", "logs", "--name", name, kept], check=False, mend=f"docker logs {name}-control-plane")
    return kept


@contextlib.contextmanager
def kept(kubectl: Kubectl) -> Iterator[None]:
    """Whatever OpsError comes from inside is raised again, naming a folder with what the namespace held."""
    try:
        yield
    except OpsError as error:
        raise keep(kubectl, error) from error


def keep(kubectl: Kubectl, error: OpsError, kind: str = "kind") -> OpsError:
    """The error again, now naming a folder with the namespace's objects, events and logs. Never raises one itself."""
    if run.is_dry():
        return error
    kept = folder(kind)
    for name, ask in _questions(kubectl).items():
        try:
            told = ask()
            (kept / name).write_text(told.out + told.err)
        except OpsError as reason:
            (kept / name).write_text(f"{reason}\n")
    try:
        pods = kubectl.get("pods")
    except OpsError:
        pods = []
    for pod in pods:
        _keep_logs(kubectl, pod["metadata"]["name"], kept)
    return OpsError(error.what, error.seen, f"{error.mend}\npods, events and logs are kept in '{kept}'")


def _questions(kubectl: Kubectl) -> dict[str, Callable[[], run.Result]]:
    return {
        "objects.txt": lambda: kubectl.ask("get", "all,httproute,gateway,pvc", "--output", "wide", check=False),
        "pods.txt": lambda: kubectl.ask("describe", "pods", check=False),
        "events.txt": lambda: kubectl.ask("get", "events", "--sort-by", ".lastTimestamp", check=False),
        "nodes.txt": lambda: kubectl.ask("describe", "nodes", check=False),
    }


def _keep_logs(kubectl: Kubectl, pod: str, kept: Path) -> None:
    for suffix, more in (("", []), (".previous", ["--previous"])):
        words = ["logs", pod, "--all-containers", "--prefix", "--tail", LAST_LINES, *more]
        try:
            told = kubectl.ask(*words, check=False)
        except OpsError:
            continue
        if told.out.strip():
            (kept / f"{pod}{suffix}.log").write_text(told.out)
