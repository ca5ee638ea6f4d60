"""The embedded target: PostgreSQL and the services as processes on loopback, kept up by supervisord."""

import json
import os
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Literal

from ops import console, files, fingerprint, health, pgdata, ports, run, stack, wait
from ops.errors import OpsError
from ops.parts import DATABASE, DEFAULT_PORTS, MIGRATIONS, PARTS, Parts
from ops.paths import STATE
from ops.postgres import Cluster, tail
from ops.programs import Folders, render
from ops.settings import SERVICES, fixed_ports, load
from ops.supervisor import Supervisor
from ops.targets.base import LAST_LINES, NO_IMAGE, PLAIN_ROWS, Part
from ops.targets.demo import seed_demo

READY_SECONDS = 60.0
PATIENCE_SECONDS = 7.0  # gunicorn itself tries for five to get its port; one that still fails then will go on failing
FIRST_PAGES = {"notes": "/", "hello": "/", "jobs": "/hello", "auth": "/readyz"}


class Embedded:
    """One embedded target in one state folder.

    `env` replaces the settings of .env and of the environment. With `ports="free"` it takes random free ports, for a
    private target of a test or a measurement; else the usual ones, or the next free, and keeps them.
    """

    name = "embedded"

    def __init__(
        self, state: Path = STATE, env: Mapping[str, str] | None = None, ports: Literal["usual", "free"] = "usual"
    ) -> None:
        self.state = state
        self.folders = Folders(state)
        self.cluster = Cluster(state / "database")
        self.supervisor = Supervisor(self.folders)
        self._found = load() if env is None else dict(env)
        self._free_ports = ports == "free"
        self._ports_file = state / "ports.json"
        self._stamp = self.folders.run / "fingerprint"

    def up(self, *, demo: bool = False, without: Collection[str] = (), watch: bool = False) -> None:
        """Bring every part up and prove it; quick when all is well already. `demo` seeds an account and shows it.

        There is nothing to leave out: `without` names parts that this target never has. Raises OpsError for `watch`.
        """
        stack.left_out(without)
        if watch:
            raise OpsError("the target embedded does not watch", "it runs the checkout's own code", "./inv up again")
        for folder in (self.state, self.folders.run, self.folders.logs):
            files.make_folder(folder)
        with self._locked():
            parts = self._parts()
            if parts and self.supervisor.states() is not None and self._is_current(parts):
                self._mend()
            else:
                parts = self._start()
            if demo:
                seed_demo(partial(self._run_in, parts))
        self._show(parts)

    def down(self, *, wipe: bool = False) -> None:
        """Stop every part; with `wipe` also remove its data, passwords and logs."""
        if not self.state.is_dir():
            console.say("already down, and there is no data")
            return
        with self._locked():
            if not self._stop():
                console.say("already down")
            if wipe:
                with console.step(f"remove what is in {self.state}"):
                    for entry in ("database", "secrets", "logs", "run"):
                        files.remove_folder(self.state / entry)
                    files.remove(self._ports_file, self.state / "lock")

    def status(self) -> list[Part]:
        """Each part as it is found to be now, asked over its own port."""
        parts, states = self._parts(), self.supervisor.states()
        left = set() if states is not None else set(self.supervisor.processes().values())
        return [health.part(name, parts, states, is_left=name in left) for name in PARTS]

    def logs(self, part: str | None = None, *, follow: bool = False) -> None:
        """Show the last lines of a part's log, or of all; with `follow` also what comes, until Ctrl-C."""
        names = ["supervisord", *PARTS]
        if part and part not in names:
            raise OpsError(f"no part '{part}'", "this target has other ones", f"name one of: {', '.join(names)}")
        found = [
            path for name in names if part in (None, name) and (path := self.folders.logs / f"{name}.log").is_file()
        ]
        if not found:
            raise OpsError("there is no log yet", f"nothing in '{self.folders.logs}'", "./inv up")
        words = ["tail", "-n", LAST_LINES, *(["-F"] if follow else []), *map(str, found)]
        run.run(words, stream=True, question=True, mend="see the files themselves")

    def url(self, part: str) -> str:
        """Address of a part, such as http://127.0.0.1:8000. Raises OpsError before the first `up`."""
        parts = self._parts()
        if parts is None:
            raise OpsError(f"'{part}' has no address yet", "the target was never up", "./inv up")
        return parts.url(part)

    def digest(self) -> str:
        """No image: what runs is the checkout."""
        return NO_IMAGE

    def psql(self, database: str, words: Sequence[str] = ()) -> int:
        """Run psql on that database as the application's role, on the user's terminal; returns its exit code."""
        return run.attach(self._psql(database, words), env=self._psql_environment(database), mend="./inv status")

    def query(self, database: str, statement: str) -> str:
        """Run one statement on that database as the application's role; its rows as lines, columns parted by `|`."""
        words = self._psql(database, [*PLAIN_ROWS, "--command", statement])
        return run.run(words, env=self._psql_environment(database), question=True, mend="./inv status").out

    def _psql(self, database: str, words: Sequence[str]) -> list[str | Path]:
        self.url(DATABASE)
        where = ["--host", ports.HOST, "--port", str(self.cluster.port), "--username", "notes", "--dbname", database]
        return [pgdata.binary("psql"), *where, *words]

    def _psql_environment(self, database: str) -> dict[str, str]:
        return {"PGPASSFILE": str(self._password_file(database))}

    def run_in(self, part: str, words: Sequence[str]) -> str:
        """Run a command with the settings of that service; return its output. Raises OpsError when it fails.

        A first word `python` is the interpreter that the services run by.
        """
        parts = self._parts()
        if parts is None or part not in SERVICES:
            seen = f"services: {', '.join(SERVICES)}" if parts else "the target was never up"
            raise OpsError(f"nothing can be run in '{part}'", seen, "./inv up")
        return self._run_in(parts, part, words)

    def _run_in(self, parts: Parts, part: str, words: Sequence[str]) -> str:
        program = [sys.executable if word == "python" else word for word in words[:1]]
        mend = f"see {self.folders.logs / f'{part}.log'}"
        return run.run([*program, *words[1:]], env=parts.environment(part), mend=mend).out

    def _password_file(self, database: str) -> Path:
        """The password as psql takes it: in a file, never in a command."""
        path = self.folders.run / "pgpass"
        password = self.cluster.password_file.read_text()
        files.write(path, f"{ports.HOST}:{self.cluster.port}:{database}:notes:{password}\n")
        return path

    def shell(self, part: str) -> int:
        """Open a shell with the environment of that part, on the user's terminal; returns its exit code."""
        parts = self._parts()
        if parts is None or part not in SERVICES:
            seen = f"services: {', '.join(SERVICES)}" if parts else "the target was never up"
            raise OpsError(f"no shell for '{part}'", seen, "./inv up, then ./inv shell notes")
        return run.attach([os.environ.get("SHELL") or "sh"], env=parts.environment(part), mend="set SHELL to a shell")

    def _locked(self) -> AbstractContextManager[None]:
        return files.locked(self.state / "lock", mend="wait for it, then look: ./inv status")

    def _parts(self) -> Parts | None:
        """The parts with the ports of last time; None before the first `up`."""
        if not self._ports_file.is_file():
            return None
        return Parts(self.folders, self.cluster, json.loads(self._ports_file.read_text()), self._found)

    def _is_current(self, parts: Parts) -> bool:
        return self._stamp.is_file() and self._stamp.read_text() == self._fingerprint(parts)

    def _fingerprint(self, parts: Parts) -> str:
        return fingerprint.of(render(parts.programs(), self.folders, self.supervisor.socket), parts.write_secrets())

    def _mend(self) -> None:
        """Start what does not run of a target that is up, code and settings unchanged."""
        resting = [part.name for part in self.status() if not part.is_ready]
        if not resting:
            console.say("already up: every part is ready, code and settings are unchanged")
            return
        with console.step("bring back") as step:
            step.note = ", ".join(resting)
            for name in resting:
                self._begin([name])

    def _start(self) -> Parts:
        """The whole way up. The database comes first, then the migrations, then the services."""
        self._stop()
        parts = self._with_ports()
        with console.step("database folder") as step:
            step.note = "made" if self.cluster.create() else "already there"
        files.write(self.supervisor.config, render(parts.programs(), self.folders, self.supervisor.socket))
        stamp = self._fingerprint(parts)
        with console.step("supervisord"):
            self.supervisor.start()
        with console.step("PostgreSQL"):
            self.cluster.clear_stale_pid()
            self._begin([DATABASE])
        with console.step("migrations"):
            self._migrate(parts)
        with console.step("services") as step:
            step.note = ", ".join(SERVICES)
            self._begin(SERVICES)
        files.write(self._stamp, stamp)
        return parts

    def _stop(self) -> bool:
        """Stop what runs of this target, and what an earlier run left; say whether there was anything."""
        files.remove(self._stamp)
        if run.is_dry():
            return False
        if self.supervisor.states() is not None:
            with console.step("stop what runs"):
                self.supervisor.stop(SERVICES)
            return True
        if not self.supervisor.processes():
            return False
        with console.step("stop what runs without its supervisord") as step:
            step.note = f"{self.supervisor.end_processes()} processes"
        return True

    def _with_ports(self) -> Parts:
        before = self._parts()
        if self._free_ports and before is None:
            chosen: dict[str, int] = {}
            for name in DEFAULT_PORTS:
                chosen[name] = ports.any_free(set(chosen.values()))
        else:
            chosen, said = ports.allot(DEFAULT_PORTS, fixed_ports(self._found), before.ports if before else {})
            for line in said:
                console.say(line)
        self.cluster.keep_or_choose_port(set(chosen.values()))
        files.write(self._ports_file, json.dumps(chosen, indent=1))
        return Parts(self.folders, self.cluster, chosen, self._found)

    def _begin(self, names: Sequence[str]) -> None:
        """Ask for these parts and return when they are ready."""
        for name in names:
            self.supervisor.start_part(name)
        asked = time.monotonic()

        def probe() -> None:
            waiting = [part for part in self.status() if part.name in names and not part.is_ready]
            for part in waiting:
                if part.state.startswith(health.FAILING) and time.monotonic() - asked > PATIENCE_SECONDS:
                    raise self._not_starting(part.name)
            if waiting:
                raise wait.Pending(", ".join(f"{part.name} {part.state}" for part in waiting))

        what = f"{', '.join(names)} to be ready"
        wait.until(probe, what, seconds=READY_SECONDS, mend=f"see ./inv logs, files in {self.folders.logs}")

    def _not_starting(self, name: str) -> OpsError:
        log = self.folders.logs / f"{name}.log"
        if name == DATABASE:
            return self.cluster.not_starting(log)
        return OpsError(f"'{name}' does not start", tail(log), f"see {log}, then ./inv up")

    def _migrate(self, parts: Parts) -> None:
        for name, words in MIGRATIONS.items():
            if not run.is_dry():
                self.cluster.create_database(name)
            run.run(parts.module(words), env=parts.environment(name), mend="mend the migration, then ./inv up")

    def _show(self, parts: Parts) -> None:
        """End with addresses that have just been fetched."""
        if run.is_dry():
            return
        rows = health.fetched({name: parts.url(name) + path for name, path in FIRST_PAGES.items()})
        console.table(("part", "address", "fetched"), rows)
        console.say("next: ./inv status, ./inv logs -f notes, ./inv down")
