"""Fixtures of all suites: an embedded PostgreSQL, the application on it, accounts, a fresh state per test."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket

from tests.support.accounts import Account, make_account
from tests.support.api import Api
from tests.support.browser import Browser
from tests.support.database import Database, Rows
from tests.support.process import Server, python
from tests.support.smtp import Mailbox
from tests.support.wire import Http, Wsgi

MARKERS = {
    "unit": "unit", "integration": "integration", "smoke": "smoke",
    "e2e/compose": "compose", "e2e/kind": "kind", "e2e": "browser",
}  # fmt: skip
SECRET_KEY = "a key of the tests, long enough for a signature"
PUBLIC_URL = "http://notes.example.org"
# a power cut is not tested here; the rest is as deployed
QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "200"}

MakeApp = Callable[..., Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("smoke")
    for part in ("base", "hello", "jobs", "auth"):
        group.addoption(f"--{part}-url", help=f"where the smoke suite finds {'notes' if part == 'base' else part}")
    group.addoption("--connect-to", help="address that stands in for every host name of those")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The folder of a test says what it needs."""
    here = Path(__file__).parent
    for item in items:
        marker = next((marker for folder, marker in MARKERS.items() if item.path.is_relative_to(here / folder)), None)
        if marker:
            item.add_marker(marker)


def pytest_configure() -> None:
    """A shell makes what it runs in the background deaf to Ctrl-C, and all programs that this starts with it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("unit"):
        pytest_socket.disable_socket(allow_unix_socket=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from ops.postgres import Cluster

    with Cluster(tmp_path_factory.mktemp("postgres") / "data") as running:
        running.stop()
        running.start(QUICK)
        yield running


@pytest.fixture(scope="session")
def new_database(cluster: Any) -> Callable[..., str]:
    """Makes an empty database, or a migrated one, and tells its URL."""

    def make(name: str, *, migrated: bool = True, module: str = "notes") -> str:
        cluster.create_database(name)
        url: str = cluster.url(name)
        if migrated:
            done = python("-m", module, "migrate", env={"NOTES_DATABASE_URL": url, "NOTES_SECRET_KEY": SECRET_KEY})
            assert done.returncode == 0, done.stderr + done.stdout
        return url

    return make


@pytest.fixture(scope="session")
def migrated(cluster: Any, new_database: Callable[..., str]) -> Iterator[Database]:
    database = Database(new_database("rules"), cluster.url("rules", admin=True))
    yield database
    database.close()


@pytest.fixture(scope="session")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    yield box
    box.close()


@pytest.fixture(scope="session")
def env(migrated: Database, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an application of the tests is told by its environment."""
    return {
        "NOTES_DATABASE_URL": migrated.url,
        "NOTES_SECRET_KEY": SECRET_KEY,
        "NOTES_RUNTIME_DIR": str(tmp_path_factory.mktemp("runtime")),
        "NOTES_PUBLIC_URL": PUBLIC_URL,
        "NOTES_MAIL": f"smtp://127.0.0.1:{mailbox.port}",
        "NOTES_CONCURRENCY": "32",  # 16 at once in one process must all be served
        "NOTES_POD": "pod-1",
        "NOTES_NODE": "node-1",
    }


@pytest.fixture(scope="session")
def make_app(env: dict[str, str]) -> Iterator[MakeApp]:
    """Makes an application with the tests' environment, changed by keywords (`MAIL="log"`)."""
    from notes import create_app
    from notes.settings import Settings
    from notes.store import database

    made = []

    def make(**changed: str) -> Any:
        app = create_app(Settings.from_env({**env, **{f"NOTES_{name}": value for name, value in changed.items()}}))
        made.append(app)
        return app

    yield make
    for app in made:
        app.extensions[database.CONNECTIONS].close()


@pytest.fixture(scope="session")
def app(make_app: MakeApp) -> Any:
    return make_app()


@pytest.fixture(scope="session")
def transport(app: Any) -> Wsgi:
    return Wsgi(app)


@pytest.fixture(scope="session")
def seeded(migrated: Database, transport: Wsgi) -> tuple[Rows, dict[str, Account]]:
    """Alice and Bob, signed up and in, with a token each, and the rows that this made."""
    migrated.clear()
    accounts = {name: make_account(transport, f"{name}@example.com") for name in ("alice", "bob")}
    return migrated.save(), accounts


@pytest.fixture
def database(migrated: Database, seeded: tuple[Rows, dict[str, Account]], mailbox: Mailbox) -> Database:
    """The database with Alice and Bob and nothing else in it."""
    migrated.load(seeded[0])
    mailbox.clear()
    return migrated


@pytest.fixture
def alice(database: Database, seeded: tuple[Rows, dict[str, Account]]) -> Account:  # noqa: ARG001
    return seeded[1]["alice"].fresh()


@pytest.fixture
def bob(database: Database, seeded: tuple[Rows, dict[str, Account]]) -> Account:  # noqa: ARG001
    return seeded[1]["bob"].fresh()


@pytest.fixture
def anonymous(database: Database, transport: Wsgi) -> Browser:  # noqa: ARG001
    """A browser of nobody."""
    return Browser(transport)


@pytest.fixture
def no_token(database: Database, transport: Wsgi) -> Api:  # noqa: ARG001
    """The API without a token."""
    return Api(transport)


@pytest.fixture(scope="session")
def server(env: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The application under gunicorn as it is deployed, on the tests' database; fault switches off."""
    running = Server("notes:create_app()", tmp_path_factory.mktemp("server"), as_deployed(env))
    yield running
    running.stop()


@pytest.fixture
def http(server: Server, database: Database) -> Http:  # noqa: ARG001
    """The running server, with the database as each test finds it."""
    return Http(server.url)


@pytest.fixture
def cut(database: Database, transport: Wsgi, http: Http) -> Iterator[Callable[[], object]]:
    """Cuts every connection of the application. Who had one reads before the next test, which may begin by writing."""
    sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'notes'"  # waits for the end
    yield lambda: database.rows(sql)
    assert transport.send("GET", "/readyz").status == 200
    for _ in range(20):  # over both processes of the server
        assert http.send("GET", "/readyz").status == 200


def as_deployed(env: dict[str, str], **changed: str) -> dict[str, str]:
    """The tests' environment for a server with a folder and limits of its own."""
    own = ("NOTES_CONCURRENCY", "NOTES_RUNTIME_DIR")
    return {name: value for name, value in env.items() if name not in own} | {
        f"NOTES_{name}": value for name, value in changed.items()
    }
