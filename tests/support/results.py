"""Results as the commands themselves write them, made up: enough of each for what is read from it."""

import json
import math
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loadtest.thresholds import Threshold
from ops.bench import report as bench_report
from ops.bench.report import Circumstances, Findings
from ops.bench.verdicts import Verdict as Figure
from ops.chaos import report as chaos_report
from ops.chaos import runner, verdict
from ops.chaos.drive import Options, Outcome
from ops.chaos.probes import Impact
from ops.chaos.recovery import Injury, Recovery
from ops.chaos.runner import Asked
from ops.chaos.steady import Steady
from ops.hpa import report as load_report
from ops.hpa.history import History
from ops.hpa.timeline import timeline
from ops.hpa.verdict import judge
from ops.ledger.check import LOST, Finding, Ledger
from ops.load import Summary
from ops.load.summary import numbers
from ops.tally import Tally
from tests.support.histories import history

Told = dict[str, Any]
HEAD = "aaaaaaaaaaaa"
FACTS = {"commit": HEAD, "machine": "2 x <core>", "began": "2026-01-02T03:04:05+00:00"}
KEPT = Ledger(10, 9, 0, 1, 1, (), {"API": 3, "SQL": 3})
GONE = Ledger(10, 9, 0, 1, 1, (Finding(LOST, "w-1", "not found", ("API",)),), {"API": 2, "SQL": 2})
WELL = Steady(40, 0, 12.0, ())


def bench(*verdicts: Figure, command: str = "./inv bench", evidence: bool = True) -> Told:
    about = Circumstances(command, HEAD, FACTS["machine"], FACTS["began"], evidence)
    findings = Findings.of(verdicts, [], ["P.csv"])
    findings.image = "sha256:1f"
    return read(bench_report.as_json(findings, about))


def figure(name: str, *, reached: bool = True) -> Figure:
    return Figure(name, f"the {name}", ">= 1 x", "2 x", reached, "" if reached else "off by 50%")


class FakeTarget:
    """What a run of chaos asks its target for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def query(self, _database: str, _statement: str) -> str:
        return "18.6\n"

    def digest(self) -> str:
        return "sha256:1f"


class FakeFault:
    name = "app-killed"


class FakeSite:
    """A target with two faults, of which one cannot be had now."""

    def __init__(self, name: str) -> None:
        self.target = FakeTarget(name)
        self.faults = {"app-killed": FakeFault(), "latency-added": None}


def recovered(*, ready: float | None = 2.5) -> Recovery:
    injury = Injury("app-killed", "notes", 3.9, 4.0, 4.0, None if ready is None else 4.0 + ready, math.inf)
    return Recovery(injury, Impact(40, 2, 4.0, 5.0), ready, 1.0, ("did not recover",) if ready is None else ())


def chaos(
    target: str = "kind",
    ledger: Ledger = KEPT,
    recoveries: tuple[Recovery, ...] = (recovered(),),
    *,
    faults: str = "",
    broken: str = "",
    planned: int = 1,
) -> Told:
    asked, options = Asked(faults=faults, broken=broken), Options([FakeFault()], 1)  # type: ignore[list-item]
    about = runner._about(FakeSite(target), asked, options, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))  # type: ignore[arg-type]
    word = verdict.judge(ledger, recoveries, WELL, planned)
    return read(chaos_report.as_json(Outcome(WELL, WELL, recoveries, ledger, word, (), ()), {**about, **FACTS}))


def loadtest(seen: History | None = None, **changed: str) -> Told:
    seen, wanted = seen or history(), Threshold(500, 0.001)
    facts = {**FACTS, "command": "./inv loadtest", "target": "kind", "image": "-", "shape": "steps", **changed}
    told = load_report.Told(judge(seen, wanted), [], Summary(numbers(seen.requests)), list(facts.items()))
    return read(load_report.as_json(timeline(seen, wanted.p95_ms), told))


def proof(cases: dict[str, Tally], *, code: int = 0, unit: bool = False, select: str = "", mypy: int = 0) -> Told:
    """A run of `./inv test`; a test of the suite compares the names with those it writes."""
    parts = {"ruff": 0, "ruff format": 0, "mypy": mypy, "pytest unit": code}
    return {
        "about": {**FACTS, "command": "./inv test", "unit": unit, "select": select},
        "parts": {name: {"code": code, "seconds": 1.0} for name, code in parts.items()},
        "tests": {name: asdict(each) for name, each in cases.items()},
    }


def read(text: str) -> Told:
    told: Told = json.loads(text)
    return told


def keep(reports: Path, kind: str, day: int, told: Told, file: str = "result.json") -> Path:
    """Leave that result as a run of that day of January."""
    folder = reports / kind / f"2026-01-{day:02d}T030405Z"
    folder.mkdir(parents=True)
    (folder / file).write_text(json.dumps(told))
    return folder
