"""What this machine has and lacks: `./inv doctor`, or `python3 -m ops.doctor` with nothing installed at all.

Imports the standard library and the lowest layers of ops only.
"""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ops import console, files, paths, ports, run, settings, versions
from ops.errors import OpsError

OK, LOW, MISSING = "ok", "low", "missing"
DISK_MIB = 2_048  # .venv takes about 450, a database with its log 300, logs 60; the rest is room
MEMORY_MIB = 1_024  # PostgreSQL, four services and a browser test were seen to take 700
CLUSTER_MEMORY_MIB = 3_584  # four nodes were seen to take 2.2 GiB with the application, 3.3 with all that watches it
INOTIFY_INSTANCES = 512  # a kind cluster of four nodes with its pods wants more than Linux' default of 128
INOTIFY = Path("/proc/sys/fs/inotify/max_user_instances")
MEMORY = Path("/proc/meminfo")
VERSION_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One row of the table. `mend` is the command that helps where the state is not ok."""

    what: str
    state: str
    seen: str
    needed_for: str
    mend: str
    is_vital: bool = False  # without it not even the embedded target runs


@dataclass(frozen=True)
class Tool:
    """A program, the words that make it tell its version, and what needs it."""

    name: str
    words: Sequence[str]
    needed_for: str
    mend: str


ENGINE = ["docker", "version", "--format", "{{.Server.Version}}"]
TOOLS = (
    Tool("Docker engine", ENGINE, "targets compose and kind", "install Docker and start its engine"),
    Tool("Compose", ["docker", "compose", "version", "--short"], "target compose", "install the Docker Compose plugin"),
    Tool("kind", ["kind", "version"], "target kind", "install kind"),
    Tool("kubectl", ["kubectl", "version", "--client"], "targets kind and eks", "install kubectl"),
    Tool("terraform", ["terraform", "version"], "target eks", "install Terraform"),
    Tool("chromium", ["chromium", "--version"], "the browser tests", "apt-get install chromium"),
    Tool("chromedriver", ["chromedriver", "--version"], "the browser tests", "apt-get install chromium-driver"),
)  # fmt: skip


def examine() -> list[Finding]:
    """All findings, the vital ones first."""
    of_cluster = [cluster_memory(), cluster_ports(), inotify()]
    return [python(), disk(), memory(), port_range(), *of_cluster, *(tool(each) for each in TOOLS)]


def python() -> Finding:
    """The interpreter that runs this."""
    seen = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, versions.PYTHON))
    state = OK if sys.version_info >= versions.PYTHON else LOW
    return Finding("Python", state, seen, "everything", f"install Python {wanted} or newer", is_vital=True)


def disk() -> Finding:
    """Free space where the state folder is."""
    free = files.free_mib(paths.STATE)
    state = OK if free >= DISK_MIB else LOW
    mend = f"free {DISK_MIB - free} MiB more, or set NOTES_STATE to another folder"
    return Finding("disk", state, f"{free} MiB free", f"everything, {DISK_MIB} MiB", mend, is_vital=True)


def free_memory_mib() -> int | None:
    """Memory that could be had now, in MiB; None where the system does not tell."""
    rows = MEMORY.read_text() if MEMORY.is_file() else ""
    found = re.search(r"^MemAvailable:\s+(\d+) kB", rows, re.MULTILINE)
    return int(found[1]) >> 10 if found else None


def memory() -> Finding:
    """Memory that could be had now."""
    free = free_memory_mib()
    if free is None:
        return Finding("memory", OK, "not told by this system", f"everything, {MEMORY_MIB} MiB", "")
    state = OK if free >= MEMORY_MIB else LOW
    return Finding(
        "memory", state, f"{free} MiB free", f"everything, {MEMORY_MIB} MiB", "end some programs", is_vital=True
    )


def cluster_memory() -> Finding:
    """The same memory, for a kind cluster."""
    free = free_memory_mib()
    need = f"target kind, {CLUSTER_MEMORY_MIB} MiB"
    state = OK if free is None or free >= CLUSTER_MEMORY_MIB else LOW
    return Finding("memory", state, memory().seen, need, "end some programs or containers, or give the engine more")


def port_range() -> Finding:
    """The usual ports of the embedded target; a taken one gives way."""
    usual = [*settings.PORTS.values(), *settings.METRICS_PORTS.values()]
    taken = [str(port) for port in usual if not ports.is_free(port)]
    mend = "nothing to do: if this target does not hold them itself, `up` takes the next free ones and says so"
    seen = f"taken: {', '.join(taken)}" if taken else "all free"
    return Finding("ports", OK, seen, "target embedded", mend)


def cluster_ports() -> Finding:
    """The ports of the kind cluster; a taken one does not give way, because it is part of the cluster once made."""
    found = {name: settings.KIND[name].default for name in (settings.GATEWAY_PORT, settings.REGISTRY_PORT)}
    taken = [f"{name} {port}" for name, port in found.items() if not ports.is_free(int(port))]
    mend = "nothing to do if the cluster is up; else set another port, see .env.example"
    return Finding("ports", OK, f"taken: {', '.join(taken)}" if taken else "all free", "target kind", mend)


def inotify() -> Finding:
    """How many file watchers one user may have."""
    need = f"target kind, {INOTIFY_INSTANCES}"
    mend = "sudo sysctl fs.inotify.max_user_instances=1024"
    if not INOTIFY.is_file():
        return Finding("inotify", OK, "not this system's", need, mend)
    limit = int(INOTIFY.read_text())
    return Finding("inotify", OK if limit >= INOTIFY_INSTANCES else LOW, f"{limit} instances", need, mend)


def tool(wanted: Tool) -> Finding:
    """Whether a program is there and answers, with its version."""
    if shutil.which(wanted.words[0]) is None:
        return Finding(wanted.name, MISSING, "not on PATH", wanted.needed_for, wanted.mend)
    try:
        done = run.run(wanted.words, question=True, timeout=VERSION_SECONDS, mend=wanted.mend)
    except OpsError as error:
        return Finding(wanted.name, MISSING, error.seen.splitlines()[-1][:60], wanted.needed_for, wanted.mend)
    found = re.search(r"\d+(\.\d+)+", done.out)
    return Finding(wanted.name, OK, found[0] if found else "there", wanted.needed_for, "")


def report() -> bool:
    """Print the table, what to mend, and which target follows; say whether the embedded target can run."""
    findings = examine()
    console.table(("what", "state", "found", "needed for"), [(f.what, f.state, f.seen, f.needed_for) for f in findings])
    for finding in findings:
        if finding.state != OK:
            console.say(f"{finding.what}: {finding.mend}")
    able = all(finding.state == OK for finding in findings if finding.is_vital)
    tools = {finding.what: finding.state for finding in findings}
    has_engine = tools["Docker engine"] == tools["Compose"] == OK
    target = "compose; embedded with --on embedded" if has_engine else "embedded, for want of Docker"
    console.say(f"target: {target}" if able else "no target can run yet, see above")
    return able


if __name__ == "__main__":
    os.chdir(paths.ROOT)
    sys.exit(0 if report() else 1)
