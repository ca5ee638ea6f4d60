"""`/livez`, `/readyz` and `/version`, the same for every service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from notes.serving.edge import RETRY_SECONDS
from notes.serving.logs import get_logger
from notes.serving.metrics import place
from notes.settings import Settings


def not_ready() -> Response:
    """Return the answer of a service that must get no requests now."""
    return Response("not ready\n", 503, {"Retry-After": str(RETRY_SECONDS)}, mimetype="text/plain")


def blueprint(settings: Settings, service: str, check: Callable[[], Any] | None = None) -> Blueprint:
    """Return the probes of a service that is ready when `check`, if given, raises nothing."""
    probes = Blueprint("probes", __name__)
    log = get_logger(service)

    @probes.get("/livez")
    def livez() -> Response:
        # no I/O: a database that is away must not make the orchestrator kill the application
        return Response("ok\n", mimetype="text/plain")

    @probes.get("/readyz")
    def readyz() -> Response:
        try:
            if check is not None:
                check()
        except Exception as error:  # noqa: BLE001 - whatever it is, the service cannot work now
            log.warning("not ready", reason=type(error).__name__)
            return not_ready()
        return Response("ready\n", mimetype="text/plain")

    @probes.get("/version")
    def version() -> Response:
        return jsonify(place(settings))

    return probes
