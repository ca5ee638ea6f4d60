"""What is measured: a private PostgreSQL with the application's tables, and each side's way to reach it."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ops import console, files, ports, run
from ops.bench import dataset
from ops.bench.dataset import Account
from ops.bench.server import Server, Side, serve
from ops.paths import STATE
from ops.postgres import Cluster

DATABASE = "notes"
READY = "/readyz"


@dataclass
class Stage:
    """A migrated database. `folder` holds secrets and logs, and goes with the stage."""

    folder: Path
    cluster: Cluster
    accounts: dict[str, Account] = field(default_factory=dict)

    def ours(self, port: int | None = None) -> Side:
        """Return the notes application; its database is reached at `port`, PostgreSQL's own by default."""
        env = {
            "NOTES_DATABASE_URL": f"postgresql://notes@{ports.HOST}:{port or self.cluster.port}/{DATABASE}",
            "NOTES_DATABASE_PASSWORD_FILE": str(self.cluster.password_file),
            "NOTES_SECRET_KEY_FILE": str(self._secret_key()),
            "NOTES_MAIL": "log",
        }
        return Side("ours", "notes:create_app()", env)

    def floor(self) -> Side:
        """Return the floor."""
        return Side("floor", "benchmarks.floor:application", self.database_env())

    def stock(self) -> Side:
        """Return the stock reference: sync workers, and all else of gunicorn as it is for the others."""
        env = {"BENCH_SECRET_KEY_FILE": str(self._secret_key()), **self.database_env("postgresql+psycopg")}
        words = ("--worker-class", "sync", "--threads", "1")
        return Side("stock", "benchmarks.stock:create_app()", env, words)

    def database_env(self, scheme: str = "postgresql") -> dict[str, str]:
        """Return the environment by which the references find the database; the password stays in a file."""
        passfile = self.folder / "pgpass"
        files.write(passfile, f"*:*:*:*:{files.secret(self.cluster.password_file)}\n")
        place = f"notes@{ports.HOST}:{self.cluster.port}/{DATABASE}"
        return {"BENCH_DATABASE_URL": f"{scheme}://{place}?passfile={passfile}"}

    def account(self, server: Server, name: str, notes: int, pads: int, trashed: int = 0) -> Account:
        """Return the account of that name with so many rows; it is made at the first call."""
        if name not in self.accounts:
            with console.step(f"account '{name}': {notes:,} notes, {pads:,} pads"):
                made = dataset.account(server.port, f"{name}@example.com")
                with self.cluster.connect(DATABASE) as connection:
                    dataset.fill(connection, made.user_id, notes, pads)
                    dataset.fill(connection, made.user_id, trashed, trashed=True)
                self.accounts[name] = made
        return self.accounts[name]

    def note_ids(self, who: Account, most: int) -> list[int]:
        """Return ids of up to `most` notes of an account."""
        with self.cluster.connect(DATABASE) as connection:
            return dataset.note_ids(connection, who.user_id, most)

    @contextmanager
    def serving(self, side: Side, probe: str = READY, workers: int | None = None) -> Iterator[Server]:
        """Run a side while the block runs."""
        options = {} if workers is None else {"workers": workers}
        with serve(side, self.folder, probe, **options) as server:
            yield server

    def _secret_key(self) -> Path:
        path = self.folder / "secret-key"
        files.secret(path)
        return path


@contextmanager
def stage() -> Iterator[Stage]:
    """Make a private stage, below the state folder so that it is on the same disk, and remove it afterwards."""
    files.make_folder(STATE)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=STATE) as folder, Cluster(Path(folder) / "db") as cluster:
        made = Stage(Path(folder), cluster)
        cluster.create_database(DATABASE)
        run.run([sys.executable, "-m", "notes", "migrate"], env=made.ours().env, mend="mend the migration")
        yield made
