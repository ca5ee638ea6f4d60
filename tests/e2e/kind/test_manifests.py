"""The API server itself takes every overlay and component without a warning: schemas, Gateway API, Pod Security."""

import json
import uuid
from collections.abc import Iterator

import pytest

from ops import manifests
from ops.cluster.place import Place
from tests.support import kind, rendered

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def namespace(kind_cluster: kind.Cluster) -> Iterator[str]:
    name = f"dry-{uuid.uuid4().hex[:8]}"
    kubectl = kind_cluster.place.kubectl
    kubectl.apply(manifests.of_kind(manifests.render("dev", namespace=name), "Namespace"))
    yield name
    kubectl.do("delete", "namespace", name, "--wait=false")


def refused(place: Place, objects: list[rendered.Manifest]) -> str:
    """What the API server says against these objects; nothing is changed."""
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    done = place.kubectl.do("apply", "--dry-run=server", "--filename", "-", text=text, check=False)
    assert done.code or done.out
    return done.err


# dev and preprod differ from prod by values only, and dev is deployed by other tests
@pytest.mark.parametrize("overlay", ["prod", "eks"])
def test_an_overlay_is_taken_without_a_warning(kind_cluster: kind.Cluster, namespace: str, overlay: str) -> None:
    assert refused(kind_cluster.place, manifests.render(overlay, namespace=namespace)) == ""


@pytest.mark.parametrize("name", ["traefik", "metrics-server", rendered.EKS_GATEWAY])
def test_what_stands_beside_it_is_taken_without_a_warning(kind_cluster: kind.Cluster, name: str) -> None:
    assert refused(kind_cluster.place, rendered.objects(name)) == ""


def test_a_pod_that_wants_too_much_is_warned_of(kind_cluster: kind.Cluster, namespace: str) -> None:
    rights = {"op": "add", "path": "/spec/template/spec/hostNetwork", "value": True}
    patch = {"target": {"kind": "Deployment", "name": "hello"}, "patch": json.dumps([rights])}
    objects = [manifests.named(manifests.render("dev", namespace=namespace, patches=[patch]), "Deployment", "hello")]
    assert "would violate PodSecurity" in refused(kind_cluster.place, objects)
