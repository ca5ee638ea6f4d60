"""What watches a cluster: one source with compose, each part on its own, nobody with more than it needs."""

import shutil
from functools import cache
from typing import Any

import pytest
import yaml

from ops import monitoring, observability
from ops.cluster import secrets
from ops.manifests import Manifest, build, of_kind
from ops.paths import ROOT
from ops.settings import OBSERVABILITY
from ops.versions import IMAGES

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl to render with")
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


@cache
def whole() -> list[Manifest]:
    return build(monitoring.FOLDER)


@cache
def applied() -> set[tuple[str, str, str]]:
    return {key(found) for found in monitoring.render()}


def workloads() -> list[Manifest]:
    return of_kind(whole(), *WORKLOADS)


def pod(workload: Manifest) -> dict[str, Any]:
    spec: dict[str, Any] = workload["spec"]["template"]["spec"]
    return spec


def containers() -> list[tuple[str, dict[str, Any]]]:
    return [(each["metadata"]["name"], found) for each in workloads() for found in pod(each)["containers"]]


def key(found: Manifest) -> tuple[str, str, str]:
    return found["kind"], found["metadata"].get("namespace", ""), found["metadata"]["name"]


def test_the_command_applies_what_kubectl_does() -> None:
    by_key = {key(found): found for found in [*monitoring.namespaces(), *monitoring.render()]}
    assert by_key == {key(found): found for found in whole()}


@pytest.mark.parametrize("part", OBSERVABILITY)
def test_a_part_left_out_leaves_nothing_behind_and_takes_nobody_along(part: str) -> None:
    left = {key(found) for found in monitoring.render([each for each in OBSERVABILITY if each != part])}
    gone = applied() - left
    assert gone == {key(found) for found in build(monitoring.FOLDER / part)}
    assert {name for kind, _, name in gone if kind in WORKLOADS} == (
        {part, "alloy-cluster"} if part == "alloy" else {part}
    )


def test_the_database_of_another_namespace_can_be_asked() -> None:
    (found,) = (
        each
        for each in monitoring.render(namespace="prod")
        if each["metadata"]["name"] == "alloy-cluster" and each["kind"] == "Deployment"
    )
    told = {each["name"]: each["value"] for each in pod(found)["containers"][0]["env"]}
    assert (told["DATABASE_HOST"], told["DATABASE_NAMESPACE"]) == ("database.prod:5432", "prod")
    assert told["NOTES_TARGET"] == "kind"


def test_images_are_those_of_compose() -> None:
    used = {container["image"] for _, container in containers()}
    assert used == {IMAGES[part] for part in OBSERVABILITY}


def test_every_file_of_compose_that_is_not_its_own_is_in_a_config_map() -> None:
    maps = [found["data"] for found in of_kind(whole(), "ConfigMap")]
    files = {name: text for data in maps for name, text in data.items()}
    folder = ROOT / "observability"
    wanted = [
        path
        for part in OBSERVABILITY
        for path in (folder / part).rglob("*.*")
        if path.name not in ("kustomization.yaml", "prometheus.yml", "docker.alloy", "volumes.alloy")
        and path.parent.name not in ("targets", "tests")
    ]
    assert files == {path.name: path.read_text() for path in wanted}


def test_prometheus_finds_each_rule_in_its_folder() -> None:
    (found,) = (each for each in workloads() if each["metadata"]["name"] == "prometheus")
    (config,) = (each for each in pod(found)["volumes"] if each["name"] == "config")
    (source,) = config["projected"]["sources"]
    paths = {item["path"] for item in source["configMap"]["items"]}
    rules = {f"rules/{path.name}" for path in (observability.FOLDER / "rules").glob("*.yml")}
    assert paths == rules | {"kubernetes.yml"}


def test_both_configurations_of_prometheus_agree_on_intervals_labels_and_alerts() -> None:
    compose, cluster = (
        yaml.safe_load((observability.FOLDER / name).read_text()) for name in ("prometheus.yml", "kubernetes.yml")
    )
    assert {name: compose[name] for name in ("global", "rule_files", "alerting")} == {
        name: cluster[name] for name in ("global", "rule_files", "alerting")
    }


@pytest.mark.parametrize("name", ["prometheus", "alertmanager", "loki", "alloy", "alloy-cluster", "grafana"])
def test_a_container_may_do_little_and_says_what_it_needs(name: str) -> None:
    (container,) = (found for owner, found in containers() if owner == name)
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    assert container["resources"]["requests"].keys() == {"cpu", "memory"}
    assert container["resources"]["limits"].keys() == {"cpu", "memory"}
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys()
    assert container["name"] == name  # label `service` of its memory and processor time


def test_only_the_reader_of_lines_is_root_and_sees_its_node() -> None:
    for each in workloads():
        folders = [volume["hostPath"]["path"] for volume in pod(each)["volumes"] if "hostPath" in volume]
        if each["metadata"]["namespace"] == monitoring.NODE_NAMESPACE:
            assert folders == ["/var/log/pods", "/var/lib/notes-alloy"]
            (container,) = pod(each)["containers"]
            assert [m["readOnly"] for m in container["volumeMounts"] if m["name"] == "lines"] == [True]
        else:
            assert not folders
            assert pod(each)["securityContext"]["runAsNonRoot"]
    levels = {
        found["metadata"]["name"]: found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"]
        for found in of_kind(whole(), "Namespace")
    }
    assert levels == {"monitoring": "restricted", "monitoring-node": "privileged"}


def test_nobody_may_write_or_read_secrets_through_the_api() -> None:
    granted = [rule for role in of_kind(whole(), "ClusterRole") for rule in role["rules"]]
    assert {verb for rule in granted for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert {what for rule in granted for what in rule["resources"]} == {"pods", "nodes", "nodes/metrics", "events"}
    with_token = {each["metadata"]["name"] for each in workloads() if pod(each).get("automountServiceAccountToken")}
    assert with_token == {"prometheus", "alloy", "alloy-cluster"}


def test_a_secret_is_named_and_never_here() -> None:
    assert not of_kind(whole(), "Secret")
    mounted = {
        volume["secret"]["secretName"] for each in workloads() for volume in pod(each)["volumes"] if "secret" in volume
    }
    assert mounted == secrets.MONITORING.keys()


def test_each_namespace_denies_what_is_not_allowed() -> None:
    policies = of_kind(whole(), "NetworkPolicy")
    denied = {
        found["metadata"]["namespace"]: found["spec"] for found in policies if found["metadata"]["name"] == "nothing"
    }
    nothing = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert denied == {monitoring.NAMESPACE: nothing, monitoring.NODE_NAMESPACE: nothing}
    names = {each["metadata"]["name"] for each in policies} - {"nothing", "names"}
    assert names == {each["metadata"]["name"] for each in workloads()}


def test_each_page_has_its_name_at_the_gateway() -> None:
    routes = {each["metadata"]["name"]: each["spec"]["hostnames"] for each in of_kind(whole(), "HTTPRoute")}
    assert routes == {part: [host] for part, host in monitoring.HOSTS.items()}
