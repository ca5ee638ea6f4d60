"""Set-ups that are broken on purpose, on a real cluster: the proof ends red on each, for its reason."""

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from ops.chaos import broken
from ops.cluster import lifecycle
from ops.paths import ROOT
from tests.support import kind

pytestmark = pytest.mark.timeout(1_800)

REASONS = {
    "database-emptydir": (" lost", "the database's files are in an emptyDir",
                          "k8s/components/postgres/statefulset.yaml:"),
    "no-readiness": ("pod-cut: 'out' was never seen", "no readinessProbe", "k8s/base/common/container.yaml:"),
    "no-prestop": ("after it left the endpoints, at least 4.5 s are due", "no preStop",
                   "k8s/base/common/container.yaml:"),
    "one-replica": ("only 0 pods got requests, budget 1", "one replica", "k8s/base/notes/scaling.yaml:"),
    "liveness-database": ("restarts of pods that were not hit", "liveness asks the database",
                          "k8s/base/common/container.yaml:"),
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """What a control ended with."""

    code: int
    said: str
    told: dict[str, Any]

    def is_for(self, reason: str) -> bool:
        """Whether that is one of the reasons of its verdict."""
        return any(reason in each for each in self.told["verdict"]["why"])


@pytest.fixture(scope="module")
def controls(kind_cluster: kind.Cluster, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """All controls, one after the other, each in a process and a namespace of its own.

    Side by side three of them keep two cores so busy that a pod which is told to end needs as long without preStop.
    """
    folder = tmp_path_factory.mktemp("controls")
    image = lifecycle.deliver(kind_cluster.place)

    def run(what: str) -> Run:
        env = dict(kind_cluster.env)
        code = f"""
import sys
from pathlib import Path
from ops.chaos import controls
from ops.chaos.runner import Asked
ground = controls.Ground({env!r}, {image!r})
state, reports = Path({str(kind_cluster.state)!r}), Path({str(folder / what)!r})
sys.exit(controls.run({what!r}, Asked(seed=1), state=state, reports=reports, ground=ground))
"""
        words = [sys.executable, "-c", code]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
        found = folder / what / "chaos/latest/result.json"
        assert found.is_file(), done.stderr
        return Run(done.returncode, done.stdout + done.stderr, json.loads(found.read_text()))

    def found_out(what: str) -> Run:
        """Once more, if it was not: how long a pod takes to end, say, is the machine's doing, too. Twice it is ours."""
        first = run(what)
        return first if first.is_for(REASONS[what][0]) else run(what)

    return {what: found_out(what) for what in broken.CONTROLS}


@pytest.mark.parametrize("what", broken.CONTROLS)
def test_what_is_broken_ends_red_for_its_reason_with_its_line(
    controls: dict[str, Run], kind_cluster: kind.Cluster, what: str
) -> None:
    run, (why, advice, line) = controls[what], REASONS[what]
    assert (run.code, run.told["verdict"]["word"]) == (1, "fail")
    assert run.is_for(why), run.said
    assert len(run.told["advice"]) == 1, run.told["advice"]
    assert advice in run.told["advice"][0]
    assert line in run.told["advice"][0]
    assert not kind_cluster.place.kubectl.get(f"namespace/broken-{what}")


def test_what_is_not_broken_loses_nothing(controls: dict[str, Run]) -> None:
    for what, run in controls.items():
        lost = run.told["ledger"]["lost"]
        assert (lost > 0) == (what == "database-emptydir"), (what, run.told["ledger"])
