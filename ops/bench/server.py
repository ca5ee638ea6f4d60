"""The servers under measurement: one gunicorn each, on loopback, all under the application's own settings file."""

import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops import ports, run, wait
from ops.bench.client import Client
from ops.errors import OpsError
from ops.postgres import tail
from ops.settings import APPLICATION

SETTINGS = "python:notes.serving.gunicorn_conf"
WORKERS, CONCURRENCY = (int(APPLICATION[name].default) for name in ("NOTES_WORKERS", "NOTES_CONCURRENCY"))
START_SECONDS, STOP_SECONDS = 30.0, 30.0


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its name, the WSGI application, its own environment and words for gunicorn."""

    name: str
    application: str
    env: Mapping[str, str]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Server:
    """A running server: its port, the process id of gunicorn's master, seconds from its start to the first answer."""

    side: Side
    port: int
    pid: int
    start_seconds: float

    def cpu_seconds(self) -> float:
        """Return the processor time, user and system, of master and workers so far."""
        import psutil

        master = psutil.Process(self.pid)
        times = [process.cpu_times() for process in (master, *master.children(recursive=True))]
        return sum(spent.user + spent.system for spent in times)


@contextmanager
def serve(side: Side, folder: Path, probe: str, workers: int = WORKERS) -> Iterator[Server]:
    """Run `side` while the block runs, from when it answers `probe` without a server error; its log is in `folder`."""
    port = ports.any_free(set())
    shared = {
        "NOTES_BIND": f"127.0.0.1:{port}",
        "NOTES_METRICS_BIND": f"127.0.0.1:{ports.any_free({port})}",
        "NOTES_RUNTIME_DIR": str(folder / f"{side.name}.run"),
        "NOTES_WORKERS": str(workers),
        "NOTES_CONCURRENCY": str(CONCURRENCY),
    }
    log = folder / f"{side.name}.log"
    words = [sys.executable, "-m", "gunicorn", "-c", SETTINGS, *side.words, side.application]
    begin = time.monotonic()
    process = run.spawn(words, log=log, env={**shared, **side.env})
    try:
        what, mend = f"'{side.name}' to answer {probe}", "./inv test tests/integration"

        def answers() -> None:
            if process.poll() is not None:
                raise OpsError(f"'{side.name}' does not start", tail(log), mend)
            _ask(port, probe)

        wait.until(answers, what, seconds=START_SECONDS, mend=mend, every=0.005)
        yield Server(side, port, process.pid, time.monotonic() - begin)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


def _ask(port: int, probe: str) -> None:
    try:
        status = Client(port).request("GET", probe).status
    except OSError as error:
        raise wait.Pending(str(error)) from error
    if status >= 500:
        raise wait.Pending(f"status {status}")
