"""Rules that every manifest keeps: who scales, what a container may and gets, which images, why each number."""

import re
from pathlib import Path

import pytest

from ops import image, manifests, versions
from ops.manifests import FOLDER
from ops.paths import ROOT
from tests.support import rendered
from tests.support.rendered import containers, key, pod, workloads

NAMED = {**versions.IMAGES, **versions.CLUSTER_IMAGES}
SOURCES = sorted([*FOLDER.rglob("*.yaml"), *(ROOT / "database").glob("*.yaml")])
DRAINED = ("notes-stable", "hello", "jobs", "auth", "traefik", "metrics-server")  # what others send requests to
# a number of its own, not a part of a name, a version or a path; a port that an image listens on is a name, too
NUMBER = re.compile(r"(?<![\w./:@-])-?\d[\d.,]*(?:m|s|ms|Mi|Gi|Ki|MB|GB|h|d)?(?![\w/:@-]|\.\w)")
NAMES = re.compile(r"\d+\.\d+\.\d+\.\d+(/\d+)?|\b(port|containerPort): \d+")
HEADING = re.compile(r"[\w.-]+: +#.+")  # a key whose value is what follows


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_what_the_autoscaler_scales_has_no_replicas(overlay: str) -> None:
    objects = rendered.objects(overlay)
    scaled = [found["spec"]["scaleTargetRef"] for found in manifests.of_kind(objects, "HorizontalPodAutoscaler")]
    assert scaled
    for target in scaled:
        assert "replicas" not in manifests.named(objects, target["kind"], target["name"])["spec"]


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_the_autoscalers_behaviour_is_written_out(overlay: str) -> None:
    for scaler in manifests.of_kind(rendered.objects(overlay), "HorizontalPodAutoscaler"):
        assert scaler["spec"]["minReplicas"] < scaler["spec"]["maxReplicas"]
        for way in ("scaleUp", "scaleDown"):
            behaviour = scaler["spec"]["behavior"][way]
            assert behaviour.keys() >= {"stabilizationWindowSeconds", "selectPolicy", "policies"}


def test_every_container_requests_and_is_limited() -> None:
    for name, workload in workloads():
        for container in containers(workload):
            for kind in ("requests", "limits"):
                assert container["resources"][kind].keys() >= {"cpu", "memory"}, (name, container["name"])


def test_every_container_that_stays_is_probed() -> None:
    for name, workload in workloads():
        if workload["kind"] != "Job":
            for container in workload["spec"]["template"]["spec"]["containers"]:
                assert {"readinessProbe", "livenessProbe"} <= container.keys(), (name, container["name"])


def test_liveness_asks_for_nothing_that_does_io() -> None:
    for name, workload in workloads(*rendered.OVERLAYS):
        for container in containers(workload):
            probe = container.get("livenessProbe", {})
            assert "exec" not in probe, name
            assert probe.get("httpGet", {"path": "/livez"})["path"] == "/livez", name


def test_what_gets_requests_keeps_serving_until_nobody_sends_any() -> None:
    seen = set()
    for name, workload in workloads():
        if workload["metadata"]["name"] in DRAINED:
            seen.add(workload["metadata"]["name"])
            (container,) = pod(workload)["containers"]
            pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            assert pause >= 2, name
            assert pod(workload).get("terminationGracePeriodSeconds", 30) > pause, name
    assert seen == set(DRAINED)


def test_the_grace_period_holds_the_pause_and_the_applications_drain() -> None:
    text = (ROOT / "notes" / "serving" / "gunicorn_conf.py").read_text()
    (drain,) = re.findall(r"^graceful_timeout = (\d+)$", text, re.MULTILINE)
    for found in manifests.of_kind(rendered.objects("prod"), "Deployment"):
        pause = pod(found)["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod(found)["terminationGracePeriodSeconds"] >= pause + int(drain)


def test_every_container_has_only_the_rights_it_needs() -> None:
    for name, workload in workloads(*rendered.OVERLAYS, "traefik", "metrics-server", rendered.EKS_GATEWAY):
        rights = pod(workload)["securityContext"]
        assert rights["runAsNonRoot"], name
        assert rights["runAsUser"] > 0, name
        assert rights["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(workload):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_no_part_of_the_application_has_a_token(overlay: str) -> None:
    objects = rendered.objects(overlay)
    accounts = {found["metadata"]["name"]: found for found in manifests.of_kind(objects, "ServiceAccount")}
    for workload in manifests.of_kind(objects, *rendered.WORKLOADS):
        assert pod(workload)["automountServiceAccountToken"] is False
        assert accounts[pod(workload)["serviceAccountName"]]["automountServiceAccountToken"] is False


@pytest.mark.parametrize("name", [*rendered.OVERLAYS, "traefik"])
def test_namespaces_enforce_the_restricted_standard(name: str) -> None:
    (namespace,) = manifests.of_kind(rendered.objects(name), "Namespace")
    labels = namespace["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    node = versions.CLUSTER_IMAGES["node"].rpartition(":")[2]
    assert labels["pod-security.kubernetes.io/enforce-version"] == node.rpartition(".")[0]


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_what_a_disruption_may_take_is_one_pod_of_each_service(overlay: str) -> None:
    objects = rendered.objects(overlay)
    for deployment in manifests.of_kind(objects, "Deployment"):
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        budgets = [
            found["spec"]
            for found in manifests.of_kind(objects, "PodDisruptionBudget")
            if found["spec"]["selector"]["matchLabels"].items() <= labels.items()
        ]
        assert [found["maxUnavailable"] for found in budgets] == [1], key(deployment)


@pytest.mark.parametrize("overlay", rendered.OVERLAYS)
def test_pods_are_spread_over_zones_and_leave_a_lost_node_soon(overlay: str) -> None:
    for deployment in manifests.of_kind(rendered.objects(overlay), "Deployment"):
        (spread,) = pod(deployment)["topologySpreadConstraints"]
        assert spread["topologyKey"] == "topology.kubernetes.io/zone"
        seconds = {found["key"]: found["tolerationSeconds"] for found in pod(deployment)["tolerations"]}
        assert seconds.keys() == {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}
        assert max(seconds.values()) <= 10


def test_there_is_no_secret_in_a_manifest() -> None:
    for name in rendered.ALL:
        assert not manifests.of_kind(rendered.objects(name), "Secret"), name
        for found in manifests.of_kind(rendered.objects(name), "ConfigMap"):
            settings = {key for key in found.get("data", {}) if re.search("PASSWORD|SECRET|TOKEN|_KEY", key)}
            assert all(setting.endswith("_FILE") for setting in settings), key(found)


def test_every_image_of_others_is_the_one_that_ops_names() -> None:
    for name, workload in workloads():
        for container in containers(workload):
            is_ours = image.NAME in container["image"]
            assert is_ours or container["image"] in NAMED.values(), (name, container["image"])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_every_number_in_it_has_a_reason(path: Path) -> None:
    rows = path.read_text().splitlines()
    assert len(rows) < 100
    bare = [f"{number}: {row}" for number, row in enumerate(rows, 1) if is_bare(rows, number - 1)]
    assert not bare, "say why in a comment on the line, or on the one above it"


def is_bare(rows: list[str], here: int) -> bool:
    """Whether the row gives a number and neither it nor the row above has a comment."""
    row = rows[here]
    text = NAMES.sub("", row.partition(" #")[0])
    if row.lstrip().startswith("#") or not NUMBER.search(text.partition(": ")[2] or text):
        return False
    above = rows[here - 1].lstrip() if here else ""
    return "#" not in row and not above.startswith("#") and not HEADING.fullmatch(above)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["replicas: 2"], True),
        (["replicas: 2 # why"], False),
        (["# why", "replicas: 2"], False),
        (["a: b # why", "replicas: 2"], True),
        (["a: # why", "  replicas: 2"], False),
        (["limits: {cpu: 200m, memory: 64Mi}"], True),
        (["- --metric-resolution=10s"], True),
        (["apiVersion: autoscaling/v2"], False),
        (["image: postgres:18.6"], False),
        (["cidr: 0.0.0.0/0"], False),
        (["- {name: http, containerPort: 8000}"], False),
        (["nodePort: 30080"], True),
    ],
)
def test_a_number_without_a_reason_is_seen(rows: list[str], expected: bool) -> None:
    assert is_bare(rows, len(rows) - 1) is expected
