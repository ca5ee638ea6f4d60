"""The runs that have left a result: one folder each below reports/, named after its time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ops.chaos.report import RAW
from ops.claims.said import Told
from ops.errors import OpsError
from ops.hpa.report import REPORT, VERDICT
from ops.suite import JUNITS

BEGUN = "????-??-??T*Z"  # a link called latest stands beside them
UNTOLD = "-"


@dataclass(frozen=True)
class Kind:
    """What a command leaves in a run's folder: its result, and patterns of raw files."""

    result: str
    raw: tuple[str, ...] = ()


KINDS = {
    "test": Kind("result.json", (JUNITS,)),
    "bench": Kind("result.json"),  # its results name the raw files of each figure
    "loadtest": Kind(VERDICT, ("*.csv",)),
    "chaos": Kind("result.json", RAW),
}
"""By the command, whose folder below reports/ has the same name."""


@dataclass(frozen=True)
class Run:
    """One run: its kind, its folder, and what its result tells."""

    kind: str
    folder: Path
    told: Told

    def about(self, name: str) -> str:
        """A circumstance such as commit, machine, began, image, command; `-` where the result does not tell it."""
        about: Mapping[str, object] = self.told.get("about", self.told)
        return str(about.get(name) or UNTOLD)

    def files(self, names: Sequence[str] = ()) -> list[str]:
        """Its page and its result, then these and its other raw files."""
        kind = KINDS[self.kind]
        found = [path.name for pattern in kind.raw for path in sorted(self.folder.glob(pattern))]
        page = [REPORT] if (self.folder / REPORT).is_file() else []
        return list(dict.fromkeys([*page, kind.result, *names, *found]))

    @property
    def place(self) -> str:
        """Its folder as seen from the folder of all reports, such as bench/2026-01-02T030405Z/."""
        return f"{self.kind}/{self.folder.name}/"


def newest_first(reports: Path) -> dict[str, list[Run]]:
    """The runs of each kind that came to an end. Raises OpsError for a result that is no JSON object."""
    return {
        name: [
            Run(name, path.parent, read(path))
            for path in sorted((reports / name).glob(f"{BEGUN}/{kind.result}"), reverse=True)
        ]
        for name, kind in KINDS.items()
    }


def read(path: Path) -> Told:
    """The result in that file."""
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise broken(path, str(error)) from error
    if not isinstance(told, dict):
        raise broken(path, f"a {type(told).__name__} where a JSON object should be")
    return told


def broken(path: Path, seen: str) -> OpsError:
    """The error for a result that cannot be read."""
    mend = f"remove that run, and run it again: rm -r '{path.parent}'; ./inv {path.parent.parent.name}"
    return OpsError(f"'{path}' is no result of ./inv {path.parent.parent.name}", seen, mend)
