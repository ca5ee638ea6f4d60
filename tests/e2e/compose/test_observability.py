"""Metrics, logs, dashboards and alerts of a live compose stack, sixty times faster than in earnest.

The stack is a private one: own project, free ports, the same rules with minutes made seconds (ALERT_DRILL). Grafana is
left out, as its image cannot be had everywhere; what it would ask is asked here.
"""

import json
import os
import secrets
import subprocess
from collections.abc import Iterator

import pytest

from ops import engine
from ops.marks import LokiMarks
from ops.paths import REPORTS
from ops.targets.compose import Compose
from tests.support import panels
from tests.support.api import Api
from tests.support.drill_table import DRILLS
from tests.support.drills import Stack
from tests.support.drills_stores import small_volume
from tests.support.traffic import flowing, make_token
from tests.support.watchers import Watchers, evaluated, unread, until
from tests.support.wire import Http

pytestmark = [
    pytest.mark.timeout(240),
    pytest.mark.skipif(engine.version() is None, reason="no Docker engine answers"),
]
ARRIVES = 5.0  # seconds from a request to its line and its metrics
FIRES = 45.0
CLEARS = 75.0  # the longest window of a fast burn is 30 s in a drill
LATE_CLEARS = 450.0  # that of a slow one is 360 s
# nothing to see where there is no Kubernetes, and no backup yet
ELSEWHERE = ("kubelet_volume_stats", "backup_last_success_timestamp_seconds")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {
        "COMPOSE_PROJECT_NAME": f"notes-watch-{os.getpid()}",
        "ALERT_DRILL": "1",
        "NOTES_FAULTS": "1",
        "NOTES_WORKERS": "1",  # so that two dozen requests are too many
    }
    target = Compose(tmp_path_factory.mktemp("watch"), env, ports="free")
    small_volume(target.project)
    try:
        target.up(without=["grafana"])
        token, user = make_token(target.url("notes"))
        watchers = Watchers(*(target.url(part) for part in ("prometheus", "loki", "alertmanager")))
        with flowing(target.url, token):
            until("traffic in the metrics", lambda: watchers.value("sum(service:http_requests:rate5m)"), 30)
            until("traffic in the logs", lambda: watchers.lines('{service="notes"} | request_id!=""'), 30)
            yield Stack(target, watchers, token, user)
    finally:
        target.down(wipe=True)


def request_id() -> str:
    return f"test-{secrets.token_hex(8)}"


def test_a_request_just_made_is_in_the_metrics(stack: Stack) -> None:
    count = 'sum(http_request_duration_seconds_count{service="notes", route="/signup/"})'
    before = stack.watchers.value(count)
    for _ in range(5):
        Http(stack.target.url("notes")).send("GET", "/signup/")
    _, took = until("five requests in Prometheus", lambda: stack.watchers.value(count) == before + 5, ARRIVES)
    print(f"metrics arrived after {took:.1f} s")


def test_a_line_is_found_by_the_id_of_its_request(stack: Stack) -> None:
    mark = request_id()
    Api(Http(stack.target.url("notes")), stack.token).get("notes", [("X-Request-Id", mark)])
    query = f'{{service="notes"}} | request_id="{mark}"'
    found, took = until("the line in Loki", lambda: stack.watchers.lines(query), ARRIVES)
    print(f"the line arrived after {took:.1f} s")
    (stream,) = found
    assert stream["stream"]["user_id"] == str(stack.user)
    assert {stream["stream"][name] for name in ("target", "service", "level")} == {"compose", "notes", "info"}
    line = json.loads(stream["values"][0][1])
    assert (line["request_id"], line["route"], line["status"]) == (mark, "/api/v1/notes", 200)


def test_one_id_leads_to_the_lines_of_all_services_that_a_request_went_through(stack: Stack) -> None:
    mark = request_id()
    headers = [("Authorization", "mytoken"), ("X-Request-Id", mark)]
    assert Http(stack.target.url("jobs")).send("POST", "/jobs", headers).status == 200
    query = f'{{service=~".+"}} | request_id="{mark}"'

    def services() -> set[str]:
        return {stream["stream"]["service"] for stream in stack.watchers.lines(query)}

    until("lines of jobs and auth", lambda: services() == {"jobs", "auth"}, ARRIVES)


def test_logs_have_three_labels_and_every_part_is_heard(stack: Stack) -> None:
    assert stack.watchers.labels() - {"__stream_shard__"} == {"target", "service", "level"}
    found = stack.watchers.lines('sum by (service) (count_over_time({target="compose"}[15m]))', kind="instant")
    assert {"notes", "hello", "jobs", "auth", "database", "migrate"} <= {each["metric"]["service"] for each in found}
    plain = stack.watchers.lines('{target="compose", level=""}')
    assert {each["stream"]["service"] for each in plain} <= {"database"}  # while its folder is made it says no level


def test_every_panel_has_something_to_show(stack: Stack) -> None:
    # something for the panel of warnings and errors: a refused request of PostgreSQL's own
    subprocess.run(
        ["docker", "exec", stack.container("database"), "psql", "-U", "postgres", "-c", "select a_typing_error"],
        capture_output=True,
        timeout=30,
    )
    make_token(stack.target.url("notes"))  # and for that of slow requests: a password is hashed
    rows = panels.shown(stack.watchers, "compose", 40)
    panels.write_table(REPORTS / "observability", rows)
    assert not panels.empty(rows), "\n".join(panels.empty(rows))


def test_every_mark_of_the_dashboards_can_be_asked_for(stack: Stack) -> None:
    panels.ask_marks(stack.watchers)


def test_a_mark_is_on_the_dashboards(stack: Stack) -> None:
    LokiMarks(stack.target.url("loki"), "compose").put("chaos", "a test began")
    until(
        "the mark",
        lambda: stack.watchers.lines('{service="marks"} | json | kind="chaos" | text="a test began"'),
        ARRIVES,
    )


def test_every_rule_is_evaluated_without_an_error(stack: Stack) -> None:
    evaluated(stack.watchers)


def test_every_rule_has_something_to_look_at(stack: Stack) -> None:
    found = unread(stack.watchers, ELSEWHERE)
    assert not found, "\n".join(found)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", DRILLS)
def test_an_alert_fires_reaches_alertmanager_and_clears(stack: Stack, name: str) -> None:
    drill = DRILLS[name]
    for alert in drill.all:  # what an earlier drill, or a slow start, has stirred up
        until(f"{alert} keeps silent", lambda alert=alert: not stack.watchers.firing(alert), LATE_CLEARS)
    with drill.trip(stack):
        for alert in drill.all:
            _, fired = until(f"{alert} fires", lambda alert=alert: stack.watchers.firing(alert), FIRES)
            print(f"{alert} fired after {fired:.1f} s")
            if alert not in drill.unheard:
                found, _ = until(f"{alert} in Alertmanager", lambda alert=alert: stack.watchers.received(alert), FIRES)
                assert found[0]["labels"]["target"] == "compose"
                assert found[0]["annotations"]["runbook_url"].startswith("docs/runbooks/")
    for alert in (*drill.alerts, *drill.unheard):
        clears(stack, alert, CLEARS)


def clears(stack: Stack, alert: str, seconds: float) -> None:
    _, cleared = until(f"{alert} clears", lambda: not stack.watchers.firing(alert), seconds)
    until(f"{alert} leaves Alertmanager", lambda: not stack.watchers.received(alert), seconds)
    print(f"{alert} cleared after {cleared:.1f} s")


@pytest.mark.timeout(1_000)
def test_what_looks_back_for_hours_clears_when_they_are_over(stack: Stack) -> None:
    for alert in (alert for drill in DRILLS.values() for alert in drill.late):
        clears(stack, alert, LATE_CLEARS)
