"""Load on any target by its URL: a plan, Locust as a process of its own, live numbers, a summary.

running = start(prepare("http://127.0.0.1:8080", host_header="notes.localhost", accounts=path), folder)
while running.poll() is None: ... running.live() ...
summary(read_requests(folder), read_seconds(folder), running.plan)
"""

from ops.load.plan import DEFAULT_RATE, prepare
from ops.load.running import LOCUSTFILE, Running, start
from ops.load.summary import Summary, summary
from ops.load.tail import Live

__all__ = ["DEFAULT_RATE", "LOCUSTFILE", "Live", "Running", "Summary", "prepare", "start", "summary"]
