"""Fault switches for drills: `/faults/` exists only where the setting is on.

The switches lie in a file that all processes of the group read, so that one request switches all of them.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from dataclasses import asdict, dataclass, fields
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, jsonify, request

from notes.probes import not_ready
from notes.serving import runtime
from notes.serving.edge import PROBES
from notes.settings import Settings

LATENCY_MS = 60_000
LEAK_BYTES = 64 * 2**20
UNREADY = "/readyz"


@dataclass(frozen=True)
class Switches:
    """What goes wrong: `error_rate` 0 to 1, `latency_ms` before, and `leak_bytes` lost at, each request."""

    error_rate: float = 0.0
    latency_ms: float = 0.0
    leak_bytes: int = 0
    not_ready: bool = False
    wrong_body: bool = False

    @classmethod
    def from_json(cls, body: Any) -> Switches:
        """Return the switches that `body` sets, the others off; raises ValueError for what is no switch."""
        limits: dict[str, float] = {"error_rate": 1, "latency_ms": LATENCY_MS, "leak_bytes": LEAK_BYTES}
        if not isinstance(body, dict) or not body.keys() <= {field.name for field in fields(cls)}:
            raise ValueError(f"known switches: {', '.join(field.name for field in fields(cls))}")
        for name, value in body.items():
            if name in limits:
                kind: Any = int if name == "leak_bytes" else int | float
                good = isinstance(value, kind) and not isinstance(value, bool) and 0 <= value <= limits[name]
            else:
                good = isinstance(value, bool)
            if not good:
                raise ValueError(f"{name}: {value!r} is not valid")
        return cls(**body)


class Faults:
    """The switches of one process group."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / runtime.FAULTS
        self._leak: list[bytearray] = []

    def read(self) -> Switches:
        """Return the switches as they are now."""
        try:
            return Switches(**json.loads(self._file.read_text()))
        except FileNotFoundError:
            return Switches()

    def write(self, switches: Switches) -> None:
        """Set the switches; a reader sees the old ones or the new ones, never a part."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self._file.parent)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(switches), file)
        Path(name).replace(self._file)

    def strike(self) -> Response | None:
        """Do to this request what the switches say; return its answer when there is nothing more to do."""
        switches = self.read()
        if request.path == UNREADY and switches.not_ready:
            return not_ready()
        if request.path in PROBES or request.path.startswith("/faults/"):
            return None
        if switches.leak_bytes:
            self._leak.append(bytearray(switches.leak_bytes))
        if switches.latency_ms:
            time.sleep(switches.latency_ms / 1000)
        if random.random() < switches.error_rate:
            abort(HTTPStatus.INTERNAL_SERVER_ERROR)
        return Response("wrong\n", mimetype="text/plain") if switches.wrong_body else None


def install(app: Flask, settings: Settings) -> Blueprint:
    """Make `app` obey the switches; return the blueprint that shows and sets them."""
    faults = Faults(settings.runtime_dir)
    views = Blueprint("faults", __name__, url_prefix="/faults")

    @views.get("/")
    def show() -> Response:
        return jsonify(asdict(faults.read()))

    @views.put("/")
    def switch() -> Any:
        try:
            switches = Switches.from_json(request.get_json(force=True, silent=True))
        except ValueError as error:
            return Response(f"{error}\n", 422, mimetype="text/plain")
        faults.write(switches)
        return jsonify(asdict(switches))

    @views.delete("/")
    def clear() -> Response:
        faults.write(Switches())
        return Response(status=204)

    app.before_request(faults.strike)
    app.register_blueprint(views)
    return views
