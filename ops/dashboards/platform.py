"""Dashboard *Platform*: the parts, their containers, the pipelines of metrics, alerts and logs, Kubernetes."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row

from ops.dashboards import kubernetes
from ops.dashboards.panels import LINES, Panel, Query, counted_lines, dashboard, lines, marks, series, stat

WINDOW = "$__rate_interval"
MARKED = {"Load tests": ("loadtest", "blue"), "Deployments": ("deploy", "green"), "Chaos": ("chaos", "red")}
"""What writes a line for what it does (ops/marks.py), so that a figure can be read beside its cause."""


def build() -> Dashboard:
    """The dashboard."""
    board = dashboard("platform", "Platform", "Parts, containers, and the pipelines that watch them.")
    for name, (kind, color) in MARKED.items():
        board = board.annotation(marks(name, LINES, f'{{service="marks"}} | json | kind="{kind}"', color))
    board = board.annotation(marks("Autoscaler", LINES, kubernetes.RESCALED, "purple"))
    rows = {"Now": _now(), "Parts": _parts(), "Pipelines": _pipelines(), "Logs": _logs()}
    rows[kubernetes.TITLE] = kubernetes.panels()
    for title, panels in rows.items():
        board = board.with_row(Row(title))
        for panel in panels:
            board = board.with_panel(panel)
    return board


def _now() -> list[Panel]:
    firing = 'count(ALERTS{alertstate="firing"}) or vector(0)'
    memory = 'sum(container_memory_working_set_bytes{service!=""})'
    busy = f'sum(rate(container_cpu_usage_seconds_total{{service!=""}}[{WINDOW}]))'
    least = "min(volume:free:ratio)"
    return [
        stat("Alerts firing", "Alertmanager says which; each has a runbook.", "none", Query(firing)).decimals(0),
        stat("Parts answering", "Targets that Prometheus reaches.", "percentunit", Query("avg(up)")),
        stat("Memory", "Of all containers, without what can be freed.", "bytes", Query(memory)),
        stat("Processors", "Busy, by all containers.", "none", Query(busy)),
        stat("Least free volume", "Of all that are watched.", "percentunit", Query(least)),
        stat("Series", "That Prometheus holds in memory.", "short", Query("prometheus_tsdb_head_series")),
    ]


def _parts() -> list[Panel]:
    cpu = f'sum by (service) (rate(container_cpu_usage_seconds_total{{service!=""}}[{WINDOW}]))'
    memory = 'sum by (service) (container_memory_working_set_bytes{service!=""})'
    limit = 'sum by (service) (container_spec_memory_limit_bytes{service!=""} > 0)'
    return [
        series("Answering", "1: Prometheus reaches it.", "none", Query("min by (service) (up)", "{{service}}")).max(1),
        series("Memory", "Without what can be freed.", "bytes", Query(memory, "{{service}}")),
        series("Memory of limit", "At 100 % killed.", "percentunit", Query(f"{memory} / {limit}", "{{service}}")),
        series("Processors", "Busy, by part.", "none", Query(cpu, "{{service}}")),
        series(
            "Started anew",
            "Times within 15 minutes; a service's workers count too.",
            "none",
            Query("service:starts:increase15m", "{{service}}"),
        ),
        series("Volumes free", "Of each volume.", "percentunit", Query("volume:free:ratio", "{{volume}}")).max(1),
    ]


def _pipelines() -> list[Panel]:
    scrapes = Query("max by (service) (scrape_duration_seconds)", "{{service}}")
    rules = Query("max by (rule_group) (prometheus_rule_group_last_duration_seconds)", "{{rule_group}}")
    sent = Query(f"sum(rate(loki_write_sent_entries_total[{WINDOW}]))", "sent")
    dropped = Query(f"sum(rate(loki_write_dropped_entries_total[{WINDOW}]))", "dropped")
    alerts = Query(f"sum(rate(prometheus_notifications_sent_total[{WINDOW}]))", "sent")
    failed = Query(f"sum(rate(prometheus_notifications_errors_total[{WINDOW}]))", "failed")
    received = Query(f"sum(rate(loki_distributor_lines_received_total[{WINDOW}]))", "received")
    samples = Query(f"sum(rate(prometheus_tsdb_head_samples_appended_total[{WINDOW}]))", "samples")
    return [
        series("Scrapes", "How long each takes.", "s", scrapes),
        series("Rules", "How long each group takes.", "s", rules),
        series("Lines sent and dropped", "By Alloy, a second.", "cps", sent, dropped),
        series("Alerts sent", "To Alertmanager, a second.", "cps", alerts, failed),
        series("Lines received", "By Loki, a second.", "cps", received),
        series("Samples received", "By Prometheus, a second.", "cps", samples),
    ]


def _logs() -> list[Panel]:
    by_part = Query('sum by (service) (rate({target=~".+"} [$__auto]))', "{{service}}")
    bad = '{target=~".+", level=~"warning|error|critical"}'
    return [
        counted_lines("Lines by part", "Log lines a second.", "cps", by_part, span=24),
        lines("Warnings and errors", "Of all parts.", bad),
    ]
