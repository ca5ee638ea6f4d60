"""Rendering an overlay as it is, and with what a command or a test puts in the place of its own."""

import json
from typing import Any

import pytest

from ops import manifests
from ops.errors import OpsError
from ops.manifests import but_kind, named, namespace_of, of_kind, render
from tests.support import rendered

DIGEST = "sha256:" + 64 * "a"


@pytest.fixture(autouse=True)
def kubectl() -> None:
    rendered.objects("dev")  # skips, saying why, without kubectl


def images(objects: list[dict[str, Any]]) -> set[str]:
    return {
        container["image"]
        for found in of_kind(objects, "Deployment", "Job")
        for container in found["spec"]["template"]["spec"]["containers"]
    }


def test_without_changes_it_is_what_apply_k_applies() -> None:
    assert render("prod") == manifests.build(manifests.OVERLAYS / "prod")
    assert namespace_of(render("prod")) == "prod"


def test_another_namespace_takes_the_place_of_the_overlays_own_everywhere() -> None:
    objects = render("preprod", namespace="other")
    assert namespace_of(objects) == "other"
    assert {found["metadata"]["namespace"] for found in but_kind(objects, "Namespace")} == {"other"}
    assert len(objects) == len(render("preprod"))


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
@pytest.mark.parametrize("image", [f"localhost:5002/notesapp@{DIGEST}", "localhost:5002/notesapp:2.0"])
def test_another_image_takes_its_place_by_digest_or_tag_and_nothing_else_changes(overlay: str, image: str) -> None:
    before = rendered.objects(overlay)
    (own,) = images(before)
    text = json.dumps(render(overlay, image=image))
    assert images(json.loads(text)) == {image}
    assert json.loads(text.replace(image, own)) == before


@pytest.mark.parametrize("overlay", ["dev", "prod"])
def test_hosts_are_given_by_route(overlay: str) -> None:
    hosts = {route: f"{route}.test.localhost" for route in manifests.ROUTES}
    routes = of_kind(render(overlay, hosts=hosts), "HTTPRoute")
    assert {found["metadata"]["name"]: found["spec"]["hostnames"] for found in routes} == {
        route: [host] for route, host in hosts.items()
    }


def test_another_setting_changes_with_it_what_the_pods_are_made_of() -> None:
    before = render("dev")
    after = render("dev", patches=[manifests.setting("notes", "NOTES_CONCURRENCY", "4")])
    values = {found["data"].get("NOTES_CONCURRENCY") for found in of_kind(after, "ConfigMap")}
    assert "4" in values
    assert named(before, "Deployment", "notes-stable") != named(after, "Deployment", "notes-stable")
    assert named(before, "Deployment", "hello") == named(after, "Deployment", "hello")


def test_kinds_are_told_apart_in_their_order() -> None:
    objects = render("dev")
    assert [found["metadata"]["name"] for found in of_kind(objects, "Job")] == ["auth-migrate", "migrate"]
    assert len(but_kind(objects, "Job", "Deployment")) + 2 + 4 == len(objects)


def test_what_is_not_there_is_said_with_what_is() -> None:
    with pytest.raises(OpsError, match="no overlay 'staging'") as missing:
        render("staging")
    assert "dev" in missing.value.seen
    with pytest.raises(OpsError, match="no Deployment 'note'") as wrong:
        named(render("dev"), "Deployment", "note")
    assert "notes-stable" in wrong.value.seen


def test_what_kubectl_says_against_a_patch_is_in_the_error() -> None:
    patch = json.dumps([{"op": "remove", "path": "/spec/nothing"}])
    with pytest.raises(OpsError, match="nothing") as failed:
        render("dev", patches=[{"target": {"kind": "Deployment", "name": "hello"}, "patch": patch}])
    assert "kubectl" in failed.value.what
