"""Says hello. By itself: `python -m services.hello`, with HOST, PORT and DEBUG."""

from __future__ import annotations

import os

from flask import Flask
from werkzeug.wrappers import Response

from notes.settings import Settings, SettingsError
from services.common import new_app, text

HOST = "127.0.0.1"
PORT = "8001"


def create_app(settings: Settings | None = None) -> Flask:
    """Return a new application, configured by `settings` or else by the environment."""
    app = new_app("hello", settings or Settings.from_env())

    @app.get("/")
    def hello() -> Response:
        return text("Hello World!")

    return app


def main() -> None:
    """Serve by Flask's own server, for a quick look; raises `SettingsError` for a port that is none."""
    port = os.environ.get("PORT") or PORT
    if not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise SettingsError(f"PORT is {port!r}, must be a whole number from 0 to 65535")
    debug = os.environ.get("DEBUG", "").lower() in ("1", "true", "yes", "on")
    create_app().run(os.environ.get("HOST") or HOST, int(port), debug=debug)


if __name__ == "__main__":
    try:
        main()
    except SettingsError as error:
        raise SystemExit(f"hello: {error}") from None
