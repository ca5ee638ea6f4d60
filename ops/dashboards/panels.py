"""What all dashboards are made of: queries, panels of one look, and links between metrics and logs."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from grafana_foundation_sdk.builders import loki, prometheus
from grafana_foundation_sdk.builders.common import VizLegendOptions, VizTooltipOptions
from grafana_foundation_sdk.builders.dashboard import AnnotationQuery, Dashboard, DashboardLink
from grafana_foundation_sdk.builders.logs import Panel as Logs
from grafana_foundation_sdk.builders.stat import Panel as Stat
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.builders.timeseries import Panel as Series
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    DataSourceRef,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    TooltipDisplayMode,
)
from grafana_foundation_sdk.models.dashboard import DashboardLinkType, DataTransformerConfig, DynamicConfigValue

Panel = Series | Stat | Table | Logs
METRICS = DataSourceRef("prometheus", "prometheus")
LINES = DataSourceRef("loki", "loki")
WIDTH = 24  # of Grafana's grid
HEIGHT = 8
REQUEST = '{service=~".+"} | request_id="%s"'
"""All lines of one request, whichever service wrote them."""


@dataclass(frozen=True)
class Query:
    """PromQL and what its lines are called."""

    expr: str
    legend: str = ""


def dashboard(name: str, title: str, description: str) -> Dashboard:
    """An empty dashboard of the last hour, with links to the other ones."""
    others = DashboardLink("Other dashboards").type(DashboardLinkType.DASHBOARDS).tags(["notes-platform"])
    return (
        Dashboard(title)
        .uid(name)
        .description(description)
        .tags(["notes-platform"])
        .readonly()  # it is changed in ops/dashboards
        .timezone("browser")
        .time("now-1h", "now")
        .refresh("10s")
        .link(others.keep_time(True).as_dropdown(True))
    )


def series(title: str, description: str, unit: str, *queries: Query, span: int = 8) -> Series:
    """Lines over time; its legend tells the last value of each."""
    panel = Series().title(title).description(description).unit(unit).datasource(METRICS).span(span).height(HEIGHT)
    legend = VizLegendOptions().display_mode(LegendDisplayMode.TABLE).placement(LegendPlacement.BOTTOM)
    panel = panel.legend(legend.calcs(["lastNotNull"]).show_legend(True)).min(0).fill_opacity(10)
    panel = panel.tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
    return panel.targets([_range(query, ref) for ref, query in zip("ABCDEF", queries, strict=False)])


def stat(title: str, description: str, unit: str, query: Query, span: int = 4) -> Stat:
    """One figure as it is now."""
    panel = Stat().title(title).description(description).unit(unit).datasource(METRICS).span(span).height(4)
    panel = panel.graph_mode(BigValueGraphMode.NONE).decimals(2)
    return panel.with_target(
        prometheus.Dataquery()
        .expr(query.expr)
        .legend_format(query.legend or "__auto")
        .instant()
        .ref_id("A")
        .datasource(METRICS)
    )


def lines(title: str, description: str, expr: str) -> Logs:
    """Log lines, newest first."""
    panel = Logs().title(title).description(description).datasource(LINES).span(WIDTH).height(10)
    panel = panel.show_time(True).wrap_log_message(False).enable_log_details(True)
    return panel.with_target(loki.Dataquery().expr(expr).query_type("range").ref_id("A").datasource(LINES))


def counted_lines(title: str, description: str, unit: str, query: Query, span: int = 8) -> Series:
    """Figures made of log lines, over time."""
    target = loki.Dataquery().expr(query.expr).legend_format(query.legend).query_type("range").ref_id("A")
    return series(title, description, unit, span=span).datasource(LINES).targets([target.datasource(LINES)])


def requests_table(title: str, description: str, expr: str, span: int = 12) -> Table:
    """Requests with their duration; a click on an id leads to all lines of that request."""
    panel = Table().title(title).description(description).unit("ms").datasource(LINES).span(span).height(HEIGHT)
    target = loki.Dataquery().expr(expr).query_type("instant").instant(True).ref_id("A").datasource(LINES)
    names = {"Value #A": "duration", "request_id": "request"}
    tidy = DataTransformerConfig("organize", options={"excludeByName": {"Time": True}, "renameByName": names})
    link = {"title": "Log lines of this request", "url": explore(REQUEST % "${__value.raw}")}
    panel = panel.with_transformation(tidy).override_by_name("request", [DynamicConfigValue("links", [link])])
    return panel.with_target(target)


def link(title: str, url: str) -> DashboardLink:
    """A link on the points of a panel."""
    return DashboardLink(title).url(url)


def explore(expr: str) -> str:
    """Address of Grafana's Explore with that query of Loki over the dashboard's time.

    Variables stay as they are: Grafana fills them in when the link is clicked.
    """
    query = {"refId": "A", "expr": expr, "queryType": "range", "datasource": {"type": "loki", "uid": LINES.uid}}
    pane = {"datasource": LINES.uid, "queries": [query], "range": {"from": "${__from}", "to": "${__to}"}}
    return f"/explore?schemaVersion=1&orgId=1&panes={quote(json.dumps({'a': pane}), safe='${}:')}"


def marks(name: str, source: DataSourceRef, expr: str, color: str) -> AnnotationQuery:
    """Vertical marks where the query has something to tell."""
    return AnnotationQuery().name(name).datasource(source).enable(True).icon_color(color).expr(expr)


def _range(query: Query, ref: str) -> prometheus.Dataquery:
    target = prometheus.Dataquery().expr(query.expr).legend_format(query.legend or "__auto")
    return target.range().ref_id(ref).datasource(METRICS)
