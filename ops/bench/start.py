"""Figure P11: from the start of the process to the first answer out of the database, and the second `up`."""

import json
import tempfile
import time
from pathlib import Path

from ops import console, run
from ops.bench import charts, pairs
from ops.bench.client import Client, expect
from ops.bench.lab import Lab
from ops.bench.report import Findings
from ops.bench.stage import READY, Stage
from ops.bench.verdicts import limit, ratio
from ops.paths import ROOT, STATE
from ops.targets.embedded import Embedded

START_SECONDS, SECOND_UP = 1.0, 0.2
ON = ("--on", Embedded.name)  # what this command measures, whatever else the machine can run


def measure(lab: Lab, stage: Stage) -> Findings:
    """Start the application again and again; then make and remove a private embedded target, with two `up`s each."""
    with console.step(f"P11: {lab.scale.rounds} starts") as step:
        starts = [_start(stage) for _ in range(lab.scale.rounds)]
        step.note = f"{sorted(starts)[len(starts) // 2]:.2f} s"
    ups: dict[str, list[float]] = {"first": [], "second": []}
    with console.step(f"P11: {lab.scale.rounds} times `up` in an empty folder, twice"):
        for _ in range(lab.scale.rounds):
            for name, seconds in _up_twice().items():
                ups[name].append(seconds)
    raw = lab.folder / "P11.json"
    raw.write_text(json.dumps({"start_seconds": starts, "up_seconds": ups}))
    verdicts = [
        limit("P11", "process start to first answer from the database", starts, START_SECONDS, "s"),
        ratio("P11", "second `up` to the first", pairs.ratios(ups, "second", "first"), "at most", SECOND_UP),
    ]
    plots = [charts.rounds("P11: start and up", {"start": starts, **ups}, "seconds")]
    return Findings.of(verdicts, plots, [raw.name])


def _start(stage: Stage) -> float:
    with stage.serving(stage.ours()) as server:
        expect(Client(server.port).request("GET", READY), 200, READY)  # not just any answer
        return server.start_seconds


def _up_twice() -> dict[str, float]:
    """Return the seconds of the first and of the second `up` of a target that was never there."""
    with tempfile.TemporaryDirectory(prefix="up-", dir=STATE) as folder:
        env = {"NOTES_STATE": str(Path(folder) / "state")}
        try:
            return {name: _seconds("up", env) for name in ("first", "second")}
        finally:
            run.run([ROOT / "inv", "down", *ON, "--wipe", "--yes"], env=env, mend=f"NOTES_STATE={folder} ./inv status")


def _seconds(command: str, env: dict[str, str]) -> float:
    begin = time.monotonic()
    run.run([ROOT / "inv", command, *ON], env=env, mend=f"./inv {command} by itself says why")
    return time.monotonic() - begin
