"""Settings of this checkout: the environment first, then .env, then the defaults. The one place for names and ports."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError
from ops.paths import ROOT
from ops.versions import CLUSTER_IMAGES, GATEWAY_API_ADDRESS

ENV_FILE = ROOT / ".env"


@dataclass(frozen=True)
class Setting:
    """A name that .env and the environment may set. `secret` values reach the parts by files only."""

    default: str
    secret: bool = False


SERVICES = ("notes", "hello", "jobs", "auth")
"""The services of the image, in the order they are shown."""

PORTS = {"notes": 8000, "hello": 8001, "jobs": 8002, "auth": 8003}
METRICS_PORTS = {"notes": 9100, "hello": 9101, "jobs": 9102, "auth": 9103}

OBSERVABILITY = ("prometheus", "alertmanager", "loki", "alloy", "grafana")
"""What watches the services; any of it can be left out."""

STACK_PORTS = {
    "database": 15_432,
    **PORTS,
    "prometheus": 9090,
    "alertmanager": 9093,
    "loki": 3100,
    "alloy": 12_345,
    "grafana": 3000,
}
"""The ports of the compose target on 127.0.0.1, by part."""

PORT_NAMES = {name: f"{name.upper()}_PORT" for name in STACK_PORTS}
"""The setting that fixes a part's port; a fixed port that is taken is an error, a default one gives way."""

PROJECT = "COMPOSE_PROJECT_NAME"
"""The setting with the name of the compose project: two projects of one checkout run side by side."""

PROJECT_NAME = "notes"
"""That name where nobody sets it."""

DRILL = "ALERT_DRILL"
"""The setting that makes alerts come sixty times faster, to rehearse them on a private stack."""

CLUSTER = "NOTES_CLUSTER"
"""The setting with the name of the kind cluster: two clusters of one checkout run side by side, on other ports."""

GATEWAY_PORT, REGISTRY_PORT = "GATEWAY_PORT", "REGISTRY_PORT"
GATEWAY_API_CRDS = "GATEWAY_API_CRDS"
"""The setting with the address or the file that the Gateway API's definitions are applied from."""

NODE_IMAGE = "KIND_NODE_IMAGE"

KIND = {
    CLUSTER: Setting("notes"),
    GATEWAY_PORT: Setting("8080"),
    REGISTRY_PORT: Setting("5001"),
    GATEWAY_API_CRDS: Setting(GATEWAY_API_ADDRESS),
    NODE_IMAGE: Setting(CLUSTER_IMAGES["node"]),
}
"""What the kind cluster is made with; both ports are on 127.0.0.1."""

APPLICATION = {
    "NOTES_WORKERS": Setting("2"),
    "NOTES_CONCURRENCY": Setting("16"),
    "NOTES_MAIL": Setting("log", secret=True),
    "NOTES_MAIL_FROM": Setting("notes@localhost"),
    "NOTES_FAULTS": Setting("0"),
    "NOTES_LOG_LEVEL": Setting("info"),
    "NOTES_TRUSTED_PROXIES": Setting("0"),
    "NOTES_PUBLIC_URL": Setting(""),
}
"""What is handed on to the applications, which say what each means."""

KNOWN = {
    **{name: Setting(str(STACK_PORTS[part])) for part, name in PORT_NAMES.items()},
    PROJECT: Setting(PROJECT_NAME),
    DRILL: Setting("0"),
    **KIND,
    **APPLICATION,
}


def load(env_file: Path = ENV_FILE, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The known settings that somebody has set, the environment's before the file's. Raises OpsError for a bad line."""
    given = os.environ if environ is None else environ
    found = parse(env_file) if env_file.is_file() else {}
    return {**found, **{name: value for name, value in given.items() if name in KNOWN}}


def parse(env_file: Path) -> dict[str, str]:
    """The settings of a file of NAME=value lines; `#` starts a comment line, quotes around a value are dropped."""
    found = {}
    for number, row in enumerate(env_file.read_text().splitlines(), 1):
        line = row.strip().removeprefix("export ")
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or name not in KNOWN:
            what = f"'{env_file.name}' line {number} is no setting"
            raise OpsError(what, f"'{name}'", "see .env.example for the names")
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        found[name] = value
    return found


def fixed_ports(found: Mapping[str, str]) -> dict[str, int]:
    """The ports that somebody has set, by service. Raises OpsError for one that is no port."""
    ports = {}
    for service, name in PORT_NAMES.items():
        if found.get(name):
            ports[service] = port(name, found[name])
    return ports


def port(name: str, text: str) -> int:
    """The port that this text of that setting means. Raises OpsError for one that is no port."""
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise OpsError(f"'{name}' is no port", f"'{text}'", f"set {name} to a number from 1 to 65535")
    return int(text)
