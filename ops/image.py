"""The application's image: its name, and what is told to the build so that one commit makes one image."""

import re
import time
from pathlib import Path

from ops import console, engine, files, run
from ops.errors import OpsError
from ops.paths import ROOT
from ops.settings import OBSERVABILITY, PROJECT_NAME
from ops.versions import IMAGES

NAME = "notesapp"
NEEDED_MIB = 1_024  # the base, the packages while they are unpacked, and the image; 700 were seen
FULL = "no space left on device"
MAKE_ROOM = "see what takes it: docker system df; remove what nothing uses: docker image prune, docker builder prune"
FIRST = 315_532_800  # 1980, the earliest that a zip file can hold: where there is no commit to ask


def version() -> str:
    """The application's version, from the one place that has it."""
    found = re.search(r'__version__ = "(.+)"', (ROOT / "notes/__init__.py").read_text())
    if not found:
        raise OpsError("there is no version", "none in 'notes/__init__.py'", "git checkout notes/__init__.py")
    return found[1]


def tag(project: str = PROJECT_NAME) -> str:
    """The image's name and version, such as notesapp:1.2.3.

    A stack with a name of its own has an image of its own, such as notesapp:1.2.3-mine: two checkouts of one version
    that come up at the same time must not start each other's.
    """
    return f"{NAME}:{version()}" + ("" if project == PROJECT_NAME else f"-{project}")


def commit() -> tuple[str, int]:
    """The commit that is checked out and when it was made; with `-dirty` where a file that goes in differs from it."""
    words = ["git", "log", "-1", "--format=%H %ct"]
    try:
        told = run.run(words, question=True, check=False, mend="install git")
        changed = run.run(
            ["git", "status", "--porcelain", "--", "Dockerfile", ".dockerignore", "notes", "services", "requirements"],
            question=True, check=False, mend="install git",
        )  # fmt: skip
    except OpsError:
        return "unknown", FIRST
    if told.code or not told.out.strip():
        return "unknown", FIRST
    name, seconds = told.out.split()
    return name + ("-dirty" if changed.out.strip() else ""), int(seconds)


def build(name: str | None = None, *, cache: bool = True, folder: Path = ROOT) -> str:
    """Build the image from that folder and return its name.

    Raises OpsError when the engine's disk is full, before the build or in the midst of it.
    """
    wanted = name or tag()
    check_room()
    revision, seconds = commit()
    created = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    given = {"VERSION": version(), "COMMIT": revision, "CREATED": created, "SOURCE_DATE_EPOCH": str(seconds)}
    words = ["docker", "build", "--progress", "plain", "--tag", wanted]
    words += [word for key, value in given.items() for word in ("--build-arg", f"{key}={value}")]
    done = run.run([*words, *([] if cache else ["--no-cache"]), "."], cwd=folder, check=False, mend=MAKE_ROOM)
    if done.code:
        full = FULL in done.err
        what = "no disk is left for the image" if full else f"'{wanted}' cannot be built"
        raise OpsError(what, run.explain(done), MAKE_ROOM if full else "mend what is shown, then ./inv image")
    return wanted


def check_room() -> None:
    """Raise OpsError when the engine's folder, where it is on this machine, has too little space for a build."""
    words = ["docker", "info", "--format", "{{.DockerRootDir}}"]
    folder = Path(run.run(words, question=True, timeout=engine.SECONDS, mend=engine.START_IT).out.strip())
    if folder.is_dir() and (free := files.free_mib(folder)) < NEEDED_MIB:
        seen = f"{free} MiB free in '{folder}', {NEEDED_MIB} needed"
        raise OpsError("too little disk is left for the image", seen, MAKE_ROOM)


def pull(names: list[str]) -> None:
    """Pull these images of others. Raises OpsError for the first that cannot be had; it says so of one to leave out."""
    spare = {IMAGES[part]: f"\nor leave it out: ./inv up --without {part}" for part in OBSERVABILITY}
    for name in names:
        console.say(f"pulling {name}")
        done = run.run(["docker", "pull", "--quiet", name], check=False, mend=engine.START_IT)
        if done.code:
            mend = MAKE_ROOM if FULL in done.err else f"see that the registry can be reached: docker pull {name}"
            raise OpsError(f"the image '{name}' cannot be had", run.explain(done), mend + spare.get(name, ""))
