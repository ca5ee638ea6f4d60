"""Advice: each thing that can be wrong with a set-up, and the line of the manifests to look at."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from loadtest.thresholds import Threshold
from ops.hpa.advice import Advice, Setup, advise
from ops.hpa.history import History
from ops.hpa.places import layers, place
from ops.hpa.verdict import judge
from tests.support.histories import GROWN, PODS, answers, history, pod, scales

DEPLOYMENT = """\
# the application
apiVersion: apps/v1
kind: Deployment
metadata: {name: notes-stable}
spec:
  template:
    spec:
      containers:
        - name: side
          resources: {requests: {cpu: 10m}}
        - name: app
          resources:
            requests:
              cpu: 100m
"""
PATCH = """\
kind: Deployment
metadata: {name: any}
spec:
  template:
    spec:
      containers:
        - name: app
          startupProbe:
            periodSeconds: 1
          readinessProbe:
            periodSeconds: 1
            initialDelaySeconds: 0
"""
HPA = """\
kind: Service
metadata: {name: notes-stable}
---
kind: HorizontalPodAutoscaler
metadata: {name: notes-stable}
spec:
  minReplicas: 2
  maxReplicas: 6
  metrics: [{type: Resource}]
"""
PATCHES = """\
patches:
  - path: common/container.yaml
    target: {kind: Deployment}
"""
OTHERS = """\
patches:
  - path: replicas.yaml
    target: {kind: Deployment, name: hello|jobs}
"""
REPLICAS = """\
kind: Deployment
metadata: {name: any}
spec:
  replicas: 1
"""
METRICS = """\
kind: Deployment
metadata: {name: metrics-server}
spec:
  replicas: 1
"""


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """The layers of a made-up overlay."""
    files = {
        "base/deployment.yaml": DEPLOYMENT, "base/common/container.yaml": PATCH, "base/hpa.yaml": HPA,
        "components/metrics-server/deployment.yaml": METRICS, "base/kustomization.yaml": PATCHES,
        "overlays/dev/kustomization.yaml": OTHERS, "overlays/dev/replicas.yaml": REPLICAS,
    }  # fmt: skip
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return layers("dev", tmp_path)


@pytest.fixture
def setup(folders: list[Path]) -> Setup:
    """A good set-up, as the API would tell it."""
    deployment: dict[str, Any] = yaml.safe_load(DEPLOYMENT)
    deployment["spec"]["template"]["spec"]["containers"][1] |= yaml.safe_load(PATCH)["spec"]["template"]["spec"][
        "containers"
    ][0]
    return Setup(list(yaml.safe_load_all(HPA))[1], deployment, has_metrics=True, folders=folders)


BLIND = history(scales=scales([(0, 2)], cpu=None), pods=PODS[:2])


def told(seen: History, setup: Setup) -> list[Advice]:
    """The advice, its place without the temporary folder."""
    found = advise(judge(seen, Threshold(500, 0.001)), seen, setup)
    return [each._replace(where=each.where.removeprefix(f"{setup.folders[-1].parent}/")) for each in found]


def changed(setup: Setup, path: list[Any], value: Any, *, of: str = "deployment") -> Setup:
    """The set-up with one value of one object changed, or taken out (None)."""
    objects = {"deployment": copy.deepcopy(setup.deployment), "hpa": copy.deepcopy(setup.hpa)}
    *way, last = path
    place: Any = objects[of]
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return Setup(objects["hpa"], objects["deployment"], setup.has_metrics, setup.folders)


APP = ["spec", "template", "spec", "containers", 1]


def test_a_good_verdict_needs_no_advice(setup: Setup) -> None:
    assert told(history(), setup) == []
    assert told(history(), Setup(setup.hpa, setup.deployment, False, setup.folders)) == []


def test_a_bad_verdict_whose_cause_is_elsewhere_gets_no_invented_one(setup: Setup) -> None:
    assert told(history(requests=answers((41, 150))), setup) == []


def test_without_a_metrics_server_its_manifest_is_named(setup: Setup) -> None:
    (found,) = told(BLIND, Setup(setup.hpa, setup.deployment, False, setup.folders))
    assert found.what.startswith("no metrics-server")
    assert found.where == "components/metrics-server/deployment.yaml:2"


def test_a_missing_cpu_request_is_named_where_it_should_be(setup: Setup) -> None:
    """The other key of `requests` stays, so that this is the nearest line that is there."""
    (found,) = told(BLIND, changed(setup, [*APP, "resources", "requests"], {"memory": "1Mi"}))
    assert found.what.startswith("no CPU request for container 'app'")
    assert found.where == "base/deployment.yaml:14"
    file = setup.folders[-1] / "deployment.yaml"
    file.write_text(file.read_text().replace("cpu: 100m", "memory: 1Mi"))
    (found,) = told(BLIND, changed(setup, [*APP, "resources", "requests"], {"memory": "1Mi"}))
    assert found.where == "base/deployment.yaml:13"


def test_least_and_most_that_are_the_same_are_named(setup: Setup) -> None:
    stuck = history(scales=scales([(0, 2)], cpu=120), pods=PODS[:2])
    (found,) = told(stuck, changed(setup, ["spec", "maxReplicas"], 2, of="hpa"))
    assert found.what.startswith("min = max = 2")
    assert found.where == "base/hpa.yaml:8"
    assert told(stuck, setup) == []


@pytest.mark.parametrize(
    ("probe", "key", "line"),
    [("readinessProbe", "initialDelaySeconds", 12), ("readinessProbe", "periodSeconds", 11),
     ("startupProbe", "periodSeconds", 9)],
)  # fmt: skip
def test_a_slow_probe_is_named(setup: Setup, probe: str, key: str, line: int) -> None:
    late = history(pods=[*PODS[:2], pod("new", GROWN, GROWN + 40)])
    (found,) = told(late, changed(setup, [*APP, probe, key], 30))
    assert f"{probe}.{key} is 30 s" in found.what
    assert found.where == f"base/common/container.yaml:{line}"


def test_probes_are_not_blamed_for_pods_that_were_ready_soon(setup: Setup) -> None:
    late = history(pods=[*PODS[:2], pod("new", 100, 104)])
    assert told(late, changed(setup, [*APP, "readinessProbe", "initialDelaySeconds"], 30)) == []


def test_an_unknown_target_of_another_cause_shows_what_the_hpa_says(setup: Setup) -> None:
    conditions = [{"type": "ScalingActive", "status": "False", "reason": "FailedGetScale", "message": "no such thing"}]
    (found,) = told(
        BLIND, Setup({**setup.hpa, "status": {"conditions": conditions}}, setup.deployment, True, setup.folders)
    )
    assert found.what == "the HPA's target is <unknown>: FailedGetScale: no such thing"
    assert found.where == "base/hpa.yaml:9"
    (silent,) = told(BLIND, setup)
    assert "does not say why" in silent.what


def test_the_overlay_has_the_last_word(folders: list[Path]) -> None:
    (folders[0] / "hpa.yaml").write_text(
        "kind: HorizontalPodAutoscaler\nmetadata: {name: notes-stable}\nspec:\n  maxReplicas: 3\n"
    )
    hpa = ("HorizontalPodAutoscaler", "notes-stable")
    assert place(folders, *hpa, ("spec", "maxReplicas")).endswith("overlays/dev/hpa.yaml:4")
    assert place(folders, *hpa, ("spec", "minReplicas")).endswith("base/hpa.yaml:7")


def test_an_object_that_is_nowhere_leads_to_the_base(folders: list[Path]) -> None:
    assert place(folders, "StatefulSet", "none", ("spec",)) == str(folders[-1])


def test_every_line_that_advice_names_is_in_the_real_manifests() -> None:
    real = layers("dev")
    app = ("spec", "template", "spec", "containers", "app")
    wanted = {
        ("Deployment", "metrics-server", ("metadata", "name")): "metrics-server",
        ("Deployment", "notes-stable", (*app, "resources", "requests", "cpu")): "cpu:",
        ("Deployment", "notes-stable", (*app, "readinessProbe", "periodSeconds")): "periodSeconds:",
        ("Deployment", "notes-stable", (*app, "startupProbe", "periodSeconds")): "periodSeconds:",
        ("HorizontalPodAutoscaler", "notes-stable", ("spec", "maxReplicas")): "maxReplicas:",
        ("HorizontalPodAutoscaler", "notes-stable", ("spec", "metrics")): "metrics:",
    }
    for (kind, name, path), text in wanted.items():
        file, _, line = place(real, kind, name, path).partition(":")
        assert line, (kind, name, file)
        row = (Path(__file__).parents[2] / file).read_text().splitlines()[int(line) - 1]
        assert text in row, (file, line, row)
