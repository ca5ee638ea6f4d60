"""supervisord, which keeps the parts of the embedded target up: its start, its answers, its end."""

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops import files, run, wait
from ops.errors import OpsError
from ops.programs import LABEL, Folders

if TYPE_CHECKING:
    import psutil

SOCKET_PATH_BYTES = 90  # Linux allows 107, macOS 103, and supervisord appends its process id for a moment
ANSWER_SECONDS = 5.0
STOP_SECONDS = 40.0  # longer than a part gets before SIGKILL
ORDERLY_SECONDS = 20.0  # for a checkpoint and the requests in hand
AT_REST = ("STOPPED", "EXITED", "FATAL")
States = dict[str, dict[str, Any]]


class Supervisor:
    """The supervisord of one target."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self.config = folders.run / "supervisord.conf"
        self.socket = socket_path(folders.run / "supervisord.sock")
        self.log = folders.logs / "supervisord.log"

    def start(self) -> None:
        """Start supervisord in the background with the settings file; it starts no part by itself."""
        private_folder(self.socket.parent)
        run.run([sys.executable, "-m", "supervisor.supervisord", "-c", self.config], mend=f"see {self.log}")
        wait.until(self._answer, "supervisord to answer", seconds=10, mend=f"see {self.log}")

    def _answer(self) -> None:
        if self.states() is None:
            raise wait.Pending(f"no answer on {self.socket}")

    def states(self) -> States | None:
        """What supervisord knows of each part (statename, spawnerr, start, pid); None when it does not answer."""
        try:
            rows: Any = self._call("getAllProcessInfo")
        except (OSError, xmlrpc.client.Error, http.client.HTTPException):
            return None
        return {row["name"]: row for row in rows}

    def start_part(self, name: str) -> None:
        """Ask for that part, which is watched from then on; one that runs already is left alone."""
        if run.is_dry():
            return
        try:
            self._call("startProcess", name, False)
        except xmlrpc.client.Fault as fault:
            if not fault.faultString.startswith("ALREADY_STARTED"):
                mend = f"see {self.folders.logs / name}.log"
                raise OpsError(f"'{name}' cannot be started", fault.faultString, mend) from fault

    def stop_part(self, name: str) -> None:
        """Stop that part alone and wait until it rests; it is not started again until `start_part`."""
        if run.is_dry():
            return
        if self._busy([name]):
            self._call("stopProcess", name, False)
        self._until_none(lambda: self._busy([name]), f"{name} to stop")

    def stop(self, first: Sequence[str]) -> None:
        """Stop the parts in `first` at once, then the others, then supervisord itself, and wait until it is gone."""
        import psutil

        process = psutil.Process(self._call("getPID"))
        others = [name for name in self.states() or {} if name not in first]
        for names in (first, others):
            for name, statename in self._busy(names).items():
                if statename != "STOPPING":
                    self._call("stopProcess", name, False)
            self._until_none(lambda names=names: self._busy(names), f"{', '.join(names)} to stop")  # type: ignore[misc]
        self._call("shutdown")
        self._until_none(lambda: self._remains(process), "supervisord to stop")

    def _busy(self, names: Sequence[str]) -> dict[str, str]:
        rows = self.states() or {}
        return {
            name: rows[name]["statename"] for name in names if name in rows and rows[name]["statename"] not in AT_REST
        }

    def _remains(self, process: "psutil.Process") -> dict[str, str]:
        self.states()  # a question wakes supervisord up, which else looks around once a second
        return {"process": str(process.pid)} if is_alive(process) else {}

    def _until_none(self, busy: Callable[[], dict[str, str]], what: str) -> None:
        def probe() -> None:
            if rows := busy():
                raise wait.Pending(", ".join(f"{name} {state}" for name, state in rows.items()))

        wait.until(probe, what, seconds=STOP_SECONDS, mend=f"see {self.log}")

    def processes(self) -> "dict[psutil.Process, str]":
        """All processes of this target, looked after or not, each with its part's name (empty: supervisord).

        Known by the label in their environment or by our settings file in their words, never by a program's name.
        """
        import psutil

        found = {}
        for process in psutil.process_iter():
            try:
                label = process.environ().get(LABEL, "")
                ours = label.endswith(self.folders.label("")) or str(self.config) in process.cmdline()
            except (psutil.Error, OSError):
                continue
            if ours and is_alive(process):
                found[process] = label.partition("@")[0]
        return found

    def end_processes(self) -> int:
        """End whatever an earlier run left behind, the supervisord that no longer answers too; say how many."""
        import psutil

        found = self.processes()
        for how in (signal.SIGINT, signal.SIGKILL):  # to PostgreSQL and to gunicorn the first means: now, but in order
            deadline = time.monotonic() + ORDERLY_SECONDS
            left = self.processes()
            for process in left:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(how)
            while left and time.monotonic() < deadline:
                psutil.wait_procs(left, timeout=0.2)
                left = self.processes()
        return len(found)

    def _call(self, method: str, *arguments: Any) -> Any:
        with xmlrpc.client.ServerProxy("http://localhost", transport=_Transport(self.socket)) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


def is_alive(process: "psutil.Process") -> bool:
    """Whether it runs; one that has ended and waits for its parent to notice does not."""
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_SECONDS)
        self.sock.connect(str(self._path))


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        connection = _Connection(self._path)
        self._connection = host, connection  # so that close() finds it
        return connection


def socket_path(wanted: Path) -> Path:
    """That path, or one in the temporary folder, named after it, where it is too long for a socket."""
    if len(os.fsencode(wanted)) <= SOCKET_PATH_BYTES:
        return wanted
    name = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"notes-{os.geteuid()}-{name}" / wanted.name


def private_folder(folder: Path) -> None:
    """Make the folder, for us alone. Raises OpsError when somebody else made it first."""
    files.make_folder(folder)
    if run.is_dry():
        return
    seen = folder.lstat()
    if folder.is_symlink() or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        what = f"owner {seen.st_uid}, mode {seen.st_mode & 0o777:o}"
        raise OpsError(f"'{folder}' is not ours alone", what, f"remove it: rm -rf '{folder}'")
