"""Where a benchmark happens: its scale, its folder of raw files, and the load generator run as a process of its own."""

import sys
from dataclasses import dataclass
from pathlib import Path

from ops import run
from ops.bench.plan import Plan
from ops.bench.samples import Sample, Self, read_samples


@dataclass(frozen=True)
class Scale:
    """How long and how often. figures.md asks for what `FULL` says; `QUICK` is for trying things out."""

    rounds: int
    seconds: float
    warm_up: float
    rows: int
    tail_seconds: float
    overload_seconds: float
    evidence: bool


FULL = Scale(5, 6.0, 1.0, 100_000, 120.0, 60.0, evidence=True)
QUICK = Scale(5, 1.5, 0.5, 5_000, 20.0, 5.0, evidence=False)


@dataclass(frozen=True)
class Outcome:
    """What one run of the generator has left: its samples, what it says of itself, and the file of the samples."""

    plan: Plan
    samples: list[Sample]
    about: Self
    raw: str


@dataclass(frozen=True)
class Lab:
    """The folder that the raw files go to, and the scale of everything."""

    folder: Path
    scale: Scale

    def load(self, name: str, plan: Plan) -> Outcome:
        """Run the generator over `plan`; its files are `<name>.plan.json`, `<name>.csv` and `<name>.self.json`."""
        words = self.words(name, plan)
        limit = plan.seconds + plan.timeout + 60
        run.run(words, mend=f"run it by itself: it reads only {words[-2]}", timeout=limit)
        return self.outcome(name, plan)

    def words(self, name: str, plan: Plan) -> list[str]:
        """Write the plan and return the command that runs the generator over it."""
        plan_file = self.folder / f"{name}.plan.json"
        plan.write(plan_file)
        return [sys.executable, "-m", "ops.bench.generator", str(plan_file), str(self._samples(name))]

    def outcome(self, name: str, plan: Plan) -> Outcome:
        """Return what the generator has left."""
        samples = self._samples(name)
        return Outcome(plan, read_samples(samples), Self.read(samples.with_suffix(".self.json")), samples.name)

    def _samples(self, name: str) -> Path:
        return self.folder / f"{name}.csv"
