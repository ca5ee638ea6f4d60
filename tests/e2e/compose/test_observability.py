"""Metrics, logs and dashboards of the compose stack under watch, sixty times faster than in earnest."""

import json
import secrets
import subprocess

import pytest

from ops.marks import LokiMarks
from ops.paths import REPORTS
from tests.support import panels
from tests.support.api import Api
from tests.support.drills import Stack
from tests.support.traffic import make_token
from tests.support.watchers import evaluated, unread, until
from tests.support.wire import Http

pytestmark = pytest.mark.timeout(240)
ARRIVES = 5.0  # seconds from a request to its line and its metrics
# nothing to see where there is no Kubernetes, and no backup yet
ELSEWHERE = ("kubelet_volume_stats", "backup_last_success_timestamp_seconds")


def request_id() -> str:
    return f"test-{secrets.token_hex(8)}"


def test_a_request_just_made_is_in_the_metrics(watched: Stack) -> None:
    count = 'sum(http_request_duration_seconds_count{service="notes", route="/signup/"})'
    before = watched.watchers.value(count)
    for _ in range(5):
        Http(watched.target.url("notes")).send("GET", "/signup/")
    _, took = until("five requests in Prometheus", lambda: watched.watchers.value(count) == before + 5, ARRIVES)
    print(f"metrics arrived after {took:.1f} s")


def test_a_line_is_found_by_the_id_of_its_request(watched: Stack) -> None:
    mark = request_id()
    Api(Http(watched.target.url("notes")), watched.token).get("notes", [("X-Request-Id", mark)])
    query = f'{{service="notes"}} | request_id="{mark}"'
    found, took = until("the line in Loki", lambda: watched.watchers.lines(query), ARRIVES)
    print(f"the line arrived after {took:.1f} s")
    (stream,) = found
    assert stream["stream"]["user_id"] == str(watched.user)
    assert {stream["stream"][name] for name in ("target", "service", "level")} == {"compose", "notes", "info"}
    line = json.loads(stream["values"][0][1])
    assert (line["request_id"], line["route"], line["status"]) == (mark, "/api/v1/notes", 200)


def test_one_id_leads_to_the_lines_of_all_services_that_a_request_went_through(watched: Stack) -> None:
    mark = request_id()
    headers = [("Authorization", "mytoken"), ("X-Request-Id", mark)]
    assert Http(watched.target.url("jobs")).send("POST", "/jobs", headers).status == 200
    query = f'{{service=~".+"}} | request_id="{mark}"'

    def services() -> set[str]:
        return {stream["stream"]["service"] for stream in watched.watchers.lines(query)}

    until("lines of jobs and auth", lambda: services() == {"jobs", "auth"}, ARRIVES)


def test_logs_have_three_labels_and_every_part_is_heard(watched: Stack) -> None:
    assert watched.watchers.labels() - {"__stream_shard__"} == {"target", "service", "level"}
    found = watched.watchers.lines('sum by (service) (count_over_time({target="compose"}[15m]))', kind="instant")
    assert {"notes", "hello", "jobs", "auth", "database", "migrate"} <= {each["metric"]["service"] for each in found}
    plain = watched.watchers.lines('{target="compose", level=""}')
    assert {each["stream"]["service"] for each in plain} <= {"database"}  # while its folder is made it says no level


def test_every_panel_has_something_to_show(watched: Stack) -> None:
    # something for the panel of warnings and errors: a refused request of PostgreSQL's own
    subprocess.run(
        ["docker", "exec", watched.container("database"), "psql", "-U", "postgres", "-c", "select a_typing_error"],
        capture_output=True,
        timeout=30,
    )
    make_token(watched.target.url("notes"))  # and for that of slow requests: a password is hashed
    rows = panels.shown(watched.watchers, "compose", 40)
    panels.write_table(REPORTS / "observability", rows)
    assert not panels.empty(rows), "\n".join(panels.empty(rows))


def test_every_mark_of_the_dashboards_can_be_asked_for(watched: Stack) -> None:
    panels.ask_marks(watched.watchers)


def test_a_mark_is_on_the_dashboards(watched: Stack) -> None:
    LokiMarks(watched.target.url("loki"), "compose").put("chaos", "a test began")
    until(
        "the mark",
        lambda: watched.watchers.lines('{service="marks"} | json | kind="chaos" | text="a test began"'),
        ARRIVES,
    )


def test_every_rule_is_evaluated_without_an_error(watched: Stack) -> None:
    evaluated(watched.watchers)


def test_every_rule_has_something_to_look_at(watched: Stack) -> None:
    found = unread(watched.watchers, ELSEWHERE)
    assert not found, "\n".join(found)
