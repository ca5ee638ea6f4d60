"""Private compose stacks of the tests, and what is done to their containers."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops import engine, image, versions
from ops.errors import OpsError
from ops.settings import OBSERVABILITY
from ops.targets.compose import Compose

BACK_SECONDS = 180.0


def docker(*words: str, check: bool = True) -> str:
    """What docker says to these words."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def why_not() -> str:
    """Why no stack can run here; empty when one can."""
    try:
        engine.check()
    except OpsError as error:
        return f"{error.what}: {error.seen}"
    needed = [versions.PYTHON_IMAGE, *(image for part, image in versions.IMAGES.items() if part != "grafana")]
    missing = engine.missing_images(needed)
    return f"the engine lacks {', '.join(missing)}: docker pull them" if missing else ""


def to_be_left_out() -> list[str]:
    """Grafana, where its image is not to be had."""
    return ["grafana"] if engine.missing_images([versions.IMAGES["grafana"]]) else []


@contextmanager
def private(folder: Path, **env: str) -> Iterator[Compose]:
    """A stack of its own: name, ports and state. Whatever happens, nothing of it is left behind."""
    project = f"notes-test-{uuid.uuid4().hex[:8]}"
    stack = Compose(folder / "state", env={"COMPOSE_PROJECT_NAME": project, **env}, ports="free")
    try:
        yield stack
    finally:
        docker("compose", "--project-name", project, "down", "--volumes", "--remove-orphans", "--timeout", "5")
        docker("image", "rm", image.tag(project), check=False)


def again(stack: Compose, **env: str) -> Compose:
    """The same stack as another command of the same checkout sees it, with other settings if need be."""
    return Compose(stack.folder.parent, env={"COMPOSE_PROJECT_NAME": stack.project, **env}, ports="free")


def minimal(stack: Compose) -> None:
    """Bring it up without what watches."""
    stack.up(without=OBSERVABILITY)


def states(stack: Compose) -> dict[str, str]:
    return {part.name: part.state for part in stack.status()}


def all_ready(stack: Compose) -> bool:
    return set(states(stack).values()) == {"ready"}


def until_ready(stack: Compose) -> None:
    deadline = time.monotonic() + BACK_SECONDS
    while not all_ready(stack):
        assert time.monotonic() < deadline, states(stack)
        time.sleep(0.3)


def ids(stack: Compose) -> dict[str, str]:
    return {name: each.id for name, each in engine.containers(stack.project).items()}


def inspected(stack: Compose) -> dict[str, dict[str, Any]]:
    """All that the engine knows of each container, by part."""
    rows = json.loads(docker("inspect", *ids(stack).values()))
    return {row["Config"]["Labels"][engine.SERVICE]: row for row in rows}


def kill(stack: Compose, part: str) -> None:
    """SIGKILL to the part's first process; after `docker kill` the engine would not start it again."""
    pid = inspected(stack)[part]["State"]["Pid"]
    assert pid, f"{part} does not run"
    if os.geteuid() == 0:
        os.kill(pid, signal.SIGKILL)
        return
    allowed = ["--pid", "host", "--user", "0", "--cap-drop", "ALL", "--cap-add", "KILL"]
    docker("run", "--rm", *allowed, image.tag(stack.project), "python", "-c", f"import os; os.kill({pid}, 9)")


def left_of(project: str, kinds: Collection[str] = ("container", "volume", "network")) -> dict[str, list[str]]:
    """What the engine still has of a project, by kind."""
    told = {
        kind: docker(kind, "ls", *(["--all"] if kind == "container" else []), "--quiet", "--filter",
                     f"label={engine.PROJECT}={project}").split()
        for kind in kinds
    }  # fmt: skip
    return {kind: found for kind, found in told.items() if found}


def smoke(stack: Compose) -> subprocess.CompletedProcess[str]:
    """The smoke suite, run against this stack."""
    urls = [
        f"--{'base' if part == 'notes' else part}-url={stack.url(part)}" for part in ("notes", "hello", "jobs", "auth")
    ]
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/smoke", *urls]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
