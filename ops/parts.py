"""The parts of the embedded target: which program each one is, and the environment that configures it."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops import files
from ops.ports import HOST
from ops.postgres import Cluster
from ops.programs import Folders, Program
from ops.settings import APPLICATION, METRICS_PORTS, PORTS, SERVICES

DATABASE = "database"
PARTS = (DATABASE, *SERVICES)
FACTORIES = {"notes": "notes:create_app()"} | {name: f"services.{name}:create_app()" for name in SERVICES[1:]}
MIGRATIONS = {"notes": ["notes", "migrate"], "auth": ["services.auth", "migrate"]}
"""Arguments of `python -m` that bring a part's own database, of the same name, up to date."""

DEFAULT_PORTS = {**PORTS, **{metrics: METRICS_PORTS[name] for name in SERVICES for metrics in [f"{name}-metrics"]}}
"""Port names of the services: `notes` and `notes-metrics`, and so on."""


@dataclass(frozen=True)
class Parts:
    """The parts of one target, once its ports are known. `found` holds the settings that somebody has set."""

    folders: Folders
    cluster: Cluster
    ports: Mapping[str, int]
    found: Mapping[str, str]

    def url(self, name: str) -> str:
        """Address of a part, as a user would type it; the database's without its password."""
        if name == DATABASE:
            return f"postgresql://notes@{HOST}:{self.cluster.port}/notes"
        return f"http://{HOST}:{self.ports[name]}"

    def programs(self) -> list[Program]:
        """What supervisord keeps up."""
        database = Program(DATABASE, self.cluster.command(), {}, stop_signal="INT", priority=1)
        return [database, *(Program(name, self.words(name), self.environment(name)) for name in SERVICES)]

    def words(self, name: str) -> list[str]:
        """The command that serves that part in the foreground."""
        return self.module(["gunicorn", "-c", "python:notes.serving.gunicorn_conf", FACTORIES[name]])

    def module(self, words: Sequence[str]) -> list[str]:
        """The command for a module of the applications with its arguments."""
        return [sys.executable, "-m", *words]

    def environment(self, name: str) -> dict[str, str]:
        """The settings of a service: plain ones as they are, secrets as the paths of their files."""
        settings = {
            "NOTES_BIND": f"{HOST}:{self.ports[name]}",
            "NOTES_METRICS_BIND": f"{HOST}:{self.ports[f'{name}-metrics']}",
            "NOTES_RUNTIME_DIR": str(self.folders.run / name),
            "NOTES_LOG_LEVEL": self._setting("NOTES_LOG_LEVEL"),
            "NOTES_WORKERS": "1",  # one process is plenty for the small services; notes has its own below
        }
        if name in MIGRATIONS:
            settings["NOTES_DATABASE_URL"] = f"postgresql://notes@{HOST}:{self.cluster.port}/{name}"
            settings["NOTES_DATABASE_PASSWORD_FILE"] = str(self.cluster.password_file)
        if name == "jobs":
            settings["NOTES_AUTH_URL"] = self.url("auth")
        if name == "notes":
            settings |= {setting: self._setting(setting) for setting, kind in APPLICATION.items() if not kind.secret}
            settings["NOTES_PUBLIC_URL"] = self._setting("NOTES_PUBLIC_URL") or self.url("notes")
            settings |= {
                f"{secret}_FILE": str(self._secret_file(secret)) for secret in ("NOTES_SECRET_KEY", "NOTES_MAIL")
            }
        return settings

    def write_secrets(self) -> str:
        """Put each secret into its file; returns the settings among them, to see when one has changed."""
        files.make_folder(self.folders.state / "secrets")
        files.secret(self._secret_file("NOTES_SECRET_KEY"))
        files.write(self._secret_file("NOTES_MAIL"), self._setting("NOTES_MAIL"))
        return self._setting("NOTES_MAIL")

    def _secret_file(self, name: str) -> Path:
        return self.folders.state / "secrets" / name.removeprefix("NOTES_").lower().replace("_", "-")

    def _setting(self, name: str) -> str:
        return self.found.get(name, APPLICATION[name].default)
