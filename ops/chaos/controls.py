"""Negative controls: the same proof on a private copy that was broken on purpose. It must end red, and say why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ops import console, files
from ops.chaos import broken, faults_kind, runner
from ops.chaos.broken import Private
from ops.chaos.runner import Asked
from ops.errors import OpsError
from ops.paths import REPORTS, STATE
from ops.targets.embedded import Embedded

FOLDER = "broken"
UNSAFE = {
    "synchronous_commit": "off",
    # the writer of the log wakes up so often, or when so much is waiting, and is done after three rounds: the notes of
    # the last seconds are lost in a crash, the accounts, which are older than three rounds, are not
    "wal_writer_delay": "2s",
    "wal_writer_flush_after": "64MB",
}


@dataclass(frozen=True)
class Ground:
    """A kind cluster by its settings, and the image to run there; without one, the cluster is brought up first."""

    env: Mapping[str, str] | None = None
    image: str = ""


HERE = Ground()


def unsafe_commits(target: Embedded) -> None:
    """Let PostgreSQL acknowledge what is only in its memory."""
    with target.cluster.connect("postgres") as connection:
        for name, value in UNSAFE.items():
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        connection.execute("SELECT pg_reload_conf()")


EMBEDDED: dict[str, tuple[Callable[[Embedded], None], str]] = {
    "synchronous-commit": (unsafe_commits, "database-crashed"),
}
"""How each control on the target embedded breaks its copy, and the fault that brings it to light."""
KNOWN = (*EMBEDDED, *broken.CONTROLS)


def run(what: str, asked: Asked, *, state: Path = STATE, reports: Path = REPORTS, ground: Ground = HERE) -> int:
    """Break a private target in that way and run the proof on it; the exit code, which has to be 1.

    It is an embedded one, or a namespace of the kind cluster that `ground` means, whichever can be broken so. Raises
    OpsError for a control that is not known. Nothing of the private target is left.
    """
    if what not in KNOWN:
        raise OpsError(f"no control '{what}'", f"known: {', '.join(KNOWN)}", "name one of them with --break")
    return _embedded(what, asked, state, reports) if what in EMBEDDED else _kind(what, asked, state, reports, ground)


def _kind(what: str, asked: Asked, state: Path, reports: Path, ground: Ground) -> int:
    control, target = broken.CONTROLS[what], Private(broken.namespace(what), what, state, ground.env)
    seconds = max(asked.seconds, control.seconds)
    changed = replace(asked, broken=what, faults=asked.faults or control.fault, seconds=seconds)
    try:
        with console.step(f"a private namespace, broken: {what}"):
            target.make(ground.image)
        return runner.chaos(target, changed, reports=reports)
    finally:
        target.down(wipe=True)


def _embedded(what: str, asked: Asked, state: Path, reports: Path) -> int:
    damage, fault = EMBEDDED[what]
    folder = state / FOLDER / what
    target = Embedded(folder, env={}, ports="free")
    try:
        with console.step(f"a private target, broken: {what}"):
            target.up()
            damage(target)
        changed = replace(asked, broken=what, faults=asked.faults or fault)
        return runner.chaos(target, changed, state=folder, reports=reports)
    finally:
        target.down(wipe=True)
        files.remove_folder(folder)


def sweep(state: Path = STATE, ground: Ground = HERE) -> None:
    """Remove private targets that an interrupted run has left."""
    for folder in (state / FOLDER).glob("*"):
        console.say(f"left by an interrupted run: {folder}")
        Embedded(folder, env={}, ports="free").down(wipe=True)
        files.remove_folder(folder)
    for what in broken.CONTROLS:
        target = Private(broken.namespace(what), what, state, ground.env)
        if target.folder.is_dir():
            console.say(f"left by an interrupted run: namespace {target.namespace}")
            target.down(wipe=True)
            files.remove_folder(faults_kind.folder(target))  # what it has injected went with its namespace
