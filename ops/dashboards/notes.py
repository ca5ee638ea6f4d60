"""Dashboard *Notes*: what users of a service get, what is left of its promises, and how near its limits it is."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable, Row
from grafana_foundation_sdk.models.dashboard import VariableOption

from ops.dashboards.panels import (
    METRICS,
    Panel,
    Query,
    counted_lines,
    dashboard,
    explore,
    lines,
    link,
    marks,
    requests_table,
    series,
    stat,
)

THIS = 'namespace=~"$namespace", service="$service"'
LINES_OF_THIS = '{service="$service"} | namespace=~"$namespace"'
SECONDS = "http_request_duration_seconds"
WINDOW = "$__rate_interval"
OF_ROUTE = LINES_OF_THIS + ' | json route="route", duration="duration_ms" | route="%s"'
SLOW = 25  # ms, a tenth of what is promised: each request is a series, and Loki counts only so many (loki.yml)
SLOWEST = (
    f'topk(20, max by (request_id, route, status) (max_over_time({LINES_OF_THIS} | request_id!=""'
    ' | json duration="duration_ms", route="route", status="status"'
    f" | duration > {SLOW} | unwrap duration [$__range])))"
)


def build() -> Dashboard:
    """The dashboard."""
    board = dashboard("notes", "Notes", "Requests, promises and saturation of one service.").with_variable(
        QueryVariable("service")
        .label("Service")
        .datasource(METRICS)
        .query("label_values(http_requests_limit, service)")
        .current(VariableOption(text="notes", value="notes"))
    )
    board = board.with_variable(  # a cluster's stages; with compose there is none, and "All" is that
        QueryVariable("namespace")
        .label("Namespace")
        .datasource(METRICS)
        .query("label_values(http_requests_limit, namespace)")
        .include_all(True)
        .all_value(".*")
        .current(VariableOption(text="All", value="$__all"))
    )
    new_version = f"count by (version) (app_info{{{THIS}}}) unless count by (version) (app_info{{{THIS}}} offset 1m)"
    board = board.annotation(marks("Versions", METRICS, new_version, "blue"))
    rows = {
        "Promises, over 30 days": [*_promises(), _burn_rate()],
        "Requests": _requests(),
        "Saturation": _saturation(),
        "Logs": _logs(),
    }
    for title, panels in rows.items():
        board = board.with_row(Row(title))
        for panel in panels:
            board = board.with_panel(panel)
    return board


def _promises() -> list[Panel]:
    left = "100 %: nothing spent; below 0: the promise is broken."
    availability = Query(f"1 - service:http_errors:ratio_rate30d{{{THIS}}}")
    in_time = Query(f"1 - service:http_slow:ratio_rate30d{{{THIS}}}")
    versions = Query(f"count by (version) (app_info{{{THIS}}})", "{{version}}")
    youngest = Query(f"time() - max(app_start_time_seconds{{{THIS}}})")
    return [
        stat("Availability", "Answered with something else than 5xx. Promised: 99.9 %.", "percentunit", availability),
        stat("Error budget left", left, "percentunit", Query(f"service:http_errors:budget_left30d{{{THIS}}}")),
        stat("Within 0.25 s", "Share of requests answered in time. Promised: 99 %.", "percentunit", in_time),
        stat("Latency budget left", left, "percentunit", Query(f"service:http_slow:budget_left30d{{{THIS}}}")),
        stat("Instances by version", "More than one: a rollout is under way.", "short", versions).decimals(0),
        stat("Youngest process", "How long ago a process was started last.", "s", youngest),
    ]


def _burn_rate() -> Panel:
    windows = ("5m", "1h", "6h")
    errors = [Query(f"service:http_errors:ratio_rate{w}{{{THIS}}} / 0.001", f"errors, {w}") for w in windows]
    slow = [Query(f"service:http_slow:ratio_rate{w}{{{THIS}}} / 0.01", f"slow, {w}") for w in windows]
    what = "How many times faster than allowed a budget is spent: 1 lasts for 30 days, 14.4 for two."
    return series("Burn rate", what, "none", *errors, *slow, span=24)


def _requests() -> list[Panel]:
    count, bucket = (f"rate({SECONDS}_{kind}{{{THIS}}}[{WINDOW}])" for kind in ("count", "bucket"))
    to_route = link("Requests of this route", explore(OF_ROUTE % "${__field.labels.route:percentencode}"))
    by_route = Query(f"histogram_quantile(0.99, sum by (le, route) ({bucket}))", "{{route}}")
    quantiles = [
        Query(f"histogram_quantile({share}, sum by (le) ({bucket}))", f"{share:.0%}") for share in (0.5, 0.95, 0.99)
    ]
    clicks = "A click on a point leads to the requests of its route, their ids to all lines of a request."
    return [
        series(
            "Rate by route",
            "Requests a second. Probes are not counted.",
            "reqps",
            Query(f"sum by (method, route) ({count})", "{{method}} {{route}}"),
        ).data_links([to_route]),
        series(
            "Answers by status",
            "503: refused, or the database does not answer.",
            "reqps",
            Query(f"sum by (status) ({count})", "{{status}}"),
        ),
        series(
            "Errors",
            "Share of requests answered with 5xx.",
            "percentunit",
            Query(f"service:http_errors:ratio_rate5m{{{THIS}}}", "errors"),
        ),
        series("Duration by route, 99%", clicks, "s", by_route, span=12).data_links([to_route]),
        requests_table(
            "Slowest requests", f"Of those over {SLOW} ms in the time shown. An id leads to its lines.", SLOWEST
        ),
        series("Duration", "This share of the requests took at most as long.", "s", *quantiles, span=24),
    ]


def _saturation() -> list[Panel]:
    at_work = Query(f"service:http_requests_active:ratio{{{THIS}}}", "at work")
    refused = Query(f"sum(rate(http_requests_rejected_total{{{THIS}}}[{WINDOW}]))", "refused")
    in_use = Query(f"service:db_pool_connections_used:ratio{{{THIS}}}", "in use")
    share = "Of all that may be at work at once; beyond 100 % requests are refused with 503."
    return [
        series("Requests at work", share, "percentunit", at_work).max(1),
        series("Refused", "Requests a second that found too many at work.", "reqps", refused),
        series("Connections of the pool", "In use, of all that the pools may open.", "percentunit", in_use).max(1),
    ]


def _logs() -> list[Panel]:
    by_level = Query(f"sum by (level) (rate({LINES_OF_THIS} [$__auto]))", "{{level}}")
    return [
        counted_lines("Lines by level", "Log lines a second.", "cps", by_level, span=24),
        lines("Lines", "In an open line `request_id` leads to all lines of its request.", LINES_OF_THIS),
    ]
