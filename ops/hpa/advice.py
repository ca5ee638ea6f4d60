"""What to look at when the verdict is bad: from what was seen, and how the cluster is set up, to a line to change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ops.hpa import findings, places
from ops.hpa.history import History
from ops.hpa.verdict import Verdict

SLOW_READY_SECONDS = 6.0
"""From a container's start to Ready. The application answers about 2 s after its start on a busy core; the rest is
what probes may take to see it."""
UNKNOWN_SHARE = 0.5
"""Of the looks during the peak at which the HPA did not know the CPU."""


class Advice(NamedTuple):
    """What is wrong, the `file:line` to look at, and what to change there."""

    what: str
    where: str
    change: str


@dataclass(frozen=True)
class Setup:
    """How the autoscaler is set up in the cluster: its objects as the API tells them, and whether CPU is measured.

    `folders` are where the manifests of these objects come from, the last word first.
    """

    hpa: dict[str, Any]
    deployment: dict[str, Any]
    has_metrics: bool
    folders: Sequence[Path] = field(default_factory=lambda: places.layers("dev"))

    def place(self, kind: str, *path: str) -> str:
        """`file:line` of that key of the HPA or of the Deployment."""
        thing = {"Deployment": self.deployment, "HorizontalPodAutoscaler": self.hpa}[kind]
        return places.place(self.folders, kind, thing["metadata"]["name"], path)

    @property
    def containers(self) -> list[dict[str, Any]]:
        """The containers of the Deployment's pods."""
        found: list[dict[str, Any]] = self.deployment["spec"]["template"]["spec"]["containers"]
        return found


CONTAINERS = ("spec", "template", "spec", "containers")
NOT_GROWN = (findings.IN_TIME, findings.ENOUGH, findings.ONE_STEP)


def advise(verdict: Verdict, history: History, setup: Setup) -> list[Advice]:
    """Return what to look at, the likeliest cause first; nothing for a good verdict, or where no cause is known."""
    if not verdict.bad:
        return []
    found = [advice for ask in CAUSES if (advice := ask(verdict, history, setup))]
    if not found and _is_unknown(history):
        found.append(_unknown(setup))
    return found


def no_metrics(verdict: Verdict, _history: History, setup: Setup) -> Advice | None:
    """Nothing in the cluster measures CPU."""
    if setup.has_metrics or not verdict.is_bad(*NOT_GROWN):
        return None
    where = places.place(setup.folders, "Deployment", "metrics-server", ("metadata", "name"))
    return Advice("no metrics-server: the HPA cannot see any CPU", where, "apply it: ./inv cluster.up")


def no_request(verdict: Verdict, _history: History, setup: Setup) -> Advice | None:
    """A container without a CPU request: there is nothing that the percentage could be of."""
    for container in setup.containers:
        if not container.get("resources", {}).get("requests", {}).get("cpu") and verdict.is_bad(*NOT_GROWN):
            where = setup.place("Deployment", *CONTAINERS, container["name"], "resources", "requests", "cpu")
            # a pod without a request gets its limit as one, if it has a limit: far too much to be a share of
            what = f"no CPU request for container '{container['name']}': the HPA's percentage is of it, or of the limit"
            return Advice(what, where, "set resources.requests.cpu")
    return None


def no_room(verdict: Verdict, _history: History, setup: Setup) -> Advice | None:
    """Least and most are the same: the HPA has nothing to choose."""
    least, most = setup.hpa["spec"].get("minReplicas", 1), setup.hpa["spec"]["maxReplicas"]
    if least != most or not verdict.is_bad(*NOT_GROWN):
        return None
    where = setup.place("HorizontalPodAutoscaler", "spec", "maxReplicas")
    return Advice(f"min = max = {most}: the HPA has nothing to choose", where, f"set maxReplicas above {least}")


def slow_probes(verdict: Verdict, history: History, setup: Setup) -> Advice | None:
    """New pods run long before they are Ready."""
    peak = history.peak
    if peak is None or not verdict.is_bad(findings.IN_TIME, findings.ENOUGH):
        return None
    new = [pod for pod in history.pods if peak.begin <= pod.created < history.rest_begin and pod.started is not None]
    slowest = max(((pod.ready or history.rest_begin) - (pod.started or 0) for pod in new), default=0.0)
    if slowest <= SLOW_READY_SECONDS:
        return None
    probe = _slowest_probe(setup)
    if probe is None:
        return None
    container, name, key, value = probe
    where = setup.place("Deployment", *CONTAINERS, container, name, key)
    what = f"probes too slow: a new pod ran for {slowest:.0f} s before it was Ready; {name}.{key} is {value} s"
    return Advice(what, where, f"set {name}.{key} to a second or so")


def _slowest_probe(setup: Setup) -> tuple[str, str, str, int] | None:
    """The container, the probe and the key that keeps a pod longest from Ready."""
    waits = [
        (str(container["name"]), name, key, int(container[name].get(key) or 0))
        for container in setup.containers
        for name in ("startupProbe", "readinessProbe")
        if name in container
        for key in ("initialDelaySeconds", "periodSeconds")
    ]
    return max(waits, key=lambda wait: wait[3], default=None)


def _is_unknown(history: History) -> bool:
    peak = history.peak or history.phases[0]
    looks = history.seen(peak.begin, history.rest_begin)
    return bool(looks) and sum(scale.cpu_percent is None for scale in looks) > UNKNOWN_SHARE * len(looks)


def _unknown(setup: Setup) -> Advice:
    """The HPA does not know the CPU, and it is neither the metrics-server nor a missing request: it says why."""
    conditions = setup.hpa.get("status", {}).get("conditions", [])
    said = [
        f"{each.get('reason')}: {each.get('message')}" for each in conditions if each.get("type") == "ScalingActive"
    ]
    where = setup.place("HorizontalPodAutoscaler", "spec", "metrics")
    because = said[0] if said else "it does not say why"
    return Advice(f"the HPA's target is <unknown>: {because}", where, "see: kubectl describe hpa")


Cause = Callable[[Verdict, History, Setup], Advice | None]
CAUSES: tuple[Cause, ...] = (no_metrics, no_request, no_room, slow_probes)
