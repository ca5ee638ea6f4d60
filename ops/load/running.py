"""Locust as a process of its own: gevent patches a whole process, so none of it may be in ours."""

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadtest.plan import PLAN, Plan
from loadtest.records import GENERATOR, read_end
from ops import files, run, wait
from ops.errors import OpsError
from ops.load.tail import Live, Tail
from ops.paths import ROOT
from ops.postgres import tail

if TYPE_CHECKING:
    import subprocess

LOG = "locust.log"
LOCUSTFILE = ROOT / "loadtest" / "locustfile.py"
READY_SECONDS = 60.0  # the import of Locust takes 2 s on an idle core
GRACE_SECONDS = 2  # for what is under way when somebody interrupts; what is not answered by then is `unfinished`
STOP_SECONDS = 30.0


class Running:
    """A run that has begun: requests fall due. Whoever has started it ends it with `stop` or waits for `poll`."""

    def __init__(self, plan: Plan, folder: Path, process: "subprocess.Popen[bytes]") -> None:
        """Follow `process`, which runs `plan` and writes into `folder`."""
        self.plan, self.folder, self._process = plan, folder, process
        self._tail = Tail(folder)

    @property
    def pid(self) -> int:
        """The generator's process id."""
        return self._process.pid

    @property
    def begin(self) -> float:
        """The unix time at which the first request was due."""
        return float(read_end(self.folder)["begin"])

    def poll(self) -> int | None:
        """Return the exit code of the generator, or None while it runs."""
        return self._process.poll()

    def live(self, window: int = 5) -> Live:
        """Return the numbers of the last `window` seconds."""
        return self._tail.live(window)

    def stop(self) -> dict[str, Any]:
        """End the run, if it has not ended: nothing more falls due, what is under way gets a moment.

        Return what generator.json says: totals, `ended`, `limits`. The files are whole. Raises OpsError when the
        generator does not end, or has died without a word.
        """
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self.join(STOP_SECONDS)

    def join(self, seconds: float) -> dict[str, Any]:
        """Wait until the generator has ended by itself, and return what generator.json says."""

        def ended() -> bool:
            if self._process.poll() is None:
                raise wait.Pending(f"process {self._process.pid} runs")
            return True

        log = self.folder / LOG
        try:
            wait.until(ended, "the load generator to end", seconds=seconds, mend=f"see {log}")
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise
        end = read_end(self.folder)
        if end.get("ended") not in ("complete", "interrupted"):
            raise OpsError("the load generator has failed", tail(log), f"see {log}")
        return end


def start(plan: Plan, folder: Path, *, locustfile: Path = LOCUSTFILE) -> Running:
    """Start Locust over `plan` and return when its first request is about to fall due.

    Its files go to `folder`, which is made. Raises OpsError when it does not start.
    """
    files.make_folder(folder, mode=0o755)
    plan.write(folder)
    log = folder / LOG
    words: list[str | Path] = [
        sys.executable, "-m", "locust", "--locustfile", locustfile, "--headless", "--only-summary",
        "--loglevel", "WARNING", "--exit-code-on-error", "0", "--stop-timeout", str(GRACE_SECONDS),
        "--users", str(plan.connections), "--spawn-rate", str(plan.connections),
        "--host", plan.url, "--plan", folder / PLAN,
    ]  # fmt: skip
    process = run.spawn(words, log=log)
    running = Running(plan, folder, process)

    def begun() -> None:
        if process.poll() is not None:
            raise OpsError("the load generator does not start", tail(log), f"see {log}")
        if not (folder / GENERATOR).is_file():
            raise wait.Pending("Locust is starting")

    try:
        wait.until(begun, "the load generator to begin", seconds=READY_SECONDS, mend=f"see {log}")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return running
