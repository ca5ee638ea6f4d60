"""gunicorn's settings, the same for every service.

    gunicorn -c python:notes.serving.gunicorn_conf "notes:create_app()"

Read by gunicorn's master before anything else: Prometheus' client looks for its folder when it is imported.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Any

from notes.serving import runtime
from notes.settings import Settings

# What is imported stays: to look for garbage in it some 240 times was a tenth of a start. `pre_fork` ends this.
gc.disable()
_settings = Settings.from_env()
# before the application is loaded, which makes its metrics; gunicorn's hooks come too late for that
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(runtime.prepare(_settings.runtime_dir))

bind = [_settings.bind, _settings.metrics_bind]
workers = _settings.workers
threads = _settings.threads
worker_class = "notes.serving.worker.Worker"
preload_app = True  # imported once, then forked: quicker to start, less memory
keepalive = 75  # longer than a proxy's 60 s, so that the proxy closes idle connections, not we
timeout = 30
graceful_timeout = 25
limit_request_line = 8190  # a cursor and a long search fit
backlog = 1024
accesslog = None  # the edge writes one line a request
errorlog = "-"
loglevel = "warning"
# The main loop hands out the work, and must not wait long for the threads that do it: with Python's own 5 ms the rate
# of reads was a third lower, and refusals under overload took seconds.
SWITCH_SECONDS = 0.0005
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a heartbeat must not wait for a disk
control_socket_disable = True


def pre_fork(_server: Any, _worker: Any) -> None:
    """Keep what is loaded out of every later collection, and let there be some again.

    A full collection walked all modules, and stopped a worker for 0.1 s: long enough that its room for requests was
    full, and that it refused some at half of its load. What is not touched also stays shared between the processes.
    """
    gc.freeze()
    gc.enable()


def post_worker_init(_worker: Any) -> None:
    """Say in the metrics what this worker can do, and let its threads take turns."""
    from notes.serving import metrics

    metrics.declare(_settings)
    sys.setswitchinterval(SWITCH_SECONDS)


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges and the connections of a worker that ended."""
    from prometheus_client.multiprocess import mark_process_dead

    from notes.serving.worker import SEATS

    SEATS.leave(getattr(worker, "seat", None))  # one of gunicorn's own workers has none
    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
