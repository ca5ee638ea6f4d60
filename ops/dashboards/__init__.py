"""Grafana's dashboards as code; `./inv dashboards` writes the JSON that Grafana reads.

Everything is found by `job` and `service`, and by `target`, `service`, `level` in logs: see observability/README.md.
"""

import json
from pathlib import Path
from typing import Any

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from ops.dashboards import database, kubernetes, notes, platform
from ops.paths import ROOT

FOLDER = ROOT / "observability" / "grafana" / "dashboards"
BUILDERS = {"notes": notes.build, "database": database.build, "platform": platform.build}

MARKS = {
    "Versions": "version {{version}}",
    **dict.fromkeys(("Load tests", "Deployments", "Chaos"), "{{text}}"),
    "Autoscaler": "{{namespace}} {{name}}: {{text}}",
}
"""What a vertical mark is called, of the labels of its query."""

ONLY_ON = {("platform", kubernetes.TITLE): frozenset({"kind", "eks"})}
"""The rows of a dashboard that can only show something on these targets; all others do on every one."""


def shown_on(target: str) -> list[tuple[str, dict[str, Any]]]:
    """The dashboard's name and the JSON of each panel, in order, that has something to show on that target."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        row = ""
        for panel in json.loads(path.read_text())["panels"]:
            if panel["type"] == "row":
                row = panel["title"]
            elif target in ONLY_ON.get((path.stem, row), {target}):
                found.append((path.stem, panel))
    return found


def texts() -> dict[Path, str]:
    """Each dashboard's file and what it is to hold."""
    return {FOLDER / f"{name}.json": text(build()) for name, build in BUILDERS.items()}


def text(dashboard: Dashboard) -> str:
    """A dashboard as Grafana reads it, in an order that a diff can be read in."""
    content: dict[str, Any] = json.loads(json.dumps(dashboard.build(), cls=JSONEncoder))
    for number, panel in enumerate(content["panels"], 1):
        panel["id"] = number  # else Grafana makes ids of its own, and links to a panel do not last
    for mark in content["annotations"].get("list", []):
        mark["titleFormat"] = MARKS[mark["name"]]  # a field of the data sources that the builders do not have
    return json.dumps(content, indent=1, sort_keys=True) + "\n"
