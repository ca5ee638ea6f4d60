"""The row of *Platform* that only Kubernetes has something to show in: pods, zones, the autoscaler, restarts."""

from ops.dashboards.panels import Panel, Query, lines, series

TITLE = "Kubernetes"
WINDOW = "$__rate_interval"
OURS = 'service=~"notes|hello|jobs|auth|database"'
RESCALED = '{service="events"} | reason="SuccessfulRescale" | json text="msg"'


def panels() -> list[Panel]:
    """Its panels. What is asked for is not in Prometheus (there is no kube-state-metrics); what answers is."""
    pod_cpu = f"sum by (namespace, pod) (rate(container_cpu_usage_seconds_total{{{OURS}}}[{WINDOW}]))"
    cpu = f"sum by (namespace, service) (rate(container_cpu_usage_seconds_total{{{OURS}}}[{WINDOW}]))"
    # a container's request is known to the kernel as shares, 1024 of them a processor
    requested = f"sum by (namespace, service) (container_spec_cpu_shares{{{OURS}}} / 1024)"
    by_track = Query('sum by (namespace, service, track) (up{job="services"})', "{{namespace}} {{service}} {{track}}")
    by_zone = Query('sum by (namespace, zone) (up{job="services"})', "{{namespace}} {{zone}}")
    anew = f"sum by (namespace, service) (changes(container_start_time_seconds{{{OURS}}}[15m]))"
    events = (
        '{service="events"} | json msg="msg" | line_format "{{.namespace}} {{.kind}} {{.name}}: {{.reason}}: {{.msg}}"'
    )
    asked = "What the autoscaler compares with its target, but over a longer while. Its decisions are purple marks."
    return [
        series("Pods answering", "Found by discovery and answering, by track.", "none", by_track),
        series("Pods by zone", "That answer, of all services.", "none", by_zone),
        series(
            "Processor of request", asked, "percentunit", Query(f"{cpu} / {requested}", "{{namespace}} {{service}}")
        ),
        series("Processor of each pod", "Busy.", "none", Query(pod_cpu, "{{pod}}"), span=16),
        series(
            "Containers started anew",
            "Times within 15 minutes, in the same pod. A new pod is none.",
            "none",
            Query(anew, "{{namespace}} {{service}}"),
        ),
        lines("Events", "What the cluster says that it did.", events),
    ]
