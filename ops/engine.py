"""The Docker engine: whether it answers, what it runs of one project, which images it has."""

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ops import run, versions
from ops.errors import OpsError

SECONDS = 5.0  # an engine that takes longer for a question is stuck
START_IT = "start the Docker engine (for example: sudo systemctl start docker), or work without: --on embedded"
PROJECT = "com.docker.compose.project"
SERVICE = "com.docker.compose.service"
FOLDER = "com.docker.compose.project.working_dir"


@dataclass(frozen=True)
class Container:
    """A container as the engine describes it; `health` is empty for one without a health check."""

    id: str
    service: str
    state: str
    health: str
    exit_code: int
    restarts: int
    started: str
    folder: str
    ports: dict[str, int]
    said: str  # last words of a failed health check
    is_out_of_memory: bool


def version() -> str | None:
    """Version of the engine that answers; None when there is none."""
    return answer(["docker", "version", "--format", "{{.Server.Version}}"])


def compose_version() -> str | None:
    """Version of Docker Compose; None when it is not installed."""
    return answer(["docker", "compose", "version", "--short"])


def check() -> None:
    """Raise OpsError unless an engine answers and it and Compose are new enough."""
    check_engine()
    refuse_older("Docker Compose", compose_version(), versions.COMPOSE, "install the Docker Compose plugin")


def check_engine() -> None:
    """Raise OpsError unless an engine answers that is new enough."""
    refuse_older("Docker engine", version(), versions.ENGINE, START_IT)


def refuse_older(name: str, found: str | None, oldest: tuple[int, int], mend: str) -> None:
    """Raise OpsError where that program is not there (`found` is None) or older than `oldest`."""
    wanted = ".".join(map(str, oldest))
    if found is None:
        raise OpsError(f"no '{name}' answers", f"{wanted} or newer is needed", mend)
    if tuple(map(int, re.findall(r"\d+", found)[:2])) < oldest:
        raise OpsError(f"'{name}' is too old", f"{found}, needed is {wanted}", f"install {name} {wanted} or newer")


def containers(project: str) -> dict[str, Container]:
    """The containers of that compose project by service, stopped ones too. Raises OpsError when no engine answers."""
    asked = ["docker", "ps", "--all", "--quiet", "--filter", f"label={PROJECT}={project}"]
    ids = run.run(asked, question=True, timeout=SECONDS * 2, mend=START_IT).out.split()
    if not ids:
        return {}
    # one that is gone in between is an error of the command, not of ours: what is left is printed all the same
    told = run.run(["docker", "inspect", *ids], question=True, check=False, timeout=SECONDS * 2, mend=START_IT)
    found = (container(row) for row in json.loads(told.out or "[]"))
    return {each.service: each for each in found}


def container(row: dict[str, Any]) -> Container:
    """A container out of a row of `docker inspect`."""
    state, labels = row["State"], row["Config"]["Labels"]
    health = state.get("Health") or {"Status": ""}
    checks = health.get("Log") or [{"Output": ""}]
    published = row["NetworkSettings"]["Ports"] or {}
    return Container(
        id=row["Id"],
        service=labels.get(SERVICE, ""),
        state=state["Status"],
        health=health["Status"],
        exit_code=state["ExitCode"],
        restarts=row["RestartCount"],
        started=state["StartedAt"],
        folder=labels.get(FOLDER, ""),
        ports={name: int(places[0]["HostPort"]) for name, places in published.items() if places},
        said=checks[-1]["Output"].strip(),
        is_out_of_memory=state["OOMKilled"],
    )


def last_lines(container_id: str, count: int = run.LAST_LINES) -> str:
    """The end of a container's log."""
    words = ["docker", "logs", "--tail", str(count), container_id]
    told = run.run(words, question=True, check=False, timeout=SECONDS, mend=START_IT)
    return (told.out + told.err).strip() or "its log is empty"


def missing_images(images: Collection[str]) -> list[str]:
    """Those of the images that the engine does not have yet."""
    words = ["docker", "image", "inspect", "--format", "{{range .RepoTags}}{{println .}}{{end}}", *images]
    told = run.run(words, question=True, check=False, timeout=SECONDS, mend=START_IT)
    return [image for image in images if image not in told.out.split()]


def image_id(name: str) -> str:
    """The digest that this name stands for now; empty when the engine has no such image."""
    return answer(["docker", "image", "inspect", "--format", "{{.Id}}", name]) or ""


def answer(words: Sequence[str]) -> str | None:
    """What a program says to that question; None when it is not there, fails or is silent."""
    try:
        done = run.run(words, question=True, timeout=SECONDS, check=False, mend=START_IT)
    except OpsError:
        return None
    return done.out.strip() or None if done.code == 0 else None
