"""The compose stack: what compose.yaml is given, and what the state of each of its parts is."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ops import files, http, image, observability, run
from ops.engine import Container
from ops.errors import OpsError
from ops.paths import ROOT
from ops.ports import HOST
from ops.settings import APPLICATION, DRILL, OBSERVABILITY, PORT_NAMES, PROJECT, PROJECT_NAME, SERVICES, STACK_PORTS
from ops.targets.base import DOWN, READY, Part

DATABASE = "database"
MIGRATIONS = ("migrate", "auth-migrate")
PARTS = tuple(STACK_PORTS)
PROBES = dict.fromkeys(SERVICES, "/readyz") | {
    "prometheus": "/-/ready",
    "alertmanager": "/-/ready",
    "loki": "/ready",
    "alloy": "/-/ready",
    "grafana": "/api/health",
}
"""What each part with HTTP answers with 200 when it can do its work."""
FIRST_PAGES = PROBES | {"notes": "/", "hello": "/", "jobs": "/hello"}
SECRETS = ("database-admin-password", "database-password", "metrics-password", "secret-key", "grafana-password")
MAIL = "mail"
CONFIGURED = {part: ROOT / "observability" / part for part in OBSERVABILITY}


@dataclass(frozen=True)
class Plan:
    """What is to run: which parts, on which ports, with which settings. `folder` is where the stack keeps its files."""

    folder: Path
    ports: Mapping[str, int]
    found: Mapping[str, str]
    without: frozenset[str] = frozenset()

    @property
    def parts(self) -> list[str]:
        """The parts that are to run, in the order they are shown."""
        return [part for part in PARTS if part not in self.without]

    @property
    def observability(self) -> list[str]:
        """Those of them that watch the others."""
        return [part for part in OBSERVABILITY if part not in self.without]

    @property
    def secrets(self) -> Path:
        """The folder of the secrets, which only its owner may enter."""
        return self.folder / "secrets"

    def url(self, part: str) -> str:
        """Address of a part, as a user would type it; the database's without its password."""
        if part == DATABASE:
            return f"postgresql://notes@{HOST}:{self.ports[part]}/notes"
        return f"http://{HOST}:{self.ports[part]}"

    def write(self) -> str:
        """Write the secrets and the file that compose.yaml takes its values from; returns that file's text."""
        drill = self._setting(DRILL, "0") == "1"
        prometheus = observability.prepare(self.folder / "prometheus", without=self.without, drill=drill)
        digest = self._write_secrets()
        project = self._setting(PROJECT, PROJECT_NAME)
        values = {
            "IMAGE_TAG": image.tag(project).partition(":")[2],
            PROJECT: project,
            "SECRETS_FOLDER": str(self.secrets),
            "SECRETS_DIGEST": digest,
            "PROMETHEUS_FOLDER": str(prometheus),
            "SCRAPE_INTERVAL": observability.DRILL_SCRAPE if drill else "",
            **{PORT_NAMES[part]: str(port) for part, port in self.ports.items()},
            **{f"{part.upper()}_DIGEST": digest_of(folder) for part, folder in CONFIGURED.items()},
            **{name: self._setting(name, kind.default) for name, kind in APPLICATION.items() if not kind.secret},
        }
        values["PROMETHEUS_DIGEST"] = digest_of(prometheus)
        values["NOTES_PUBLIC_URL"] = values["NOTES_PUBLIC_URL"] or self.url("notes")
        # single quotes: else Compose expands a dollar sign
        text = "".join(f"{name}='{quotable(name, value)}'\n" for name, value in values.items())
        files.write(self.folder / "environment", text)
        return text

    def _write_secrets(self) -> str:
        """Each secret in its file; returns a digest of them, to see when one is another."""
        files.make_folder(self.secrets)
        texts = [files.secret(self.secrets / name) for name in SECRETS]
        mail = self._setting("NOTES_MAIL", APPLICATION["NOTES_MAIL"].default)
        files.write(self.secrets / MAIL, mail)
        if not run.is_dry():
            # a container's user is another than ours and must be able to read what is mounted for it;
            # on this machine the folder keeps everybody else out
            for name in (*SECRETS, MAIL):
                (self.secrets / name).chmod(0o444)
        return hashlib.sha256("\0".join([*texts, mail]).encode()).hexdigest()

    def _setting(self, name: str, default: str) -> str:
        return self.found.get(name) or default


def quotable(name: str, value: str) -> str:
    """The value, if it can stand between single quotes on one line; raises OpsError for one that cannot."""
    if "'" in value or "\n" in value:
        raise OpsError(f"'{name}' cannot be handed to Compose", f"{value!r}", "use a value without single quotes")
    return value


def digest_of(folder: Path) -> str:
    """A digest over the files of a folder; of one that is not there, too."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def left_out(without: Collection[str]) -> frozenset[str]:
    """These parts, once each was found to be one that can be left out. Raises OpsError for any other."""
    for part in without:
        if part not in OBSERVABILITY:
            raise OpsError(f"'{part}' cannot be left out", "no such part", f"name any of: {', '.join(OBSERVABILITY)}")
    return frozenset(without)


def part(name: str, container: Container | None, address: str) -> Part:
    """The part as it is now: what the engine says of its container, then what it answers from outside."""
    state = verdict(container)
    if state == READY and name in PROBES:
        answer = http.get(address + PROBES[name])
        if answer.status != 200:
            said = f"{PROBES[name]} says {answer.status}" if answer.status else answer.text
            state = f"not ready: {said}"
    since = container.started[:19].replace("T", " ") + " UTC" if container and container.state == "running" else ""
    return Part(name, state, address, since)


def verdict(container: Container | None) -> str:
    """READY, DOWN, or what is wrong with the container, in a few words."""
    if container is None or container.state == "created":
        return DOWN
    if container.state == "running":
        if container.health in ("", "healthy"):
            return READY
        return container.health if container.health == "starting" else f"unhealthy: {container.said[:200]}"
    if container.is_out_of_memory:
        return f"{container.state}: it wanted more memory than it may have"
    if container.state == "exited" and container.exit_code == 0:
        return DOWN
    return f"{container.state}: exit code {container.exit_code}"
