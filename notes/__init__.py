"""A small team's Markdown notes: pages, a JSON API, and nothing that knows where it is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from notes.settings import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """Return a new notes application, configured by `settings` or else by the environment.

    Raises `notes.settings.SettingsError` when a setting is missing or malformed.
    """
    # imported late: the other services and the tools read the version without paying for Flask and SQLAlchemy
    from notes.factory import build

    return build(settings)
