"""The prober as a child of ours: what it asks, its start, its end."""

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops import files, run, wait
from ops.chaos import probes, undo
from ops.chaos.prober import NOTE, Plan
from ops.chaos.probes import Probe
from ops.errors import OpsError
from ops.ledger.client import Address, Client
from ops.ledger.writers import accounts

TIMEOUT_SECONDS = 10.0  # longer than a fault is held by default: who waits that long is late, not failed
END_SECONDS = TIMEOUT_SECONDS + 5


@dataclass(frozen=True)
class Probing:
    """A prober that runs; `rate` is all its requests of a second."""

    path: Path
    rate: float

    def rows(self) -> list[Probe]:
        """What has ended so far."""
        return probes.read(self.path)


@contextmanager
def probing(address: Address, name: str, path: Path, state: Path, rate: float) -> Iterator[Probing]:
    """A prober that reads one note of an account of its own, `<name>-0@example.com`, until the end of the block."""
    (account,) = accounts(address, name, 1)
    client = Client(address, token=account.token)
    made = client.send("POST", "notes", {"name": NOTE, "text": "by chaos"})
    client.close()
    if made.status != 201:
        raise OpsError("no note for the prober", f"{made.status} {made.json}", "./inv status")
    plan = state / undo.PLANS.replace("*", secrets.token_hex(4))
    where = f"/api/v1/notes/{made.json['id']}"
    Plan(address.url, where, account.token, address.host, rate, TIMEOUT_SECONDS, os.getpid()).write(plan)
    child = run.spawn([sys.executable, "-m", "ops.chaos.prober", plan, path], log=path.with_suffix(".log"))
    try:
        wait.until(lambda: _begun(path), "the prober's first row", seconds=15, mend=f"see {path.with_suffix('.log')}")
        yield Probing(path, 2 * rate)
    finally:
        child.terminate()
        try:
            child.wait(END_SECONDS)
        finally:
            child.kill()
            files.remove(plan)
    if child.returncode:
        raise OpsError("the prober failed", f"exit code {child.returncode}", f"see {path.with_suffix('.log')}")


def _begun(path: Path) -> None:
    if not probes.read(path):
        raise wait.Pending("none yet")
