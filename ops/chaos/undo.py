"""Undo records: what lies on the disk before a fault is injected, and goes when it has left no trace.

Whoever finds a record knows that the run that wrote it never came to its end, however it ended.
"""

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from ops import console, files, wait
from ops.chaos.fault import Fault, Record
from ops.errors import OpsError

STOPPING = (signal.SIGINT, signal.SIGTERM)
CLEAN_SECONDS = 180.0  # for what was broken to come back: four times what the slowest part was seen to take
PLANS = "*.plan"
"""What probers are told, a token in it."""
MEND = "./inv status, then ./inv up, then ./inv chaos --undo"


@dataclass(frozen=True)
class Left:
    """A record that is on the disk: which fault, when it was written (unix seconds), what it needs."""

    path: Path
    fault: str
    written: float
    record: Record


def remember(folder: Path, fault: str, record: Record) -> Left:
    """Put the record on the disk; returns when it is there, and so before the fault is injected."""
    files.make_folder(folder)
    now = time.time()
    path = folder / f"{int(now * 1000)}-{fault}.json"
    files.write(path, json.dumps({"fault": fault, "written": now, "record": record}, indent=1))
    _sync(folder)
    return Left(path, fault, now, record)


def _sync(folder: Path) -> None:
    """A file's name is on the disk only once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def left(folder: Path) -> list[Left]:
    """The records of a folder, the newest first: what was done last is undone first. Raises OpsError for others."""
    found = []
    for path in sorted(folder.glob("*.json"), reverse=True):
        try:
            told = json.loads(path.read_text())
            found.append(Left(path, told["fault"], told["written"], told["record"]))
        except (ValueError, KeyError) as error:
            raise OpsError(f"'{path}' is no undo record", repr(error), f"./inv status; rm '{path}'") from error
    return found


def until_clean(fault: Fault, one: Left, seconds: float = CLEAN_SECONDS, every: float = 0.05) -> None:
    """Return when the fault has left no trace."""

    def probe() -> None:
        if traces := fault.traces(one.record):
            raise wait.Pending(", ".join(traces))

    wait.until(probe, f"no trace of '{one.fault}'", seconds=seconds, every=every, mend=MEND)


def forget(one: Left) -> None:
    """Remove the record, and its folder once it is empty."""
    files.remove(one.path)


def undo_left(folder: Path, faults: Mapping[str, Fault]) -> int:
    """Undo what an earlier run has left, saying so; returns how many records there were."""
    files.remove(*folder.glob(PLANS))
    found = left(folder)
    for one in found:
        age = time.time() - one.written
        if one.fault not in faults:
            known = ", ".join(sorted(faults))
            raise OpsError(f"no fault '{one.fault}' to undo '{one.path}' with", f"known here: {known}", MEND)
        with console.step(f"undo '{one.fault}', left behind {age:.0f} s ago") as step:
            step.note = str(one.record.get("victim", ""))
            with unstoppable():
                faults[one.fault].undo(one.record)
    # only now: while one of several is still there, the target is well for none of them
    for one in found:
        until_clean(faults[one.fault], one)
        forget(one)
    return len(found)


@contextmanager
def unstoppable() -> Iterator[None]:
    """Let what is within come to its end: Ctrl-C and SIGTERM are noted, and raise KeyboardInterrupt behind it.

    The programs that it starts are not ended either: a terminal sends Ctrl-C to them too.
    """
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)
        console.say("ending, as soon as what was broken is well again")

    # handlers for us, because a writer's thread may take the signal; a mask for programs, which inherit it
    before = {number: signal.signal(number, note) for number in STOPPING}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in before.items():
            signal.signal(number, handler)
    if noted:
        raise KeyboardInterrupt
