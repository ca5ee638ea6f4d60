"""Which images go to which nodes of a kind cluster."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from ops import image, run
from ops.cluster import addons, nodes, sideload
from ops.cluster.place import place
from ops.paths import ROOT
from ops.versions import IMAGES

CONTROL_PLANE_KEY = "node-role.kubernetes.io/control-plane"


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("postgres:18.6", "docker.io/library/postgres:18.6"),
        ("prom/prometheus:v3.5.3", "docker.io/prom/prometheus:v3.5.3"),
        ("registry.k8s.io/a/b:v1", "registry.k8s.io/a/b:v1"),
        ("localhost:5001/notesapp:1", "localhost:5001/notesapp:1"),
        ("localhost/notesapp:1", "localhost/notesapp:1"),
    ],
)
def test_an_image_is_known_by_its_whole_name(name: str, whole: str) -> None:
    assert sideload.whole_name(name) == whole


def test_images_are_saved_once_and_reach_only_the_nodes_that_lack_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has = {"a": "docker.io/library/x:1\n", "b": "", "c": "", "d": "docker.io/library/x:1\ndocker.io/library/y:1\n"}
    done: list[list[str]] = []

    def fake(words: Sequence[str | Path], **_options: Any) -> run.Result:
        said = [str(word) for word in words]
        if "list" in said:
            return run.Result(0, has[said[2]])
        done.append(said)
        return run.Result(0)

    monkeypatch.setattr(run, "run", fake)
    missing = sideload.lacking({node: ["x:1", "y:1"] for node in has})
    assert missing == {"a": ["y:1"], "b": ["x:1", "y:1"], "c": ["x:1", "y:1"]}
    sideload.load(place({}, tmp_path), missing)
    saved = [words[4:] for words in done if words[1] == "save"]
    assert sorted(saved) == [["x:1", "y:1"], ["y:1"]]
    assert sorted(words[3] for words in done if words[1] == "exec") == ["a", "b", "c"]


def pod_specs() -> list[dict[str, Any]]:
    """The pods of every manifest there is, by whatever file it is in."""
    found = []
    for path in sorted((ROOT / "k8s").rglob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            spec = (manifest or {}).get("spec") or {}
            if isinstance(spec.get("template"), dict):
                found.append(spec["template"]["spec"])
    return found


def test_an_image_goes_to_the_nodes_that_its_pods_may_run_on() -> None:
    roles: dict[str, set[str]] = {}
    for spec in pod_specs():
        is_tolerated = any(each.get("key") in (None, CONTROL_PLANE_KEY) for each in spec.get("tolerations", ()))
        is_bound = CONTROL_PLANE_KEY in (spec.get("nodeSelector") or {})
        for container in [*spec.get("initContainers", ()), *spec.get("containers", ())]:
            name = container.get("image", image.NAME)
            roles.setdefault(name, set()).update({nodes.CONTROL_PLANE} if is_tolerated else ())
            roles[name].update(() if is_bound else {"worker"})
    del roles[image.NAME]  # from the registry
    assert roles.keys() == {*IMAGES.values(), *addons.IMAGES.values()}
    for name, wanted in roles.items():
        assert {role for role in (nodes.CONTROL_PLANE, "worker") if sideload.needed_on(role, [name])} == wanted, name
