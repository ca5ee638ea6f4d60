"""docs/overlays.md lists every difference between the overlays of one cluster, and there is no other."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ops import image, manifests
from ops.manifests import OVERLAYS
from ops.paths import ROOT
from tests.support import rendered

PAGE = ROOT / "docs" / "overlays.md"
COMPARED = ("dev", "preprod", "prod")
NONE = "-"
HASH = re.compile(r"-[a-z0-9]{10}$")

Flat = dict[tuple[str, str], str]


def flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf with its path; items of a list by their name, where they have one."""
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from flat(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            name = each.get("name", number) if isinstance(each, dict) else number
            yield from flat(each, f"{path}[{name}]")
    else:
        yield path, str(value)


def leaves(overlay: str) -> Flat:
    """Every leaf of every object, but for the namespace and the hashes of ConfigMaps, which follow from the rest."""
    found: Flat = {}
    hashed = {each["metadata"]["name"] for each in rendered.objects(overlay) if each["kind"] == "ConfigMap"}
    for each in rendered.objects(overlay):
        name = f"{each['kind']} {HASH.sub('', each['metadata']['name'])}"
        if each["kind"] == "Namespace":
            name = "Namespace"
        for path, value in flat(each):
            if path == "metadata.namespace" or (path == "metadata.name" and each["kind"] in ("Namespace", "ConfigMap")):
                continue
            found[name, path] = HASH.sub("", value) if value in hashed else value
    return found


def differences() -> set[tuple[str, ...]]:
    """Object, field and the value in each overlay, of all that is not the same in all."""
    known = [leaves(overlay) for overlay in COMPARED]
    places = {place for each in known for place in each}
    rows = {(*place, *(each.get(place, NONE) for each in known)) for place in places}
    return {row for row in rows if len(set(row[2:])) > 1}


def table() -> set[tuple[str, ...]]:
    cell = r" `([^`]+)` \|"
    rows = re.findall(rf"^\|{cell * 5} [^|]+ \|$", PAGE.read_text(), re.MULTILINE)
    assert rows
    return set(rows)


def test_the_page_lists_every_difference_and_no_other() -> None:
    assert differences() == table()


def test_an_overlay_makes_the_same_objects_as_the_others() -> None:
    kinds = [{rendered.key(found) for found in rendered.objects(overlay)} for overlay in COMPARED]
    unhashed = [{HASH.sub("", key) for key in keys if not key.startswith("Namespace")} for keys in kinds]
    assert unhashed[0] == unhashed[1] == unhashed[2]


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_an_overlay_is_for_the_version_of_this_checkout(overlay: str) -> None:
    given = yaml.safe_load((OVERLAYS / overlay / "kustomization.yaml").read_text())["images"]
    assert [found["newTag"] for found in given] == [image.version()]
    names = {
        container["image"].rpartition("/")[2]
        for found in rendered.objects(overlay)
        if found["kind"] in ("Deployment", "Job")
        for container in found["spec"]["template"]["spec"]["containers"]
    }
    assert names == {image.tag()}


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_everything_lives_in_the_overlays_own_namespace(overlay: str) -> None:
    found = rendered.objects(overlay)
    (namespace,) = [each["metadata"]["name"] for each in found if each["kind"] == "Namespace"]
    assert {each["metadata"].get("namespace", namespace) for each in found} == {namespace}
    assert namespace == (overlay if overlay in COMPARED else "prod")


@pytest.mark.parametrize("overlay", ["prod", "eks"])
def test_what_users_have_cannot_have_fault_switches(overlay: str) -> None:
    assert not [found for found in rendered.objects(overlay) if "NOTES_FAULTS" in str(found)]


def test_the_scaling_that_was_first_asked_for_is_the_pages_patch() -> None:
    patch = re.findall(r"```yaml\n(.+?)```", PAGE.read_text(), re.DOTALL)[0]
    assert yaml.safe_load(patch)["kind"] == "HorizontalPodAutoscaler"
    rendered.objects("dev")  # skips without kubectl
    found = manifests.named(
        manifests.render("dev", patches=[{"patch": patch}]), "HorizontalPodAutoscaler", "notes-stable"
    )
    spec = found["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (1, 5)
    assert [each["resource"]["target"]["averageUtilization"] for each in spec["metrics"]] == [50]
