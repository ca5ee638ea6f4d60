"""Asks what the panels of the dashboards ask, and writes what was answered."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ops import dashboards
from tests.support.watchers import Watchers

GRAFANA = {
    "$__rate_interval": "20s",
    "$__range": "5m",
    "$__auto": "10s",
    "$service": "notes",
    "$namespace": ".*",
}
"""What Grafana fills in."""


def filled(expr: str) -> str:
    """The query as Grafana sends it."""
    for name, value in GRAFANA.items():
        expr = expr.replace(name, value)
    return expr


def ask(watchers: Watchers, target: dict[str, Any]) -> str:
    """The largest of the last values of a panel's query, or its last line; empty when there is nothing."""
    expr = filled(target["expr"])
    if target["datasource"]["type"] == "prometheus":
        found = watchers.metrics(expr)
    else:
        found = watchers.lines(expr, kind=target["queryType"])
    last = [each["value"] if "value" in each else each["values"][-1] for each in found]
    if not last or "stream" in found[0]:
        return last[0][1][:60] if last else ""
    values = [float(value) for _, value in last if value != "NaN"]
    return f"{max(values):.6g}" if values else ""


def some(question: Callable[[], str], deadline: float) -> str:
    """The first answer that is not empty; from `deadline` on, the empty one."""
    while not (answer := question()) and time.monotonic() < deadline:
        time.sleep(1)
    return answer


def shown(watchers: Watchers, target: str, seconds: float = 20) -> list[dict[str, str]]:
    """A row for each query of each panel that has something to show on that target; `last` is empty where nothing came.

    Each is asked again until it answers, or `seconds` are over for all.
    """
    deadline = time.monotonic() + seconds
    return [
        {
            "dashboard": board,
            "panel": panel["title"],
            "query": filled(query["expr"]),
            "unit": panel.get("fieldConfig", {}).get("defaults", {}).get("unit", "lines"),
            "last": some(lambda query=query: ask(watchers, query), deadline),
        }
        for board, panel in dashboards.shown_on(target)
        for query in panel["targets"]
    ]


def empty(rows: Sequence[dict[str, str]]) -> list[str]:
    """Those that had nothing to show."""
    return [f"{row['dashboard']}: {row['panel']}: {row['query']}" for row in rows if not row["last"]]


def marks() -> list[dict[str, Any]]:
    """The queries of the vertical marks of all dashboards."""
    found = []
    for path in dashboards.FOLDER.glob("*.json"):
        found += json.loads(path.read_text())["annotations"].get("list", [])
    return found


def ask_marks(watchers: Watchers) -> None:
    """Fails when a mark cannot be asked for; there need not be any."""
    for mark in marks():
        if mark["datasource"]["type"] == "prometheus":
            watchers.metrics(filled(mark["expr"]))
        else:
            watchers.lines(filled(mark["expr"]))


def write_table(folder: Path, rows: Sequence[dict[str, str]]) -> None:
    """panels.json and panels.md: what each panel showed."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "panels.json").write_text(json.dumps(rows, indent=1) + "\n")
    lines = ["| " + " | ".join(rows[0]) + " |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row.values()) + " |" for row in rows]
    (folder / "panels.md").write_text("\n".join(lines) + "\n")
