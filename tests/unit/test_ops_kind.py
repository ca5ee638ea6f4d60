"""The kind target's manifests: as `kubectl apply -k` has them, with links that lead to where the gateway is."""

from pathlib import Path

import pytest

from ops import manifests
from ops.settings import GATEWAY_PORT
from ops.targets.kind import Kind, private_hosts
from tests.support import rendered


def links(kind: Kind) -> str:
    """What links in mails start with."""
    configs = manifests.of_kind(kind.objects(), "ConfigMap")
    (found,) = [each["data"]["NOTES_PUBLIC_URL"] for each in configs if "NOTES_PUBLIC_URL" in each["data"]]
    return str(found)


@pytest.mark.parametrize("overlay", ["dev", "preprod", "prod"])
def test_where_nothing_is_set_the_target_applies_what_apply_k_applies(tmp_path: Path, overlay: str) -> None:
    assert Kind(tmp_path, env={}, overlay=overlay).objects() == rendered.objects(overlay)


def test_links_in_mails_lead_to_the_gateway_at_the_port_that_was_set(tmp_path: Path) -> None:
    env = {GATEWAY_PORT: "8090"}
    assert links(Kind(tmp_path, env=env)) == "http://127.0.0.1:8090"
    assert links(Kind(tmp_path, env=env, overlay="prod")) == "http://notes.prod.localhost:8090"


def test_links_in_mails_lead_to_the_name_of_a_namespace_of_its_own(tmp_path: Path) -> None:
    kind = Kind(tmp_path, env={}, namespace="other", hosts=private_hosts("other"))
    assert links(kind) == kind.url("notes") == "http://notes.other.localhost:8080"
