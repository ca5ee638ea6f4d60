"""One target as a place for faults: its module is found by the target's name."""

import importlib
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ops.chaos.catalogue import CATALOGUE
from ops.chaos.fault import Fault, by_name
from ops.chaos.recovery import Injury
from ops.errors import OpsError
from ops.ledger.client import Address
from ops.marks import Marks, NullMarks
from ops.paths import STATE
from ops.targets.base import Target

TARGETS = ("embedded", "compose", "kind")
"""Those with a module `faults_<target>`: it has `faults(target)`, `address(target)` and NOT_HERE.

It may have `folder(target)` for undo records, EVERY_SECONDS between two looks at a healing, TIMES, and
`watching(target, folder)`.
"""
DEFAULT = "kind"
EVERY_SECONDS = 0.05  # where a look costs next to nothing


class Watched(Protocol):
    """Somebody who watches how a target heals."""

    def told(self, injury: Injury) -> Injury:
        """The injury with what was seen of it."""

    def ready(self) -> list[tuple[float, int]]:
        """How many pods of notes got requests, from each of these moments on (unix seconds)."""


class Unwatched:
    """A target on which nobody watches how it heals."""

    def told(self, injury: Injury) -> Injury:
        """The injury as it is."""
        return injury

    def ready(self) -> list[tuple[float, int]]:
        """Nobody counts."""
        return []


@dataclass(frozen=True)
class Site:
    """A target, its faults by name in the order they are injected, and the folder of its undo records."""

    target: Target
    faults: Mapping[str, Fault]
    folder: Path
    every: float = EVERY_SECONDS
    times: Mapping[str, int] = field(default_factory=dict)
    """How often a run without a choice injects each fault; once, where it does not say."""
    marks: Marks = field(default_factory=NullMarks)

    def watching(self, folder: Path) -> AbstractContextManager[Watched]:
        """Watch the target until the end of the block, where it can be; raw files go to that folder."""
        make = getattr(_module(self.target.name), "watching", None)
        return nullcontext(Unwatched()) if make is None else make(self.target, folder)

    @property
    def address(self) -> Address:
        """Where notes is. Raises OpsError before the target's first `up`."""
        found: Address = _module(self.target.name).address(self.target)
        return found

    def chosen(self, names: str) -> list[Fault]:
        """The faults named, with commas between them; all that can be had when none is.

        Raises OpsError for one that does not exist, is not for this target, or cannot be had as it is now.
        """
        if not names:
            return [fault for fault in self.faults.values() if not fault.missing()]
        chosen = [self._named(name.strip()) for name in names.split(",") if name.strip()]
        for fault in chosen:
            if why := fault.missing():
                raise OpsError(f"fault '{fault.name}' cannot be had now", why, "./inv chaos --list")
        return chosen

    def _named(self, name: str) -> Fault:
        if name in self.faults:
            return self.faults[name]
        why = _module(self.target.name).NOT_HERE.get(name, "no such fault")
        raise OpsError(f"no fault '{name}' on target {self.target.name}", why, "./inv chaos --list")


def site(target: Target, state: Path = STATE) -> Site:
    """That target as a place for faults; `state` is its state folder. Raises OpsError for one without any."""
    if target.name not in TARGETS:
        raise OpsError(f"no faults for target '{target.name}'", f"known: {', '.join(TARGETS)}", "name one with --on")
    module = _module(target.name)
    folder = module.folder(target) if hasattr(module, "folder") else state / target.name / "chaos"
    every = getattr(module, "EVERY_SECONDS", EVERY_SECONDS)
    return Site(target, by_name(module.faults(target)), folder, every, getattr(module, "TIMES", {}))


def catalogue() -> list[tuple[str, ...]]:
    """A row for each fault: name, what it does, what it should cost, and for each target `yes` or why not."""
    rows = []
    for name, entry in CATALOGUE.items():
        rows.append((name, entry.what, entry.costs, *(_module(target).NOT_HERE.get(name, "yes") for target in TARGETS)))
    return rows


def _module(target: str) -> Any:
    return importlib.import_module(f"ops.chaos.faults_{target}")
