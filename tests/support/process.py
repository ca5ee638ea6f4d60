"""A gunicorn of our own on free ports, for what only a real server shows: sockets, processes, standard output."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support.wire import Http

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(values: dict[str, str]) -> dict[str, str]:
    """This process' environment without any NOTES_ variable, plus `values`."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NOTES_")} | values


def python(*words: str, env: dict[str, str], timeout: float = 60) -> "subprocess.CompletedProcess[str]":
    """Run `python WORDS` from the repository's root; never raises for an exit status."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


class Server:
    """`app` under gunicorn as deployed. `url` and `metrics_url` are open when the constructor returns."""

    def __init__(self, app: str, folder: Path, env: dict[str, str]) -> None:
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.metrics_url = f"http://127.0.0.1:{self.metrics_port}"
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        runtime = folder / "runtime"
        runtime.mkdir(parents=True, exist_ok=True)
        own = {
            "NOTES_BIND": f"127.0.0.1:{self.port}",
            "NOTES_METRICS_BIND": f"127.0.0.1:{self.metrics_port}",
            "NOTES_RUNTIME_DIR": str(runtime),
        }
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "python:notes.serving.gunicorn_conf", app],
                cwd=ROOT,
                env=environment({**own, **env}),
                stdout=out,
                stderr=err,
            )
        self._wait_until_open()

    def _wait_until_open(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                if Http(self.url).send("GET", "/livez").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError(
            f"gunicorn did not open: {self.stderr.read_text()[-2000:]}{self.stdout.read_text()[-2000:]}"
        )

    def stop(self) -> int:
        """Ask gunicorn to end; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log(self, **wanted: Any) -> list[dict[str, Any]]:
        """The lines of the log with these members; waits up to 5 s for the first one."""
        deadline = time.monotonic() + 5
        while True:
            found = [line for line in self._lines() if wanted.items() <= line.items()]
            if found or time.monotonic() > deadline:
                return found
            time.sleep(0.05)

    def _lines(self) -> Iterator[dict[str, Any]]:
        text = self.stdout.read_text()
        for line in text[: text.rfind("\n") + 1].splitlines():
            yield json.loads(line)
