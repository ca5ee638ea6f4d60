"""What watches a target: how it is reached, and what Prometheus' answer says of alerts."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ops import http, watchers
from ops.errors import OpsError
from ops.marks import LokiMarks, NullMarks
from ops.targets.base import DOWN, READY, Part
from ops.watchers import FIRING, Alert, Watchers, fired

pytestmark = pytest.mark.unit
BOTH = Watchers(
    "kind", {"prometheus", "loki"}, {"prometheus": ("http://a", "prometheus.localhost"), "loki": ("http://b", "")}
)


def answer(**series: list[float]) -> dict[str, Any]:
    return {
        "data": {
            "result": [
                {"metric": {"alertname": name.partition("_")[0]}, "values": [[t, "1"] for t in times]}
                for name, times in series.items()
            ]
        }
    }


def test_an_alert_lasts_from_its_first_sample_to_its_last_over_all_its_series() -> None:
    told = answer(Slow_a=[20, 21], Slow_b=[25, 26], Down=[10, 11])
    assert fired(told, end=60, step=1) == [Alert("Down", 10, 11), Alert("Slow", 20, 26)]


def test_an_alert_that_fires_at_the_end_has_not_cleared() -> None:
    assert fired(answer(Down=[10, 59]), end=60, step=1) == [Alert("Down", 10, None)]
    assert fired(answer(), end=60, step=1) == []


def test_prometheus_is_asked_for_that_span_in_steps_it_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str]] = []

    def get(url: str, *, host: str = "") -> http.Answer:
        asked.append((url, host))
        return http.Answer(200, json.dumps(answer(Down=[10, 12])))

    monkeypatch.setattr(http, "get", get)
    assert BOTH.alerts(0, 3600) == [Alert("Down", 10, 12)]
    ((url, host),) = asked
    assert host == "prometheus.localhost"
    question = parse_qs(urlsplit(url).query)
    assert question["query"] == [FIRING]
    assert 3600 / float(question["step"][0]) <= 11_000


def test_a_prometheus_that_does_not_answer_is_an_error_and_none_at_all_is_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http, "get", lambda *_, **__: http.Answer(503, "starting"))
    with pytest.raises(OpsError, match="cannot be asked for alerts"):
        BOTH.alerts(0, 10)
    assert Watchers("embedded", set(), {}).alerts(0, 10) is None


def test_marks_go_to_the_loki_that_is_there() -> None:
    assert BOTH.marks() == LokiMarks("http://b", "kind", "")
    assert isinstance(Watchers("embedded", set(), {}).marks(), NullMarks)


class Compose:
    name = "compose"

    def status(self) -> list[Part]:
        states = {"notes": READY, "loki": READY, "alloy": READY, "prometheus": DOWN}
        return [Part(name, state, "", "") for name, state in states.items()]

    def url(self, part: str) -> str:
        return f"http://127.0.0.1/{part}"


def test_only_what_runs_watches() -> None:
    seen = watchers.of(Compose())  # type: ignore[arg-type]
    assert seen == Watchers("compose", {"loki", "alloy"}, {"loki": ("http://127.0.0.1/loki", "")})
