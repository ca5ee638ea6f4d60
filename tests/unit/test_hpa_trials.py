"""The copies of the manifests that the tests break: each can be rendered, and differs where it is meant to."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from ops import manifests
from tests.support.trials import BROKEN, copy


def rendered(folder: Path, **broken: tuple[str, str]) -> dict[str, dict[str, Any]]:
    """The Deployment and the HPA of notes as a copy has them."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed: the manifests cannot be rendered")
    found = manifests.render(str(copy(folder, **broken) / "overlays/dev"), namespace="hpa-x")
    kinds = ("Deployment", "HorizontalPodAutoscaler")
    return {kind: manifests.named(found, kind, "notes-stable") for kind in kinds}


def container(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    app: dict[str, Any] = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return app


def test_a_good_copy_has_small_numbers(tmp_path: Path) -> None:
    good = rendered(tmp_path)
    assert container(good)["resources"]["requests"]["cpu"] == "50m"
    assert good["HorizontalPodAutoscaler"]["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 15


def test_each_broken_copy_lacks_what_its_advice_is_about(tmp_path: Path) -> None:
    broken = {name: rendered(tmp_path / name, **changed) for name, changed in BROKEN.items()}
    assert "cpu" not in container(broken["request"])["resources"]["requests"]
    spec = broken["room"]["HorizontalPodAutoscaler"]["spec"]
    assert spec["minReplicas"] == spec["maxReplicas"]
    assert container(broken["probes"])["readinessProbe"]["initialDelaySeconds"] == 50
