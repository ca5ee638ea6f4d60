"""Every object of every overlay and component is one that Kubernetes 1.36 and the Gateway API know."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml

from ops import settings, versions
from tests.support import rendered

KUBERNETES = versions.CLUSTER_IMAGES["node"].rpartition(":v")[2].rpartition(".")[0]
GATEWAY_API = "gateway.networking.k8s.io/"


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in rendered.ALL:
        for found in rendered.objects(name):
            yield name, found


@cache
def definitions() -> dict[tuple[str, str], dict[str, Any]]:
    """The Gateway API's own schemas by kind and version, out of the file that a setting names."""
    place = settings.load().get(settings.GATEWAY_API_CRDS, "")
    if not place or "://" in place:
        pytest.skip("GATEWAY_API_CRDS names no file: HTTPRoutes and Gateways are checked by the cluster only")
    return {
        (crd["spec"]["names"]["kind"], version["name"]): version["schema"]["openAPIV3Schema"]
        for crd in yaml.safe_load_all(Path(place).read_text())
        if crd and crd["kind"] == "CustomResourceDefinition"
        for version in crd["spec"]["versions"]
    }


def test_every_object_fits_the_schema_of_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    # it reads all definitions anew for each object
    monkeypatch.setattr(kubernetes_validate.utils, "schema_contents", cache(kubernetes_validate.utils.schema_contents))
    checked = 0
    for name, found in cases():
        if not found["apiVersion"].startswith(GATEWAY_API):
            version = kubernetes_validate.validate(found, KUBERNETES, strict=True)
            assert version == KUBERNETES, (name, rendered.key(found))
            checked += 1
    assert checked > 100


def test_every_route_and_gateway_fits_the_gateway_apis_own_schema() -> None:
    known = definitions()
    checked = 0
    for name, found in cases():
        if found["apiVersion"].startswith(GATEWAY_API):
            schema = known[found["kind"], found["apiVersion"].removeprefix(GATEWAY_API)]
            problems = [error.message for error in jsonschema.Draft202012Validator(closed(schema)).iter_errors(found)]
            assert not problems, (name, rendered.key(found), problems)
            checked += 1
    assert checked > 10


def test_a_field_that_is_not_known_is_seen() -> None:
    route = next(found for found in rendered.objects("dev") if found["kind"] == "HTTPRoute")
    wrong = {**route, "spec": {**route["spec"], "hostname": "a.example.com"}}
    schema = closed(definitions()["HTTPRoute", "v1"])
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(wrong))


def closed(schema: Any, top: bool = True) -> Any:
    """The schema with unknown fields refused, as the API server does for objects with `properties`."""
    if isinstance(schema, list):
        return [closed(each, top=False) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(each, top=False) for name, each in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        inner["properties"] = {name: closed(each, top=False) for name, each in schema["properties"].items()}
        if not top and schema.get("type") == "object" and "additionalProperties" not in schema:
            inner["additionalProperties"] = False
    if top:
        inner["properties"]["metadata"] = {"type": "object"}
    return inner
