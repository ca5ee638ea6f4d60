"""Load tests in namespaces of their own, some of them with a line of a copy of the manifests broken."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from loadtest.plan import Plan
from loadtest.shapes import Phase
from ops.hpa import places, trial
from ops.hpa.advice import Advice
from ops.hpa.ground import Ground
from ops.hpa.history import History
from ops.hpa.verdict import Verdict
from ops.load import prepare
from ops.paths import ROOT
from tests.support.kind import Cluster

REST, STEP, BACK = Phase("rest", 12, 1), Phase("step", 75, 4), Phase("back", 65, 1)
SHORT, UP = (REST, STEP, BACK), (REST, STEP)
BRIEF = (REST, Phase("step", 50, 4))
"""Just long enough to ask for a pod in time."""
SURELY, LIGHTLY = 1.4, 0.25
"""How much of the good set-up's load others get. Slow probes: enough that the HPA surely acts. Those whose HPA cannot
act, whatever the load: little, so that two cores have room for all."""
FILES = {
    "request": "base/notes/deployment.yaml", "hpa": "base/notes/scaling.yaml", "probe": "base/common/container.yaml",
    "window": "overlays/dev/scaling.yaml",
}  # fmt: skip
# half the request is half the load, so that several of these run on two cores; a window of 15 s is one that a test has
SMALL = {
    "request": ("cpu: 100m", "cpu: 50m"),
    "window": ("stabilizationWindowSeconds: 60", "stabilizationWindowSeconds: 15"),
}

READY = "            httpGet: {path: /readyz, port: http}\n"
BROKEN = {
    "request": {"request": ("cpu: 50m", "# cpu: 50m")},
    "room": {"hpa": ("maxReplicas: 6", "maxReplicas: 2")},
    "probes": {"probe": (READY, f"{READY}            initialDelaySeconds: 50\n")},
}  # fmt: skip
"""What is broken on a copy, by the name of its load test."""


@dataclass(frozen=True)
class Outcome:
    """What came of a load test: its plan and history, the verdict, the advice, the folder of its files."""

    plan: Plan
    history: History
    verdict: Verdict
    advice: list[Advice]
    folder: Path


def copy(folder: Path, **broken: tuple[str, str]) -> Path:
    """A copy of k8s/ with small numbers, and with these texts (by name of FILES) replaced; each is there once."""
    k8s = folder / "k8s"
    shutil.copytree(ROOT / "k8s", k8s)
    shutil.copytree(ROOT / "database", folder / "database")  # which the component of the database reads
    for name, (old, new) in [*SMALL.items(), *broken.items()]:
        file = k8s / FILES[name]
        text = file.read_text()
        assert text.count(old) == 1, f"{file} has {text.count(old)} times: {old}"
        file.write_text(text.replace(old, new))
    return k8s


def line_of(k8s: Path, name: str, text: str) -> str:
    """`file:line` of the one line of that file that has this text."""
    rows = (k8s / FILES[name]).read_text().splitlines()
    (number,) = [number for number, row in enumerate(rows, 1) if text in row]
    return f"{k8s / FILES[name]}:{number}"


class Trial:
    """The application of a copy of the manifests in a namespace of its own, and the load on it."""

    def __init__(self, cluster: Cluster, name: str, k8s: Path) -> None:
        folders = places.layers("dev", k8s)
        self.ground = Ground(name, str(folders[0]), folders=folders, state=cluster.state, env=dict(cluster.env))
        self.autoscaler, self.site = self.ground.autoscaler, self.ground.site

    def load_as_broken(self, name: str, rate: float, folder: Path) -> Outcome:
        """Drive the load that brings this breakage to light, in parts of the good set-up's rate."""
        return self.load(rate * SURELY, UP, folder) if name == "probes" else self.load(rate * LIGHTLY, BRIEF, folder)

    def load(self, rate: float, phases: tuple[Phase, ...], folder: Path) -> Outcome:
        """Drive the load, judge what was seen, and write the report."""
        site = self.site
        plan = prepare(site.url, phases=phases, rate=rate, host_header=site.host, accounts=site.accounts)
        history = trial.run(site, plan, folder)
        verdict, advice, _ = trial.conclude(site, plan, history, folder, [("rate", f"{rate:.1f}")])
        return Outcome(plan, history, verdict, advice, folder)


def told(outcome: Outcome) -> str:
    """What to read when a test of an outcome fails."""
    findings = [finding._asdict() for finding in outcome.verdict.findings]
    return json.dumps({"why": outcome.verdict.why, "findings": findings, "advice": outcome.advice}, indent=1)
