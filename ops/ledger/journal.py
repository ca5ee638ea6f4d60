"""The writers' journals: each intent is on the disk before its request leaves, each outcome before the next intent.

One file a writer, one JSON object a line. An outcome shares the fsync of the intent that follows it, so that a write
costs one fsync: should the power fail between the two, an acknowledged write counts as unknown, never as more than it
was. A tool that is killed loses nothing that it had written.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ops.errors import OpsError
from ops.ledger.writes import UNKNOWN, Write

INTENT, OUTCOME = "intent", "outcome"
PATTERN = "journal-*.jsonl"
CLOSING = b"\n"


class Journal:
    """The journal of one writer; to be used by one thread."""

    def __init__(self, folder: Path, writer: str) -> None:
        self.path = folder / PATTERN.replace("*", writer)
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._waiting = b""

    def intend(self, op: str, account: str, note: str, verb: str, text: str, **more: Any) -> None:
        """Put on the disk what is about to be tried; returns when it is there. `more` is for people who read it."""
        fields = {"op": op, "account": account, "note": note, "verb": verb, "text": text, **more}
        self._write(INTENT, fields)
        self._flush()

    def conclude(self, op: str, outcome: str, reason: str, **more: Any) -> None:
        """Write down how it ended; on the disk before the next intent is."""
        self._write(OUTCOME, {"op": op, "outcome": outcome, "reason": reason, **more})

    def _write(self, kind: str, fields: dict[str, Any]) -> None:
        self._waiting += json.dumps({"kind": kind, "t": time.time(), **fields}).encode() + CLOSING

    def _flush(self) -> None:
        waiting = self._waiting
        while waiting:
            waiting = waiting[os.write(self._file, waiting) :]
        self._waiting = b""
        os.fsync(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        os.close(self._file)


def read(folder: Path) -> list[Write]:
    """All writes of the journals of a folder, each writer's in the order of its intents.

    An intent without an outcome is unknown. A last line without its end was not on the disk when its writer stopped,
    so its request never left: it is left out. Raises OpsError for any other line that is no record of ours.
    """
    return [write for path in sorted(folder.glob(PATTERN)) for write in _read(path)]


def _read(path: Path) -> list[Write]:
    intents: dict[str, dict[str, Any]] = {}
    outcomes: dict[str, dict[str, Any]] = {}
    for record in _records(path):
        (intents if record["kind"] == INTENT else outcomes)[record["op"]] = record
    return [_write(intent, outcomes.get(op, {})) for op, intent in intents.items()]


def _write(intent: dict[str, Any], outcome: dict[str, Any]) -> Write:
    told = {name: intent[name] for name in ("op", "account", "note", "verb", "text")}
    ended = {"outcome": outcome.get("outcome", UNKNOWN), "reason": outcome.get("reason", "no outcome in the journal")}
    return Write(**told, **ended, began=intent["t"], ended=outcome.get("t", 0.0))


def _records(path: Path) -> Iterator[dict[str, Any]]:
    *lines, _torn = path.read_bytes().split(CLOSING)
    for number, line in enumerate(lines, 1):
        try:
            record = json.loads(line)
            if record["kind"] not in (INTENT, OUTCOME) or not record["op"]:
                raise KeyError(record["kind"])
        except (ValueError, KeyError, TypeError) as error:
            seen = f"line {number}: {error!r}"
            raise OpsError(f"'{path}' is no journal", seen, "nothing can be proved with it: run again") from error
        yield record
