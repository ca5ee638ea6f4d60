"""What a stack hands to Prometheus: the folder of the checkout, or a copy for fewer parts or for drills."""

import re
from collections.abc import Collection
from pathlib import Path

import yaml

from ops import files, run
from ops.paths import ROOT

FOLDER = ROOT / "observability" / "prometheus"
DRILL = 60
"""How many times faster alerts come in a drill: minutes become seconds."""
DRILL_SCRAPE = "1s"  # the shortest window of the rules, 5 minutes, must still hold a few

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
DURATION = re.compile(r"(?<=\[)(\d+)([smhd])(?=\])|(?<=for: )(\d+)([smhd])\b")
INTERVAL = re.compile(r"\b(scrape_interval|scrape_timeout|evaluation_interval): \d+s")


def prepare(folder: Path, *, without: Collection[str] = (), drill: bool = False) -> Path:
    """The folder to mount as Prometheus' configuration.

    It is the checkout's own, unless parts are left out (they are not asked then, so that no alert misses them) or
    `drill` shortens all durations of the rules; then a copy is written to `folder`, readable by every user.
    """
    if not without and not drill:
        return FOLDER
    for path in sorted(FOLDER.glob("**/*.yml")):
        name = path.relative_to(FOLDER)
        if name.parts[0] != "tests":
            _write(folder / name, _changed(name, path.read_text(), without, drill=drill))
    return folder


def shorten(rules: str) -> str:
    """The rules with every window and every `for` a sixtieth as long; names, thresholds and all else as they are."""

    def shorter(match: re.Match[str]) -> str:
        number, unit = match[1] or match[3], match[2] or match[4]
        return f"{max(1, int(number) * UNITS[unit] // DRILL)}s"

    return DURATION.sub(shorter, rules)


def present(targets: str, without: Collection[str]) -> str:
    """The targets of a file but those of the parts that are left out."""
    kept = [target for target in yaml.safe_load(targets) if target["labels"]["service"] not in without]
    return yaml.safe_dump(kept)


def _changed(name: Path, text: str, without: Collection[str], *, drill: bool) -> str:
    if name.parts[0] == "targets":
        return present(text, without)
    if not drill:
        return text
    return shorten(text) if name.parts[0] == "rules" else INTERVAL.sub(rf"\1: {DRILL_SCRAPE}", text)


def _write(path: Path, text: str) -> None:
    """Prometheus runs as a user of its own and must be able to read it; there is no secret in it."""
    files.make_folder(path.parent)
    files.write(path, text)
    if not run.is_dry():
        path.parent.chmod(0o755)
        path.chmod(0o644)
