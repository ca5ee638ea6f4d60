"""What pytest says of its tests in its JUnit files, counted by function: passed, failed, skipped and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Tally:
    """How many tests passed, failed (errors, too) and were skipped, with how many were skipped for each reason."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "Tally") -> "Tally":
        both = dict(self.reasons)
        for reason, count in other.reasons.items():
            both[reason] = both.get(reason, 0) + count
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped, both)

    def __str__(self) -> str:
        why = "; ".join(f"{count} x {reason}" for reason, count in self.reasons.items())
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped" + (f" ({why})" if why else "")


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    return sum(tallies, Tally())


def read(paths: Iterable[Path]) -> dict[str, Tally]:
    """The cases of each test, by its name such as tests/unit/test_x.py::test_y; none where pytest was cut off."""
    found: dict[str, Tally] = {}
    for case in (case for path in paths for case in ElementTree.parse(path).iter("testcase")):
        function = case.get("name", "").partition("[")[0]
        # not its `file`: of a test that a decorator made, that is the decorator's
        name = f"{case.get('classname', '').replace('.', '/')}.py::{function}"
        found[name] = found.get(name, Tally()) + _one(case)
    return found


def _one(case: ElementTree.Element) -> Tally:
    if case.find("failure") is not None or case.find("error") is not None:
        return Tally(failed=1)
    skipped = case.find("skipped")
    return Tally(passed=1) if skipped is None else Tally(skipped=1, reasons={skipped.get("message", ""): 1})
