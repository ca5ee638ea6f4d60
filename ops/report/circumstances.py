"""What somebody needs to judge or repeat a run: the checkout, the machine, and where its report is."""

import os
import platform
from pathlib import Path

from ops import run
from ops.errors import OpsError

LATEST = "latest"
DIRTY = "-dirty"  # as git says it


def commit() -> str:
    """Return the checkout's commit, and whether anything in it is changed; `-` outside a repository."""
    words = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--match="]
    try:
        return run.run(words, question=True, mend="install git").out.strip()
    except OpsError:
        return "-"


def age(commit: str, head: str) -> str:
    """Return what somebody has to know of a result of `commit` where the checkout is at `head`; empty for nothing."""
    own, now = commit.removesuffix(DIRTY), head.removesuffix(DIRTY)
    said = []
    if own != now:
        said.append("of an older commit")
    if own != commit:
        said.append("with changes that were not committed")
    return ", ".join(said)


def machine() -> str:
    """Return processor, cores, memory, kernel, Python and how busy the machine is."""
    import psutil

    models = [line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    memory = psutil.virtual_memory().total / 2**30
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return (
        f"{len(models) or os.cpu_count()} x {models[0] if models else platform.machine()}, {memory:.0f} GiB, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, load before {load}"
    )


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.is_file() else []


def link(folder: Path) -> None:
    """Let `latest` beside the folder of a run lead to it."""
    latest = folder.parent / LATEST
    latest.unlink(missing_ok=True)
    latest.symlink_to(folder.name)
