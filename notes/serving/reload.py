"""Starts a service anew whenever its code changes, without refusing a connection meanwhile. Not for production.

    python -P /app/notes/serving/reload.py python -m gunicorn -c python:notes.serving.gunicorn_conf "notes:create_app()"

Run as a file, as a container's first process: it imports nothing of the application, because it must outlive every
mistake in it. What others have written it imports once, and each start is a fork that has it already: that is most of a
start. gunicorn's own reloader would not do: its master imports settings, edge and worker, so that changes of these
never come. The listening sockets are held here and handed down as by systemd (LISTEN_FDS): what comes in between two
processes waits for the new one, while the old one ends what it is at.
"""

import contextlib
import fcntl
import importlib
import json
import os
import re
import runpy
import signal
import socket
import sys
import time
import traceback
from pathlib import Path

LOOK_SECONDS = 0.1  # between two looks at the files: about 150, which takes 1 ms
FIRST_FD = 3  # where systemd, and so gunicorn, expects the first socket
BACKLOG = 1024
ROOT = Path(__file__).resolve().parents[2]
CODE = ("notes", "services")
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)
LATER = ("prometheus_client",)  # looks for its folder when it is imported
COMPILED = "__pycache__"

Seen = dict[str, tuple[int, int]]


def look(folders: list[Path]) -> Seen:
    """Return when each file of the folders was written, and its size; not of what Python compiles.

    By ctime: Compose gives a copied file the time of its original in whole seconds.
    """
    seen: Seen = {}
    for top in folders:
        for folder, inner, names in os.walk(top):
            if COMPILED in inner:
                inner.remove(COMPILED)
            for path in (Path(folder, name) for name in names):
                with contextlib.suppress(FileNotFoundError):
                    found = path.stat()
                    seen[str(path)] = (found.st_ctime_ns, found.st_size)
    return seen


def import_what_others_wrote(folders: list[Path]) -> None:
    """Import the packages that the code names, as far as they are there, and nothing of the code itself."""
    texts = [path.read_text(encoding="utf-8", errors="replace") for top in folders for path in top.rglob("*.py")]
    for name in sorted({name for text in texts for name in IMPORT.findall(text)}):
        if name.partition(".")[0] not in {*CODE, *LATER}:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)


def listen(address: str) -> socket.socket:
    """Return a socket that listens on `host:port`."""
    host, _, port = address.rpartition(":")
    return socket.create_server((host, int(port)), backlog=BACKLOG)


class Keeper:
    """Keeps one process of the command at work; raises nothing of what goes wrong in it."""

    def __init__(self, words: list[str], sockets: list[socket.socket]) -> None:
        self.words = words
        self.sockets = sockets
        self.at_work = 0  # the process id of the newest; 0 when it has ended
        self.others: set[int] = set()  # older ones, which end what they are at
        self.is_stopping = False

    def start(self) -> None:
        """Start the command anew, and tell the one at work to end."""
        if self.is_stopping:
            return
        if self.at_work:
            self.others.add(self.at_work)
            os.kill(self.at_work, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        self.at_work = os.fork()
        if not self.at_work:
            self._become()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})

    def _become(self) -> None:
        """Be the command; does not return."""
        try:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            spare = [fcntl.fcntl(each, fcntl.F_DUPFD, 64) for each in self.sockets]  # first out of the way
            for number, fd in enumerate(spare, start=FIRST_FD):
                os.dup2(fd, number)
            os.environ["LISTEN_FDS"], os.environ["LISTEN_PID"] = str(len(spare)), str(os.getpid())
            sys.path.insert(0, str(ROOT))
            sys.argv = self.words
            runpy.run_module(self.words[0], run_name="__main__", alter_sys=True)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
            traceback.print_exc()
            code = 1
        else:
            code = 0
        sys.stdout.flush()
        os._exit(code)

    def stop(self, *_: object) -> None:
        """Tell all to end; `reap` says when they have."""
        self.is_stopping = True
        for pid in {self.at_work, *self.others} - {0}:
            os.kill(pid, signal.SIGTERM)

    def reap(self) -> None:
        """Take note of those that have ended. A killed one is started again, one that failed waits for a change."""
        while self.at_work or self.others:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self.others.discard(pid)
            if pid == self.at_work:
                self.at_work = 0
                code = os.waitstatus_to_exitcode(status)
                if self.is_stopping:
                    continue
                if code < 0:
                    say("warning", "killed, started again", signal=-code)
                    self.start()
                else:
                    say("error", "ended; waits for a change of the code", exit_code=code)


def say(level: str, event: str, **more: object) -> None:
    """Write one line of the shape that the services' own have."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"event": event, "level": level, "time": now, **more}), flush=True)


def main(words: list[str]) -> None:
    """Run `python -m` words until SIGTERM, and then until the last process has ended."""
    folders = [ROOT / name for name in CODE]
    import_what_others_wrote(folders)
    sockets = [listen(os.environ[name]) for name in ("NOTES_BIND", "NOTES_METRICS_BIND")]
    keeper = Keeper(words[words.index("-m") + 1 :], sockets)
    seen = look(folders)
    signal.signal(signal.SIGTERM, keeper.stop)
    keeper.start()
    while keeper.at_work or not keeper.is_stopping:
        keeper.reap()
        now = look(folders)
        if now != seen and not keeper.is_stopping:
            changed = sorted(path for path in {*seen, *now} if seen.get(path) != now.get(path))
            say("info", "code changed", files=[os.path.relpath(path, ROOT) for path in changed[:5]])
            seen = now
            keeper.start()
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1:])
