"""The whole proof of `./inv test`: style, types, then every test that this machine can run."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ops import console, files, run, tally
from ops.errors import OpsError
from ops.paths import REPORTS
from ops.report import circumstances

BESIDE, AFTER = ("unit", "integration"), ("smoke", "e2e")
"""Folders under tests/: files of the first share nothing, and run side by side; those of the others share an engine, a
cluster and the machine's time, and run one after the other."""

FOLDERS = (*BESIDE, *AFTER)
MOST_AT_ONCE = 4  # each has a PostgreSQL and servers of its own
COVERED = {"notes": 95}  # percent of lines, at least
PYTEST, JUNITS = "pytest", "junit-*.xml"
"""What the names of parts that are tests begin with; what they leave."""

NO_TESTS = 5  # pytest's exit code where no test is what -k names
MEND = "mend what is shown above, then ./inv test"


@dataclass(frozen=True)
class Outcome:
    """One part of the proof and its exit code."""

    name: str
    code: int
    seconds: float

    @property
    def line(self) -> str:
        """Mark, name, seconds."""
        return f"{console.CROSS if self.code else console.TICK} {self.name} ({self.seconds:.0f} s)"


def prove(*, unit: bool = False, select: str | None = None, coverage: bool = False, reports: Path = REPORTS) -> None:
    """Run the parts one after the other, each to its end, then list them; result.json is in a folder of the run's own.

    Raises OpsError when one failed. `unit` leaves out what needs a socket, `select` is pytest's -k.
    """
    began = datetime.now(UTC)
    folder = reports / "test" / began.strftime("%Y-%m-%dT%H%M%SZ")
    files.make_folder(folder, mode=0o755)
    about = _about(began, unit=unit, select=select, coverage=coverage)
    parts = {
        "ruff": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        **{
            f"{PYTEST} {', '.join(folders)}": [
                *("-m", "pytest", *pytest_words(folders, select=select, coverage=coverage)),
                f"--junit-xml={folder / JUNITS.replace('*', '-'.join(folders))}",
            ]
            for folders in ([("unit",)] if unit else [BESIDE, AFTER])
        },
    }
    if coverage:
        parts |= {
            f"coverage of {name}": ["-m", "coverage", "report", f"--include={name}/*", f"--fail-under={percent}"]
            for name, percent in COVERED.items()
        }
    outcomes = _counted([_run(name, words) for name, words in parts.items()], select)
    _keep(folder, about, outcomes)
    for outcome in outcomes:
        console.say(outcome.line, "red" if outcome.code else "green")
    for line in left_out(unit=unit, select=select):
        console.say(line)
    failed = [outcome.name for outcome in outcomes if outcome.code]
    if failed:
        raise OpsError("the proof failed", ", ".join(failed), MEND)


def pytest_words(folders: Sequence[str], *, select: str | None, coverage: bool) -> list[str]:
    """pytest's arguments for those folders; -rfEs lists failures and skips, with reasons, at the end."""
    words = [*(f"tests/{name}" for name in folders), "-rfEs"]
    if folders != AFTER:
        words += ["--numprocesses=logical", f"--maxprocesses={MOST_AT_ONCE}", "--dist=loadfile"]
    if select:
        words += ["-k", select]
    if coverage:
        words += ["--cov", "--cov-report=term-missing:skip-covered", *(["--cov-append"] if folders == AFTER else [])]
    return words


def _counted(outcomes: list[Outcome], select: str | None) -> list[Outcome]:
    """All but the tests of which none is what was selected, unless that is so of all."""
    tests = [each for each in outcomes if each.name.startswith(PYTEST)]
    empty = [each for each in tests if select and each.code == NO_TESTS]
    return outcomes if empty == tests else [each for each in outcomes if each not in empty]


def left_out(*, unit: bool, select: str | None) -> Sequence[str]:
    """What this run did not try, in sentences; what was skipped for want of a tool pytest lists itself."""
    said = []
    if unit:
        said.append(f"left out by --unit: {', '.join(name for name in FOLDERS if name != 'unit')}")
    if select:
        said.append(f"left out by -k: all tests that do not match '{select}'")
    return said


def _about(began: datetime, *, unit: bool, select: str | None, coverage: bool) -> dict[str, str | bool]:
    """What is needed to judge or repeat the run; `select` is empty when no test was picked by its name."""
    words = [*(["--unit"] if unit else []), *(["-k", select] if select else []), *(["--cov"] if coverage else [])]
    return {
        "command": run.shown(["./inv", "test", *words]),
        "commit": circumstances.commit(),
        "machine": circumstances.machine(),
        "began": began.isoformat(timespec="seconds"),
        "unit": unit,
        "select": select or "",
    }


def _keep(folder: Path, about: Mapping[str, str | bool], outcomes: Sequence[Outcome]) -> None:
    """Write what came of each part, and of each test."""
    if run.is_dry():
        return
    counted = tally.read(folder.glob(JUNITS))
    told = {
        "about": about,
        "parts": {each.name: {"code": each.code, "seconds": round(each.seconds, 1)} for each in outcomes},
        "tests": {name: asdict(each) for name, each in counted.items()},
    }
    (folder / "result.json").write_text(json.dumps(told, indent=1) + "\n")
    circumstances.link(folder)


def _run(name: str, words: Sequence[str]) -> Outcome:
    started = time.monotonic()
    console.say(f"{name}:", "bold")
    done = run.run([sys.executable, *words], stream=True, check=False, mend=MEND)
    return Outcome(name, done.code, time.monotonic() - started)
