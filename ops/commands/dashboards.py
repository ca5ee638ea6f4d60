"""dashboards: Grafana's JSON, made of the code in ops/dashboards."""

from invoke.context import Context

from ops import console, run
from ops.commands.frame import command


@command()
def dashboards(_context: Context) -> None:
    """Write Grafana's dashboards from ops/dashboards."""
    from ops import dashboards as dashboards_  # here, because the other commands need not wait for the builders

    for path, text in dashboards_.texts().items():
        console.say(f"{'would write' if run.is_dry() else 'write'} {path}")
        if not run.is_dry():
            path.write_text(text)
