"""Puts the application together: defaults, settings, extensions, blueprints, in this order."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from werkzeug.middleware.proxy_fix import ProxyFix

from notes import errors, faults, http, probes, security
from notes.api import accounts as _api_accounts  # noqa: F401 - registers its views
from notes.api import api
from notes.api import lists as _api_lists  # noqa: F401
from notes.api import notes as _api_notes  # noqa: F401
from notes.api import pads as _api_pads  # noqa: F401
from notes.api.openapi import DOCUMENT_PATH, document
from notes.extensions import csrf, db, login_manager
from notes.mail import mailer
from notes.serving import logs, metrics
from notes.serving.edge import Edge
from notes.settings import SESSION_DAYS, Settings, SettingsError
from notes.store import database
from notes.store.lists import DEFAULT_ORDER
from notes.web import access as _access  # noqa: F401
from notes.web import account as _account  # noqa: F401
from notes.web import moved as _moved  # noqa: F401
from notes.web import notes as _notes  # noqa: F401
from notes.web import pads as _pads  # noqa: F401
from notes.web import settings as _settings  # noqa: F401
from notes.web import web
from notes.web.forms import form_value
from notes.web.paging import numbers
from notes.web.when import when

SERVICE = "notes"
STYLESHEET = Path(__file__).parent / "web" / "static" / "style.css"


def build(settings: Settings | None = None) -> Flask:
    """Return a new application; raises `SettingsError` when a setting is missing or malformed."""
    settings = (settings or Settings.from_env()).require("database_url", "secret_key")
    logs.configure(SERVICE, settings.log_level)
    app = http.SyncFlask(__name__, static_folder=None)
    _configure(app, settings)
    _extend(app)
    _register(app, settings)
    _decorate_templates(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.wsgi_app = Edge(app.wsgi_app, SERVICE, settings, errors.refusal(app), security.HEADERS)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=http.FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=None,
        PERMANENT_SESSION_LIFETIME=timedelta(days=SESSION_DAYS),
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SEND_FILE_MAX_AGE_DEFAULT=security.STATIC_SECONDS,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        SQLALCHEMY_DATABASE_URI=_database_url(settings),
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        WTF_CSRF_SSL_STRICT=False,  # the token alone decides: scripts send no Referer
    )
    app.request_class = http.PreciseRequest
    app.session_interface = http.PageSessions()
    app.url_map.converters["id"] = http.IdConverter
    app.extensions["settings"] = settings
    app.extensions["mailer"] = mailer(settings)


def _database_url(settings: Settings) -> URL:
    try:
        return make_url(settings.database_url)
    except ArgumentError as error:
        raise SettingsError("NOTES_DATABASE_URL is not the address of a database") from error


def _extend(app: Flask) -> None:
    db.init_app(app)
    csrf.init_app(app)
    logging.getLogger("flask_wtf.csrf").setLevel(logging.WARNING)  # a refused form has its line as a request
    login_manager.session_protection = None  # sessions are checked in the database; addresses may change
    # its init_app would also look for a remember-me cookie, which we do not have, in every answer
    app.login_manager = login_manager  # type: ignore[attr-defined]
    database.connect(app)


def _register(app: Flask, settings: Settings) -> None:
    errors.install(app)
    security.install(app)
    app.register_blueprint(probes.blueprint(settings, SERVICE, database.ping))
    if settings.faults:
        csrf.exempt(faults.install(app, settings))
    csrf.exempt(api)
    app.register_blueprint(api)
    app.register_blueprint(web)

    @app.get(DOCUMENT_PATH)
    def openapi() -> Response:
        return jsonify(document(app))


def _decorate_templates(app: Flask, settings: Settings) -> None:
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    shown: dict[str, Any] = {
        "default_order": DEFAULT_ORDER,
        "page_numbers": numbers,
        "place": metrics.place(settings),
        "stylesheet": f"/static/style.css?v={hashlib.sha256(STYLESHEET.read_bytes()).hexdigest()[:12]}",
    }
    env.globals.update(shown)
    env.filters.update(when=when, form_value=form_value)
