"""What watches a target, where something does: Loki keeps marks, Prometheus tells which alerts fired."""

import json
import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ops import http, monitoring, run
from ops.errors import OpsError
from ops.marks import LokiMarks, Marks, NullMarks
from ops.ports import HOST
from ops.settings import OBSERVABILITY
from ops.targets.base import DOWN, Target
from ops.targets.kind import Kind

LEAST_STEP, MOST_STEPS = 1.0, 1000  # Prometheus gives no more than 11,000 points; a picture has no use for them
FIRING = 'ALERTS{alertstate="firing"}'


@dataclass(frozen=True)
class Alert:
    """An alert that fired; unix seconds. `cleared` is None when it still did at the end."""

    name: str
    fired: float
    cleared: float | None


@dataclass(frozen=True)
class Watchers:
    """What watches a target: the parts, and how those with a page are reached, by address and name at a gateway."""

    target: str
    parts: Set[str]
    addresses: Mapping[str, tuple[str, str]]

    def marks(self) -> Marks:
        """Where marks are kept: nowhere without Loki, and in a dry run."""
        if "loki" not in self.addresses or run.is_dry():
            return NullMarks()
        url, host = self.addresses["loki"]
        return LokiMarks(url, self.target, host)

    def alerts(self, begin: float, end: float) -> list[Alert] | None:
        """The alerts that fired between two moments, in that order; None where no Prometheus watches.

        Raises OpsError when Prometheus cannot be asked.
        """
        if "prometheus" not in self.addresses:
            return None
        url, host = self.addresses["prometheus"]
        step = max(LEAST_STEP, math.ceil((end - begin) / MOST_STEPS))
        question = urlencode({"query": FIRING, "start": f"{begin:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"})
        answer = http.get(f"{url}/api/v1/query_range?{question}", host=host)
        if answer.status != 200:
            raise OpsError("Prometheus cannot be asked for alerts", f"{answer.status} {answer.text}", "./inv status")
        return fired(json.loads(answer.text), end, step)


def fired(answer: Mapping[str, Any], end: float, step: float) -> list[Alert]:
    """The alerts in what Prometheus said of FIRING up to `end`, with a sample each `step` seconds; one a name.

    Several series of one name, such as one for each pod, are one alert: from its first sample to its last.
    """
    seen: dict[str, list[float]] = {}
    for series in answer["data"]["result"]:
        seen.setdefault(series["metric"]["alertname"], []).extend(float(t) for t, _ in series["values"])
    found = [
        Alert(name, min(times), None if max(times) > end - 2 * step else max(times)) for name, times in seen.items()
    ]
    return sorted(found, key=lambda alert: (alert.fired, alert.name))


def of(target: Target) -> Watchers:
    """What watches that target at this moment."""
    running = {part.name for part in target.status() if part.state != DOWN} & set(OBSERVABILITY)
    pages = [part for part in monitoring.HOSTS if part in running]
    if isinstance(target, Kind):
        gateway = f"http://{HOST}:{target.place.gateway_port}"
        return Watchers(target.name, running, {part: (gateway, monitoring.HOSTS[part]) for part in pages})
    return Watchers(target.name, running, {part: (target.url(part), "") for part in pages})
