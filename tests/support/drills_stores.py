"""Trouble for what keeps data: the database's volume, backups, Prometheus, Loki."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.drills import Stack
from tests.support.remote_write import GONE, push

SMALL_MIB = 384  # a new database takes a third of it


def small_volume(project: str) -> None:
    """Make the database's volume of a project that is not up yet, of a size that can be filled."""
    options = ["type=tmpfs", "device=tmpfs", f"o=size={SMALL_MIB}m,uid=999,gid=999"]
    labels = [f"com.docker.compose.project={project}", "com.docker.compose.volume=database"]
    words = [*(f"--opt={each}" for each in options), *(f"--label={each}" for each in labels)]
    subprocess.run(["docker", "volume", "create", *words, f"{project}_database"], check=True, capture_output=True)


@contextmanager
def filled(stack: Stack) -> Iterator[None]:
    """A file that leaves a twentieth of the database's volume."""
    keep = SMALL_MIB // 20 * 1024
    place = "/var/lib/postgresql"
    fill = f"fallocate -l $(( $(df --output=avail -k {place} | tail -1) - {keep} ))K {place}/filler"
    stack.docker("exec", stack.container("database"), "sh", "-c", fill)
    try:
        yield
    finally:
        stack.docker("exec", stack.container("database"), "rm", f"{place}/filler")


@contextmanager
def not_backed_up(stack: Stack) -> Iterator[None]:
    """What a backup will push when it is done, told of one that was done 27 hours ago; then one is done."""
    series = ("backup_last_success_timestamp_seconds", {"kind": "incremental"})
    push(stack.watchers.prometheus, *series, time.time() - 27 * 3_600)
    try:
        yield
    finally:
        push(stack.watchers.prometheus, *series, time.time())


@contextmanager
def contradicted(stack: Stack) -> Iterator[None]:
    """Two volumes with the name of one, from which a rule cannot choose."""
    names = ("kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes")
    series = [(name, {"persistentvolumeclaim": "data", "volume": volume}) for name in names for volume in "ab"]
    for each in series:
        push(stack.watchers.prometheus, *each, 1.0)
    try:
        yield
    finally:
        for each in series:
            push(stack.watchers.prometheus, *each, GONE)


@contextmanager
def long_winded(stack: Stack) -> Iterator[None]:
    """A part that writes lines of 300 kB; Loki takes 256 at most, and Alloy cannot make it."""
    over = threading.Event()
    program = "open('/proc/1/fd/1', 'w').write('x' * 300_000 + chr(10))"

    def write() -> None:
        while not over.is_set():
            stack.docker("exec", stack.container("hello"), "python", "-c", program)
            over.wait(0.5)

    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join(10)
