"""The autoscaler under load on a real cluster: a good set-up passes; each broken line is red, with the right advice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.cluster import addons, lifecycle
from ops.hpa import findings, report, trial
from tests.support import kind
from tests.support.trials import BROKEN, REST, SHORT, STEP, Outcome, Trial, copy, line_of, told

pytestmark = pytest.mark.timeout(900)


SPEED = {findings.IN_TIME, findings.ENOUGH}  # `./inv loadtest` judges it, on a machine that has nothing else to do
BEGUN_SECONDS = 10.0  # from the call to the first request, and a little more


@dataclass
class Trials:
    """All load tests of this file, which run side by side."""

    outcomes: dict[str, Outcome]
    copies: dict[str, Path]


@pytest.fixture(scope="module")
def trials(kind_cluster: kind.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trials]:
    """The good set-up, then the broken ones at once; then the good one again, in a cluster without a metrics-server."""
    folder = tmp_path_factory.mktemp("trials")
    began = time.monotonic()
    copies = {name: copy(folder / name, **changed) for name, changed in {"good": {}, **BROKEN}.items()}
    made = {name: Trial(kind_cluster, f"hpa-{name}", k8s) for name, k8s in copies.items()}
    image = lifecycle.deliver(kind_cluster.place)
    try:
        with ThreadPoolExecutor(len(made)) as pool:
            slow = pool.submit(made["probes"].ground.deploy, image)  # most of it is waiting for the probes
            for name, each in made.items():  # one after the other: four databases at once take two cores for minutes
                if name != "probes":
                    each.ground.deploy(image)
            slow.result()
            list(pool.map(lambda each: each.autoscaler.until_at_rest(), made.values()))
            rate, why = trial.fitting_rate(made["good"].site, folder / "measure", STEP.factor)
            assert rate, why
            made["good"].autoscaler.until_at_rest()
            # the broken ones while the good one, which has to be quick, is at rest again
            good = pool.submit(made["good"].load, rate, SHORT, folder / "loads" / "good")
            time.sleep(REST.seconds + STEP.seconds + BEGUN_SECONDS)
            running = {
                name: pool.submit(each.load_as_broken, name, rate, folder / "loads" / name)
                for name, each in made.items()
                if name != "good"
            }
            outcomes = {name: future.result() for name, future in {"good": good, **running}.items()}
        if set(outcomes["good"].verdict.bad) - SPEED:  # once more: somebody else may have had the processors
            print(f"the first time: {told(outcomes['good'])}")
            made["good"].autoscaler.until_at_rest()
            outcomes["good"] = made["good"].load(rate, SHORT, folder / "loads" / "again")
        outcomes["metrics"] = _blind(kind_cluster, made["good"], rate, folder / "loads" / "metrics")
        print(f"\nall load tests together took {time.monotonic() - began:.0f} s")
        yield Trials(outcomes, {**copies, "metrics": copies["good"]})
    finally:
        with ThreadPoolExecutor(len(made)) as pool:
            list(pool.map(lambda each: each.ground.remove(), made.values()))


def _blind(cluster: kind.Cluster, good: Trial, rate: float, folder: Path) -> Outcome:
    """The load on the good set-up while the cluster has no metrics-server; it has one again afterwards."""
    where = cluster.place.kubectl.within("kube-system")
    good.autoscaler.until_at_rest()
    try:
        where.do("delete", "deployment", "metrics-server", "--cascade=foreground", "--timeout=60s")
        return good.load_as_broken("metrics", rate, folder)
    finally:
        addons.apply(cluster.place)
        addons.until_ready(cluster.place)


def test_the_good_set_up_passes_every_question_but_those_of_the_machine_s_speed(trials: Trials) -> None:
    good = trials.outcomes["good"]
    if good.history.limited and set(good.verdict.bad) - SPEED:
        pytest.skip(f"this machine is too busy to judge anything: {good.history.limited}")
    assert set(good.verdict.bad) <= SPEED, told(good)
    assert good.history.limits
    assert max(scale.ready or 0 for scale in good.history.scales) > good.history.limits.least, told(good)
    assert len(good.verdict.findings) == len(findings.ASKED) - 1, "all but that about killed pods"
    assert good.advice == []


def test_a_report_with_picture_verdict_and_raw_files_is_left(trials: Trials) -> None:
    left = {path.name for path in trials.outcomes["good"].folder.iterdir()}
    assert {report.REPORT, report.VERDICT, report.SVG, report.PNG} < left
    assert {"plan.json", "requests.csv", "generator.csv", "cluster.csv", "pods.csv", "events.csv"} < left


def assert_red(outcome: Outcome) -> None:
    """That it is no pass, and not only because the machine is too busy to tell: no pod came in time."""
    assert outcome.verdict.result in ("fail", "unknown"), told(outcome)
    assert outcome.verdict.is_bad(findings.IN_TIME), told(outcome)


@pytest.mark.parametrize(
    ("name", "what", "file", "text"),
    [
        ("request", "no CPU request", "request", "requests:"),
        ("room", "min = max = 2", "hpa", "maxReplicas:"),
        ("probes", "probes too slow", "probe", "initialDelaySeconds: 50"),
    ],
)
def test_a_broken_line_is_red_and_named(trials: Trials, name: str, what: str, file: str, text: str) -> None:
    outcome, k8s = trials.outcomes[name], trials.copies[name]
    assert_red(outcome)
    (advice,) = outcome.advice
    assert what in advice.what
    assert advice.where == line_of(k8s, file, text)


def test_a_missing_metrics_server_is_red_and_named(trials: Trials) -> None:
    outcome, k8s = trials.outcomes["metrics"], trials.copies["metrics"]
    assert_red(outcome)
    (advice,) = outcome.advice
    assert "no metrics-server" in advice.what
    assert advice.where.startswith(f"{k8s / 'components/metrics-server/deployment.yaml'}:")
