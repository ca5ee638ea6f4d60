"""Asks Prometheus, Loki and Alertmanager of a stack."""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from ops.observability import FOLDER
from tests.support.wire import Http

Series = list[dict[str, Any]]


def until(what: str, ask: Callable[[], Any], seconds: float, every: float = 0.25) -> tuple[Any, float]:
    """The first answer that is true, and the seconds it took; fails with the last answer after `seconds`."""
    started = time.monotonic()
    while True:
        answer = ask()
        took = time.monotonic() - started
        if answer:
            return answer, took
        assert took < seconds, f"{what}: not within {seconds:g} s, last answer {answer!r}"
        time.sleep(every)


@dataclass(frozen=True)
class Watchers:
    """The three, by their addresses. Each question fails the test when it is answered with an error."""

    prometheus: str
    loki: str
    alertmanager: str

    def metrics(self, query: str) -> Series:
        """The answer of an instant query."""
        data = self._ask(self.prometheus, "/api/v1/query", query=query)["data"]
        return [{"metric": {}, "value": data["result"]}] if data["resultType"] == "scalar" else data["result"]

    def value(self, query: str) -> float:
        """The one figure of a query; 0 when there is none."""
        found = self.metrics(query)
        assert len(found) <= 1, found
        return float(found[0]["value"][1]) if found else 0.0

    def lines(self, query: str, *, kind: str = "range", minutes: float = 15) -> Series:
        """Streams or series of a Loki query over the last minutes."""
        now = time.time_ns()
        if kind == "instant":
            return self._ask(self.loki, "/loki/api/v1/query", query=query, time=now)["data"]["result"]
        start = now - int(minutes * 60e9)
        found = self._ask(self.loki, "/loki/api/v1/query_range", query=query, start=start, end=now, step="5s")
        return found["data"]["result"]

    def labels(self) -> set[str]:
        """The labels that Loki indexes."""
        return set(self._ask(self.loki, "/loki/api/v1/labels")["data"])

    def rules(self) -> Iterator[dict[str, Any]]:
        """Each rule as Prometheus runs it."""
        for group in self._ask(self.prometheus, "/api/v1/rules")["data"]["groups"]:
            yield from group["rules"]

    def selectors(self, expr: str) -> list[str]:
        """The selectors of an expression, as Prometheus itself parses it."""
        return sorted(set(_selectors(self._ask(self.prometheus, "/api/v1/parse_query", query=expr)["data"])))

    def firing(self, alert: str) -> Series:
        """That alert, as far as Prometheus says that it fires."""
        return self.metrics(f'ALERTS{{alertname="{alert}", alertstate="firing"}}')

    def received(self, alert: str) -> Series:
        """That alert, as far as Alertmanager holds it active."""
        return self._ask(self.alertmanager, "/api/v2/alerts", filter=f'alertname="{alert}"', active="true")

    def _ask(self, base: str, path: str, **query: Any) -> Any:
        answer = Http(base, timeout=10).send("GET", f"{path}?{urlencode(query)}")
        assert answer.status == 200, f"{path} {query}: {answer.status} {answer.text[:500]}"
        return answer.json()


def unread(watchers: Watchers, elsewhere: Collection[str]) -> list[str]:
    """What the rules look at and does not exist: recorded series without an answer, selectors without a series.

    `elsewhere` are names of metrics that there are in other places only.
    """
    found = []
    for rule in watchers.rules():
        if rule["type"] == "recording" and not watchers.metrics(rule["query"]):
            found.append(rule["name"])
        for selector in watchers.selectors(rule["query"]):
            # a status that has not come up has no series; everything else is there from the start
            if any(name in selector for name in elsewhere) or 'status=~"5' in selector:
                continue
            if not watchers.metrics(f"last_over_time({selector}[5m])"):
                found.append(f"{rule['name']}: {selector}")
    return found


def evaluated(watchers: Watchers, seconds: float = 15) -> list[dict[str, Any]]:
    """All rules, once each was evaluated; fails when one was not, or with an error, or when not all are there."""
    rules = until("all rules evaluated", lambda: _known(list(watchers.rules())), seconds)[0]
    texts = [path.read_text() for path in FOLDER.glob("rules/*.yml")]
    assert len(rules) == sum(text.count("- record:") + text.count("- alert:") for text in texts)
    assert not [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] != "ok"]
    return list(rules)


def _known(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rules if all(rule["health"] != "unknown" for rule in rules) else []


def _selectors(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") in ("vectorSelector", "matrixSelector"):
            matchers = ", ".join(f'{each["name"]}{each["type"]}"{each["value"]}"' for each in node["matchers"])
            yield f"{{{matchers}}}"
        for child in node.values():
            yield from _selectors(child)
    elif isinstance(node, list):
        for child in node:
            yield from _selectors(child)
