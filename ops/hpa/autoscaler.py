"""The HPA of a namespace as the cluster has it: its limits, how it is set up, and its pods' processor time."""

import time
from dataclasses import dataclass, field
from typing import Any

from ops import wait
from ops.errors import OpsError
from ops.hpa import places, rates
from ops.hpa.advice import Setup
from ops.hpa.history import Limits
from ops.hpa.lives import seconds
from ops.hpa.sampler import Sampler
from ops.kubectl import Kubectl

STOCK_WINDOW, STOCK_TOLERANCE, STOCK_TARGET = 300.0, 0.1, 80
"""What Kubernetes takes where an HPA does not say it, as the API's own description tells."""
METRICS_API = "v1beta1.metrics.k8s.io"
REST_SECONDS = 150.0  # the window of dev, with what a sync and the end of a pod take; longer only after a stock HPA
MEASURED_SECONDS = 90.0  # two looks of metrics-server, and what a busy machine adds
KNOWN_SECONDS = 45.0  # two looks of metrics-server and a sync; a set-up that is broken is to be measured all the same
USED = (
    "cat /sys/fs/cgroup/cpuacct/cpuacct.usage 2>/dev/null"
    " || awk '/^usage_usec/ {print $2 * 1000}' /sys/fs/cgroup/cpu.stat"
)
"""Processor time of the container so far, in nanoseconds, of either version of cgroups."""


@dataclass(frozen=True)
class Autoscaler:
    """The HPA `name`, which scales the Deployment of that name; `kubectl` is for their namespace."""

    kubectl: Kubectl
    name: str = "notes-stable"
    overlay: str = "dev"
    folders: list[Any] = field(default_factory=list)

    def object(self, kind: str) -> dict[str, Any]:
        """The HPA (`hpa`) or the Deployment (`deployment`). Raises OpsError when there is none."""
        found = self.kubectl.get(kind, self.name)
        if not found:
            where = f"namespace '{self.kubectl.namespace}'"
            raise OpsError(f"there is no {kind} '{self.name}'", f"looked in {where}", "./inv up --on kind")
        return found[0]

    def limits(self) -> Limits:
        """What it was told, with Kubernetes' own values where it was not."""
        return limits(self.object("hpa"))

    def setup(self) -> Setup:
        """How it is set up, to find out what is wrong."""
        served = self.kubectl.get("apiservice", METRICS_API, check=False)
        conditions = served[0]["status"].get("conditions", []) if served else []
        has_metrics = any(each["type"] == "Available" and each["status"] == "True" for each in conditions)
        folders = self.folders or places.layers(self.overlay)
        return Setup(self.object("hpa"), self.object("deployment"), has_metrics, folders)

    def request(self) -> float | None:
        """Thousandths of a core that a pod requests; None when a container requests none."""
        asked = [
            container.get("resources", {}).get("requests", {}).get("cpu")
            for container in self.object("deployment")["spec"]["template"]["spec"]["containers"]
        ]
        return sum(rates.thousandths(each) for each in asked) if all(asked) else None

    def sampler(self) -> Sampler:
        """What records it, not begun yet."""
        where = self.kubectl
        return Sampler(where.kubeconfig, where.context, where.namespace or "default", self.name)

    def until_at_rest(self) -> str:
        """Wait until it has its least number of pods, all Ready, and knows their CPU; return what is not so."""
        least = self.limits().least

        def probe() -> None:
            deployment, hpa = self.object("deployment"), self.object("hpa")
            wanted, status = deployment["spec"].get("replicas", 1), deployment["status"]
            seen = f"{status.get('readyReplicas', 0)} of {wanted} pods Ready"
            if not wanted == status.get("replicas") == status.get("readyReplicas") == least:
                raise wait.Pending(seen)
            if not hpa.get("status", {}).get("currentMetrics") and time.monotonic() < known:
                raise wait.Pending(f"{seen}, CPU unknown")

        known = time.monotonic() + KNOWN_SECONDS
        what = f"{least} pods at rest"
        wait.until(probe, what, seconds=REST_SECONDS, every=1.0, mend="./inv status --on kind")
        return "" if self.object("hpa").get("status", {}).get("currentMetrics") else "the HPA does not know the CPU"

    def until_measured(self) -> None:
        """Wait until every pod's CPU is of an interval that began after now: nothing of an earlier load is in it."""
        since = time.time()

        def probe() -> None:
            names = {pod["metadata"]["name"] for pod in self.pods()}
            found = {each["metadata"]["name"]: measured_from(each) for each in self.kubectl.get("podmetrics")}
            if waiting := [name for name in names if found.get(name, 0.0) < since]:
                raise wait.Pending(f"{len(waiting)} of {len(names)} pods are not measured since")

        wait.until(probe, "new measurements", seconds=MEASURED_SECONDS, every=1.0, mend="./inv cluster.status")

    def pods(self) -> list[dict[str, Any]]:
        """Its pods but those that are about to go."""
        selector = self.object("deployment")["spec"]["selector"]["matchLabels"]
        found = self.kubectl.get("pods", "--selector", ",".join(f"{key}={value}" for key, value in selector.items()))
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def used(self) -> dict[str, float]:
        """Processor seconds that each of its pods has used so far; those that are about to go are left out."""
        names = [pod["metadata"]["name"] for pod in self.pods()]
        told = {name: self.kubectl.ask("exec", name, "--", "sh", "-c", USED, check=False) for name in names}
        return {name: float(each.out) / 1e9 for name, each in told.items() if not each.code}


def measured_from(metrics: dict[str, Any]) -> float:
    """The unix time from which on a PodMetrics object has measured."""
    minutes, _, rest = metrics["window"].rpartition("m")  # 9.8s, or 1m2.5s after a gap
    return seconds(metrics["timestamp"]) - 60 * float(minutes or 0) - float(rest.removesuffix("s"))


def limits(hpa: dict[str, Any]) -> Limits:
    """What an HPA was told, with Kubernetes' own values where it was not."""
    spec = hpa["spec"]
    behavior = spec.get("behavior", {})
    targets = [metric.get("resource", {}).get("target", {}) for metric in spec.get("metrics", [])]
    target = next((each["averageUtilization"] for each in targets if "averageUtilization" in each), STOCK_TARGET)
    window = behavior.get("scaleDown", {}).get("stabilizationWindowSeconds", STOCK_WINDOW)
    told = behavior.get("scaleUp", {}).get("tolerance")
    tolerance = STOCK_TOLERANCE if told is None else rates.thousandths(str(told)) / 1000
    return Limits(spec.get("minReplicas", 1), spec["maxReplicas"], target, window, tolerance)
