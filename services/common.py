"""What hello, jobs and auth have in common: the probes, logs, metrics and limits of the notes application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from notes import probes
from notes.serving import logs
from notes.serving.edge import RETRY_SECONDS, Edge
from notes.settings import Settings

RETRY_AFTER = {"Retry-After": str(RETRY_SECONDS)}


def new_app(service: str, settings: Settings, check: Callable[[], Any] | None = None) -> Flask:
    """Return an empty application of a service that is ready when `check`, if given, raises nothing."""
    logs.configure(service, settings.log_level)
    app = Flask(f"services.{service}", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.extensions["settings"] = settings
    app.register_blueprint(probes.blueprint(settings, service, check))
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies)  # type: ignore[method-assign]
    app.wsgi_app = Edge(app.wsgi_app, service, settings, _refuse)  # type: ignore[method-assign]
    return app


def text(body: str, status: int = 200, **headers: str) -> Response:
    """Return a plain text answer."""
    return Response(body, status, headers, mimetype="text/plain")


def unavailable(reason: str) -> Response:
    """Return the answer of a service that cannot do its work now."""
    return Response(f"{reason}\n", 503, RETRY_AFTER, mimetype="text/plain")


def _refuse(_path: str) -> Response:
    return unavailable("too many requests at work")
