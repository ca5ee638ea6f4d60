"""An embedded PostgreSQL: real server programs out of a wheel, on loopback, with a random password."""

import signal
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from ops import console, files, pgdata, ports, run, wait
from ops.errors import OpsError

if TYPE_CHECKING:
    from subprocess import Popen

    from psycopg import Connection

ADMIN, ROLE = "postgres", "notes"
START_SECONDS = 60.0  # crash recovery after a kill replays the log first
STOP_SECONDS = 30.0


class Cluster:
    """One PostgreSQL in one folder: data, passwords, port and log.

    `with Cluster(folder) as cluster:` creates, starts, stops and removes it. For a supervised server take `command()`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.password_file = folder / "password"
        self.admin_password_file = folder / "admin-password"
        self._made = folder / "made"  # written after the last step of create(): without it the data folder is half-made
        self._port = folder / "port"
        self._chosen: int | None = None
        self._process: Popen[bytes] | None = None

    @property
    def port(self) -> int:
        """The port, chosen on first use and kept."""
        if self._chosen is None and self._port.is_file():
            self._chosen = int(self._port.read_text())
        return self._chosen or self.keep_or_choose_port(set())

    def keep_or_choose_port(self, taken: set[int]) -> int:
        """Before a start: the port of last time if it is free, else another one that is not in `taken` either."""
        before = self._chosen or (int(self._port.read_text()) if self._port.is_file() else None)
        if before is None or before in taken or not ports.is_free(before):
            files.make_folder(self.folder)
            self._chosen = ports.any_free(taken)
            files.write(self._port, str(self._chosen))
        else:
            self._chosen = before
        return self._chosen

    def create(self) -> bool:
        """Make the data folder unless it is there and whole; say whether it was made.

        Raises OpsError for one that is damaged, of another version, another user's, or half-made with databases in it.
        """
        if self._made.is_file():
            pgdata.check(self.data)
            return False
        if pgdata.holds_databases(self.data):
            raise OpsError(
                f"the database folder '{self.data}' looks half-made, but holds databases", f"'{self._made}' is missing",
                f"if they are whole: touch '{self._made}'; if they may go: ./inv down --wipe",
            )  # fmt: skip
        if self.data.exists():
            console.say(f"'{self.data}' was left half-made, without databases in it: making it anew")
        files.make_folder(self.folder)
        files.secret(self.admin_password_file)
        pgdata.create(self.data, ADMIN, self.admin_password_file, ROLE, files.secret(self.password_file))
        files.write(self._made, "")
        return True

    def command(self, options: Mapping[str, str] | None = None) -> list[str]:
        """The words that run the server in the foreground; SIGINT stops it."""
        settings = [word for name, value in (options or {}).items() for word in ("-c", f"{name}={value}")]
        words = [*pgdata.as_server_user(), pgdata.binary("postgres"), "-D", self.data, "-p", self.port, *settings]
        return [str(word) for word in words]

    def start(self, options: Mapping[str, str] | None = None) -> None:
        """Run the server as our own child and return once it answers; `options` are server settings for this run."""
        self.keep_or_choose_port(set())
        self.clear_stale_pid()
        self._process = run.spawn(self.command(options), log=self.log)
        wait.until(self._answer, "PostgreSQL to answer", seconds=START_SECONDS, mend=f"see {self.log}")

    def _answer(self) -> None:
        if self._process is not None and self._process.poll() is not None:
            raise self.not_starting(self.log)
        self.ping()

    def not_starting(self, log: Path) -> OpsError:
        """The error for a server that ended instead of starting, with the last lines of its log."""
        return OpsError("PostgreSQL does not start", tail(log), f"see {log}; if the data may go: ./inv down --wipe")

    def ping(self) -> None:
        """Return if the server answers a query, else raise wait.Pending with what it said."""
        import psycopg

        try:
            with self.connect("postgres") as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            raise wait.Pending(str(error).strip().splitlines()[-1]) from error

    def connect(self, database: str) -> "Connection":
        """A connection as superuser, each statement its own transaction."""
        import psycopg

        return psycopg.connect(self.url(database, admin=True), autocommit=True, connect_timeout=2)

    def url(self, database: str, *, admin: bool = False) -> str:
        """Address of a database with user and password: the plain role's, or the superuser's."""
        user, secret = (ADMIN, self.admin_password_file) if admin else (ROLE, self.password_file)
        return f"postgresql://{user}:{files.secret(secret)}@{ports.HOST}:{self.port}/{database}"

    def create_database(self, name: str) -> bool:
        """Make that database, owned by the plain role, unless it is there; say whether it was made."""
        from psycopg import sql

        with self.connect("postgres") as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return False
            owned = sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(ROLE))
            connection.execute(owned)
        return True

    def postmaster(self) -> int | None:
        """Process id of the server that runs on this data folder, by its own pid file; None when none does."""
        import psutil

        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            return pid if str(self.data) in psutil.Process(pid).cmdline() else None
        except (OSError, ValueError, IndexError, psutil.Error):
            return None

    def clear_stale_pid(self) -> bool:
        """Remove a pid file whose process is gone or another program; PostgreSQL may refuse to start over it."""
        stale = (self.data / "postmaster.pid").is_file() and self.postmaster() is None
        if stale:
            (self.data / "postmaster.pid").unlink()
        return stale

    def stop(self) -> None:
        """Stop the server started by `start`, ending its connections."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """SIGKILL the server started by `start`, and return when its sessions have noticed and are gone."""
        import psutil

        sessions = psutil.Process(self._process.pid).children() if self._process else []
        self._end(signal.SIGKILL)
        psutil.wait_procs(sessions, STOP_SECONDS)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(STOP_SECONDS)
            self._process = None

    def __enter__(self) -> Self:
        self.create()
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            files.remove_folder(self.folder)


def tail(log: Path) -> str:
    """The last lines of a log, for an error."""
    rows = log.read_text(errors="replace").splitlines() if log.is_file() else []
    return "\n".join(rows[-run.LAST_LINES :]) or f"'{log}' is empty"
