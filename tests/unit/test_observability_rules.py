"""Rules and dashboards hold together: runbooks, cases, metrics that exist, JSON that was made from the code."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from notes.serving import metrics
from ops import dashboards, observability
from ops.paths import ROOT

PROMETHEUS = ROOT / "observability" / "prometheus"
THIRD_PARTY = frozenset(
    {
        "ALERTS",
        "up",
        "scrape_duration_seconds",
        "process_start_time_seconds",
        "prometheus_notifications_alertmanagers_discovered",
        "prometheus_notifications_errors_total",
        "prometheus_notifications_sent_total",
        "prometheus_rule_evaluation_failures_total",
        "prometheus_rule_group_last_duration_seconds",
        "prometheus_tsdb_head_samples_appended_total",
        "prometheus_tsdb_head_series",
        "loki_distributor_lines_received_total",
        "loki_write_dropped_entries_total",
        "loki_write_sent_entries_total",
        "container_cpu_usage_seconds_total",
        "container_memory_working_set_bytes",
        "container_spec_cpu_shares",
        "container_spec_memory_limit_bytes",
        "container_start_time_seconds",
        "node_filesystem_avail_bytes",
        "node_filesystem_size_bytes",
        "kubelet_volume_stats_available_bytes",
        "kubelet_volume_stats_capacity_bytes",
        "pg_up",
        "pg_database_size_bytes",
        "pg_locks_count",
        "pg_postmaster_start_time_seconds",
        "pg_settings_max_connections",
        "pg_stat_activity_count",
        "pg_stat_activity_max_tx_duration",
        "pg_stat_checkpointer_num_requested_total",
        "pg_stat_checkpointer_num_timed_total",
        "pg_stat_database_blks_hit",
        "pg_stat_database_blks_read",
        "pg_stat_database_deadlocks",
        "pg_stat_database_tup_deleted",
        "pg_stat_database_tup_fetched",
        "pg_stat_database_tup_inserted",
        "pg_stat_database_tup_updated",
        "pg_stat_database_xact_commit",
        "pg_stat_database_xact_rollback",
        "pg_stat_user_tables_n_dead_tup",
        "pg_wal_size_bytes",
    }
)
"""What Prometheus, Loki, Alloy, its exporters and the kubelet tell; the live test finds the ones that they do not."""
PLANNED = frozenset({"backup_last_success_timestamp_seconds"})  # comes with backups; docs/runbooks/database.md says so
WORDS = frozenset({"and", "or", "unless", "on", "by", "without", "offset", "bool", "inf", "nan"})


@cache
def rules() -> list[dict[str, Any]]:
    groups = [
        group for path in sorted(PROMETHEUS.glob("rules/*.yml")) for group in yaml.safe_load(path.read_text())["groups"]
    ]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def cases() -> Iterator[dict[str, Any]]:
    for path in sorted(PROMETHEUS.glob("tests/*.yml")):
        for group in yaml.safe_load(path.read_text())["tests"]:
            yield from group["alert_rule_test"]


def names(expr: str) -> set[str]:
    """The metrics that a PromQL expression reads."""
    bare = re.sub(r'"[^"]*"', "", expr)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", bare)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", "", bare)
    found = re.findall(r"(?<![\w:.])[A-Za-z_:][\w:]*(?!\s*\()(?![\w:])", bare)
    return {name for name in found if name.lower() not in WORDS}


def our_metrics() -> set[str]:
    found = set()
    for collector in vars(metrics).values():
        if isinstance(collector, Counter | Gauge | Histogram):
            for family in collector.describe():
                ends = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
                found |= {family.name + end for end in ends}
    return found


def panels() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path, text in dashboards.texts().items():
        found += [(path.stem, panel) for panel in json.loads(text)["panels"] if panel["type"] != "row"]
    return found


@pytest.mark.parametrize("name", sorted(alerts()))
def test_every_alert_has_a_summary_a_severity_and_a_section_in_a_runbook(name: str) -> None:
    alert = alerts()[name]
    assert alert["labels"]["severity"] in ("page", "ticket")
    assert alert["annotations"]["summary"].strip()
    page, _, anchor = alert["annotations"]["runbook_url"].partition("#")
    assert page.startswith("docs/runbooks/")
    assert anchor == name.lower()
    assert f"\n## {name}\n" in (ROOT / page).read_text()


@pytest.mark.parametrize("name", sorted(alerts()))
def test_every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not(name: str) -> None:
    outcomes = {bool(case["exp_alerts"]) for case in cases() if case["alertname"] == name}
    assert outcomes == {True, False}


def test_no_runbook_section_and_no_case_is_left_from_a_rule_that_is_gone() -> None:
    sections = {
        line.removeprefix("## ")
        for page in (ROOT / "docs" / "runbooks").glob("*.md")
        if page.name != "chaos.md"  # about runs that are red, not about alerts
        for line in page.read_text().splitlines()
        if line.startswith("## ")
    }
    assert sections == alerts().keys()
    assert {case["alertname"] for case in cases()} == alerts().keys()


def test_rules_read_only_metrics_that_exist() -> None:
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    known = our_metrics() | THIRD_PARTY | PLANNED | recorded
    for rule in rules():
        assert names(rule["expr"]) <= known, rule
        assert names(rule["expr"]), rule


def test_dashboards_read_only_metrics_that_exist() -> None:
    known = our_metrics() | THIRD_PARTY | {rule["record"] for rule in rules() if "record" in rule}
    for board, panel in panels():
        for target in panel["targets"]:
            if target["datasource"]["type"] == "prometheus":
                found = names(target["expr"].replace("$__rate_interval", "1m"))
                assert found, (board, panel["title"])
                assert found <= known, (board, panel["title"], found - known)


def test_no_known_metric_is_listed_in_vain() -> None:
    read = {name for rule in rules() for name in names(rule["expr"])}
    read |= {
        name
        for _, panel in panels()
        for target in panel["targets"]
        if target["datasource"]["type"] == "prometheus"
        for name in names(target["expr"])
    }
    assert read >= THIRD_PARTY | PLANNED


def test_the_dashboards_are_what_the_code_makes() -> None:
    made = dashboards.texts()
    assert set(dashboards.FOLDER.glob("*.json")) == made.keys()
    for path, text in made.items():
        assert path.read_text() == text, f"{path.name} differs from ops/dashboards: ./inv dashboards"


def test_every_panel_has_a_title_a_description_a_unit_and_its_own_place() -> None:
    for board, panel in panels():
        assert panel["title"], board
        assert panel["description"].endswith("."), panel["title"]
        assert panel["type"] == "logs" or panel["fieldConfig"]["defaults"]["unit"], panel["title"]
    places = [(board, panel["gridPos"]["x"], panel["gridPos"]["y"]) for board, panel in panels()]
    assert len(places) == len(set(places))


def test_a_latency_panel_leads_to_lines_and_a_line_to_its_request_and_its_route() -> None:
    found = {panel["title"]: panel for _, panel in panels()}
    slowest = found["Slowest requests"]["fieldConfig"]["overrides"][0]["properties"][0]["value"][0]["url"]
    route = found["Duration by route, 99%"]["fieldConfig"]["defaults"]["links"][0]["url"]
    assert "request_id" in slowest
    assert "${__value.raw}" in slowest
    assert "${__field.labels.route:percentencode}" in route
    sources = yaml.safe_load((ROOT / "observability/grafana/provisioning/datasources/sources.yml").read_text())
    loki = next(source for source in sources["datasources"] if source["uid"] == "loki")
    fields = {field["name"]: field for field in loki["jsonData"]["derivedFields"]}
    assert fields["request"]["matcherRegex"] == "request_id"
    line = '{"route": "/notes/<int:note_id>/", "method": "GET"}'
    match = re.search(fields["route"]["matcherRegex"], line)
    assert match is not None
    assert match[1] == "/notes/<int:note_id>/"


def test_the_sources_that_panels_name_are_provisioned() -> None:
    sources = yaml.safe_load((ROOT / "observability/grafana/provisioning/datasources/sources.yml").read_text())
    known = {source["uid"]: source["type"] for source in sources["datasources"]}
    for _, panel in panels():
        for target in panel["targets"]:
            assert known[target["datasource"]["uid"]] == target["datasource"]["type"]


def test_every_service_is_asked_for_its_metrics() -> None:
    from ops.settings import SERVICES

    targets = yaml.safe_load((PROMETHEUS / "targets" / "services.yml").read_text())
    assert [target["labels"]["service"] for target in targets] == list(SERVICES)
    assert observability.FOLDER == PROMETHEUS
