"""The lives of pods, put together from what the API says of them from moment to moment."""

from datetime import datetime
from typing import Any

from ops.hpa.samples import Event, Pod, Scale

ZONE = "topology.kubernetes.io/zone"
Manifest = dict[str, Any]


class Lives:
    """Pods as they come and go. Times are of when it was seen, which is finer than the API's own whole seconds.

    For what had happened before anybody looked, it is the API's own time.
    """

    def __init__(self, began: float) -> None:
        """Start with no pod; `began` is when somebody began to look."""
        self._began, self._pods = began, dict[str, Pod]()

    @property
    def pods(self) -> list[Pod]:
        """All that were seen, in the order of their creation."""
        return sorted(self._pods.values(), key=lambda pod: pod.created)

    def see(self, t: float, pod: Manifest) -> None:
        """Take over what the API says of a pod at that time."""
        uid, meta, status = pod["metadata"]["uid"], pod["metadata"], pod.get("status", {})
        known = self._pods.get(uid) or Pod(meta["name"], "", "", self._when(t, meta["creationTimestamp"]), *[None] * 4)
        self._pods[uid] = known._replace(
            zone=known.zone or meta.get("labels", {}).get(ZONE, ""),
            node=known.node or pod.get("spec", {}).get("nodeName", ""),
            scheduled=known.scheduled or self._condition(t, status, "PodScheduled"),
            started=known.started or self._started(t, status),
            ready=known.ready or self._condition(t, status, "Ready"),
            deleted=known.deleted or (t if meta.get("deletionTimestamp") else None),
        )

    def gone(self, t: float, uid: str) -> None:
        """Take over that a pod is no more."""
        if uid in self._pods and self._pods[uid].deleted is None:
            self._pods[uid] = self._pods[uid]._replace(deleted=t)

    def only(self, t: float, uids: set[str]) -> None:
        """Take over that there are no other pods than these."""
        for uid in set(self._pods) - uids:
            self.gone(t, uid)

    def _when(self, t: float, told: str) -> float:
        """When it was: as the API tells for what was before anybody looked, else now."""
        said = seconds(told)
        return said if said < self._began - 1 else t  # it tells whole seconds, cut off

    def _condition(self, t: float, status: Manifest, kind: str) -> float | None:
        for each in status.get("conditions", []):
            if each["type"] == kind and each["status"] == "True":
                return self._when(t, each["lastTransitionTime"])
        return None

    def _started(self, t: float, status: Manifest) -> float | None:
        states = [each.get("state", {}).get("running") for each in status.get("containerStatuses", [])]
        times = [state["startedAt"] for state in states if state]
        return self._when(t, max(times)) if times and len(times) == len(states) else None


def look(t: float, hpa: Manifest | None, deployment: Manifest | None) -> Scale:
    """What an HPA and its Deployment say of themselves; what either does not say is not known."""
    if hpa is None:
        return blind(t, "there is no HPA")
    status, counts = hpa.get("status", {}), (deployment or {}).get("status", {})
    conditions = {each["type"]: each["status"] == "True" for each in status.get("conditions") or []}
    return Scale(
        t,
        status.get("desiredReplicas"),
        status.get("currentReplicas"),
        int(counts.get("readyReplicas") or 0),
        int(counts.get("availableReplicas") or 0),
        _cpu(status),
        conditions.get("ScalingActive"),
        conditions.get("AbleToScale"),
        conditions.get("ScalingLimited"),
    )


def blind(t: float, gap: str) -> Scale:
    """A look that saw nothing, and why."""
    return Scale(t, None, None, None, None, None, None, None, None, gap)


def _cpu(status: Manifest) -> int | None:
    for metric in status.get("currentMetrics") or []:
        resource = metric.get("resource") or {}
        if resource.get("name") == "cpu":
            use: int | None = resource.get("current", {}).get("averageUtilization")
            return use
    return None


def event(raw: Manifest) -> Event:
    """An event of the API, with the time at which it was last counted."""
    about = raw.get("involvedObject", {})
    told = raw.get("lastTimestamp") or raw.get("eventTime") or raw["metadata"]["creationTimestamp"]
    kind = f"{about.get('kind', '')}/{about.get('name', '')}"
    return Event(seconds(told), kind, raw.get("reason", ""), raw.get("message", ""), int(raw.get("count") or 1))


def seconds(told: str) -> float:
    """The unix seconds of a time of the API, `2026-01-02T03:04:05Z` with or without fractions."""
    return datetime.fromisoformat(told).timestamp()
