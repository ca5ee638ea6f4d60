"""The one place that reads the environment. Every variable has the prefix `NOTES_`.

Any variable may be given as `<NAME>_FILE` instead: the path of a file that holds the value, as secrets are mounted.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

PREFIX = "NOTES_"
SECRET_KEY_LENGTH = 32  # characters; 128 bits and more even when it is only hexadecimal
SPARE_THREADS = 4  # beside the admitted requests: to answer probes, scrapes and refusals at once

DAY = 86_400
SESSION_DAYS = 30
RECOVERY_SECONDS = DAY
IDEMPOTENCY_SECONDS = DAY
RETENTION_YEARS = 3


class SettingsError(ValueError):
    """A setting is missing or malformed. The message names the variable."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a process is told by its environment. Secrets never appear in its `repr`."""

    database_url: str = ""
    secret_key: str = ""
    bind: str = "127.0.0.1:8000"
    metrics_bind: str = "127.0.0.1:9100"
    workers: int = 2
    concurrency: int = 16
    runtime_dir: Path = Path(tempfile.gettempdir()) / "notes-runtime"
    public_url: str = "http://127.0.0.1:8000"
    mail: str = ""
    mail_from: str = "notes@localhost"
    faults: bool = False
    pod: str = "-"
    node: str = "-"
    zone: str = "-"
    trusted_proxies: int = 0
    log_level: str = "info"
    auth_url: str = "http://127.0.0.1:8003"

    def __repr__(self) -> str:
        return f"Settings(bind={self.bind!r}, workers={self.workers}, concurrency={self.concurrency})"

    @property
    def threads(self) -> int:
        """Threads of one gunicorn worker, and so the size of its connection pool."""
        return self.concurrency + SPARE_THREADS

    @property
    def metrics_port(self) -> str:
        """The port that serves `/metrics` and nothing else."""
        return self.metrics_bind.rpartition(":")[2]

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Return the settings that `environ` (the process' own by default) holds; raises `SettingsError`."""
        read = _Reader(os.environ if environ is None else environ)
        default = cls()
        return cls(
            database_url=_with_password(read.text("DATABASE_URL", ""), read.text("DATABASE_PASSWORD", "")),
            secret_key=read.text("SECRET_KEY", ""),
            bind=read.address("BIND", default.bind),
            metrics_bind=read.address("METRICS_BIND", default.metrics_bind),
            workers=read.number("WORKERS", default.workers, 1, 64),
            concurrency=read.number("CONCURRENCY", default.concurrency, 1, 256),
            runtime_dir=Path(read.text("RUNTIME_DIR", str(default.runtime_dir))),
            public_url=read.url("PUBLIC_URL", default.public_url),
            mail=read.mail("MAIL"),
            mail_from=read.text("MAIL_FROM", default.mail_from),
            faults=read.flag("FAULTS"),
            pod=read.text("POD", default.pod),
            node=read.text("NODE", default.node),
            zone=read.text("ZONE", default.zone),
            trusted_proxies=read.number("TRUSTED_PROXIES", default.trusted_proxies, 0, 8),
            log_level=read.choice("LOG_LEVEL", default.log_level, ("debug", "info", "warning", "error")),
            auth_url=read.url("AUTH_URL", default.auth_url),
        )

    def require(self, *names: str) -> Self:
        """Return these settings when all of `names` are set, else raise `SettingsError`."""
        for name in names:
            if not getattr(self, name):
                raise SettingsError(f"{PREFIX}{name.upper()} is not set, and it has no default")
        if "secret_key" in names and len(self.secret_key) < SECRET_KEY_LENGTH:
            raise SettingsError(f"{PREFIX}SECRET_KEY has {len(self.secret_key)} characters, needs {SECRET_KEY_LENGTH}")
        return self


class _Reader:
    """Reads single values, each either from its variable or from the file that `<NAME>_FILE` names."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def text(self, name: str, default: str) -> str:
        path = self.environ.get(f"{PREFIX}{name}_FILE")
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{PREFIX}{name}_FILE: {path!r} cannot be read: {error.strerror}") from error
        return self.environ.get(PREFIX + name) or default

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise SettingsError(f"{PREFIX}{name} is {text!r}, must be a whole number from {low} to {high}")
        return int(text)

    def flag(self, name: str) -> bool:
        return self.choice(name, "0", ("0", "1")) == "1"

    def choice(self, name: str, default: str, known: tuple[str, ...]) -> str:
        text = self.text(name, default)
        if text not in known:
            raise SettingsError(f"{PREFIX}{name} is {text!r}, must be one of {', '.join(known)}")
        return text

    def address(self, name: str, default: str) -> str:
        text = self.text(name, default)
        if not text.rpartition(":")[2].isdigit():
            raise SettingsError(f"{PREFIX}{name} is {text!r}, must be host:port")
        return text

    def url(self, name: str, default: str) -> str:
        text = self.text(name, default).rstrip("/")
        if urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc:
            raise SettingsError(f"{PREFIX}{name} is {text!r}, must be http://host or https://host")
        return text

    def mail(self, name: str) -> str:
        text = self.text(name, "")
        if text not in ("", "log") and not (text.startswith("smtp://") and urlsplit(text).hostname):
            raise SettingsError(f"{PREFIX}{name} must be empty, 'log' or smtp://[user:password@]host:port")
        return text


def _with_password(url: str, password: str) -> str:
    """Return `url` for SQLAlchemy's psycopg 3 dialect, with `password` put in when it is given."""
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgresql+psycopg"):
        raise SettingsError(f"{PREFIX}DATABASE_URL must start with postgresql://, has {parts.scheme!r}")
    userinfo, _, place = parts.netloc.rpartition("@")
    if password:
        userinfo = f"{userinfo.partition(':')[0]}:{quote(password, safe='')}"
    netloc = f"{userinfo}@{place}" if userinfo else place
    return urlunsplit(("postgresql+psycopg", netloc, parts.path, parts.query, ""))
