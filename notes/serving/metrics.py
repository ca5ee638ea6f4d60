"""Prometheus metrics of one service, added up over its processes.

The metrics have a port of their own, which is never reachable through the gateway: gunicorn listens on both ports, and
the edge answers `/metrics` on the one and everything else on the other.
"""

from __future__ import annotations

import os
import time
from functools import cache

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector

from notes import __version__
from notes.settings import Settings

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PLACE = ("version", "pod", "node", "zone")
# seconds; fine around what a page may take, so that a percentile can be read off
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

if FOLDER_VARIABLE in os.environ:
    # each change of a metric asks which process it is in: a system call, six times a request, unless it is remembered
    _process = cache(os.getpid)
    os.register_at_fork(after_in_child=_process.cache_clear)
    values.ValueClass = values.MultiProcessValue(_process)  # type: ignore[no-untyped-call]

REQUESTS = Histogram(
    "http_request_duration_seconds",
    "Time from the request to its answer.",
    ["method", "route", "status"],
    buckets=BUCKETS,
)
REJECTED = Counter("http_requests_rejected_total", "Requests refused because too many were at work.")
ACTIVE = Gauge("http_requests_active", "Requests at work.", multiprocess_mode="livesum")
LIMIT = Gauge("http_requests_limit", "Requests that may be at work at once.", multiprocess_mode="livesum")
POOL_USED = Gauge("db_pool_connections_used", "Database connections in use.", multiprocess_mode="livesum")
POOL_LIMIT = Gauge("db_pool_connections_limit", "Database connections allowed.", multiprocess_mode="livesum")
STARTED = Gauge("app_start_time_seconds", "When the youngest process started to serve.", multiprocess_mode="livemax")
INFO = Gauge("app_info", "Which version runs where; always 1.", list(PLACE), multiprocess_mode="livemax")


def declare(settings: Settings) -> None:
    """Set what is constant for a process that serves."""
    LIMIT.set(settings.concurrency)
    STARTED.set(time.time())
    INFO.labels(*place(settings).values()).set(1)


def place(settings: Settings) -> dict[str, str]:
    """Return what is known of where this process runs: version, pod, node, zone; `-` where unknown."""
    return dict(zip(PLACE, (__version__, settings.pod, settings.node, settings.zone), strict=True))


def exposition() -> tuple[bytes, str]:
    """Return all metrics of the process group in Prometheus' text format, and their content type."""
    registry = REGISTRY
    if FOLDER_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_LATEST
