"""Migrations: up, down, up leave the same schema; the models equal it; several at once do not race."""

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.conftest import SECRET_KEY
from tests.support.process import free_port, python

CATALOGUE = """
    SELECT 'column', table_name, column_name,
           concat_ws(' ', udt_name, character_maximum_length, is_nullable, column_default, collation_name)
    FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, '', pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type', typname, typtype::text, ''
    FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
    UNION ALL SELECT 'extension', extname, extversion, '' FROM pg_extension
    UNION ALL SELECT 'sequence', sequencename, data_type::text, '' FROM pg_sequences WHERE schemaname = 'public'
    ORDER BY 1, 2, 3, 4
"""


def catalogue(url: str) -> list[tuple[Any, ...]]:
    """All that the schema holds."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(CATALOGUE).fetchall()


@pytest.fixture
def empty(new_database: Callable[..., str], cluster: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"migrations_{abs(hash(request.node.name))}"
    yield new_database(name, migrated=False)
    with cluster.connect("postgres") as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def settings_of(url: str) -> dict[str, str]:
    return {"NOTES_DATABASE_URL": url, "NOTES_SECRET_KEY": SECRET_KEY}


def test_up_down_and_up_again_leave_the_same_schema(make_app: Callable[..., Any], empty: str) -> None:
    from notes import schema

    app = make_app(DATABASE_URL=empty)
    before = catalogue(empty)
    schema.upgrade(app)
    first = catalogue(empty)
    assert len(first) > 40
    schema.downgrade(app, "base")
    left = [row for row in catalogue(empty) if row[1] != "alembic_version"]
    assert left == before
    schema.upgrade(app)
    assert catalogue(empty) == first


def test_every_revision_can_be_undone_and_done_again(make_app: Callable[..., Any], empty: str) -> None:
    from notes import schema
    from notes.extensions import MIGRATIONS

    app = make_app(DATABASE_URL=empty)
    revisions = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    assert revisions
    for revision in revisions:
        schema.upgrade(app, revision)
        there = catalogue(empty)
        schema.downgrade(app, "-1")
        schema.upgrade(app, revision)
        assert catalogue(empty) == there


def test_there_is_one_head() -> None:
    from notes.extensions import MIGRATIONS

    assert len(ScriptDirectory(str(MIGRATIONS)).get_heads()) == 1


def test_the_models_equal_the_migrated_schema(app: Any, database: Any) -> None:  # noqa: ARG001
    from notes.extensions import db

    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, db.metadata) == []


def test_no_search_has_to_walk_a_list_of_what_is_not_in_the_index_yet(database: Any) -> None:
    from notes.models import Note

    (index,) = (index for index in Note.__table__.indexes if index.name == "ix_note_words")
    ((options,),) = database.rows("SELECT reloptions FROM pg_class WHERE relname = 'ix_note_words'")
    assert options == [f"{name}={value}" for name, value in index.dialect_kwargs["postgresql_with"].items()]


def test_migrations_that_start_together_do_not_race(empty: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: python("-m", "notes", "migrate", env=settings_of(empty)), range(4)))
    assert [run.returncode for run in done] == [0] * 4, [run.stderr[-500:] for run in done]
    assert any(row[1] == "note" for row in catalogue(empty))


def test_a_second_migration_changes_nothing(empty: str) -> None:
    assert python("-m", "notes", "migrate", env=settings_of(empty)).returncode == 0
    before = catalogue(empty)
    assert python("-m", "notes", "migrate", env=settings_of(empty)).returncode == 0
    assert catalogue(empty) == before


def test_the_web_process_never_migrates(make_app: Callable[..., Any], empty: str) -> None:
    from tests.support.wire import Wsgi

    before = catalogue(empty)
    wire = Wsgi(make_app(DATABASE_URL=empty))
    wire.send("GET", "/signin/")
    wire.send("GET", "/readyz")
    assert catalogue(empty) == before


IMPATIENT = """
import runpy, sys
import notes.schema
notes.schema.WAIT_SECONDS = 1
sys.argv = ["notes", sys.argv[1]]
runpy.run_module("notes", run_name="__main__")
"""


@pytest.mark.parametrize("command", ["migrate", "purge", "demo", "seed"])
def test_a_database_that_does_not_come_is_one_clear_line_and_no_traceback(command: str) -> None:
    done = python("-c", IMPATIENT, command, env=settings_of(f"postgresql://a:b@127.0.0.1:{free_port()}/c"))
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert "database" in done.stderr


@pytest.mark.parametrize("module", ["notes", "services.auth"])
@pytest.mark.parametrize("who", ["migrations_refused:wrong", "migrations_nobody:any"])
def test_a_database_that_refuses_us_is_not_waited_for(cluster: Any, empty: str, module: str, who: str) -> None:
    with cluster.connect("postgres") as connection:
        connection.execute("DROP ROLE IF EXISTS migrations_refused")
        connection.execute("CREATE ROLE migrations_refused LOGIN PASSWORD 'right'")
    place = empty.rpartition("@")[2]
    started = time.monotonic()
    done = python("-m", module, "migrate", env=settings_of(f"postgresql://{who}@{place}"))
    seconds = time.monotonic() - started
    with cluster.connect("postgres") as connection:
        connection.execute("DROP ROLE migrations_refused")
    assert done.returncode == 1
    assert re.fullmatch(r"(notes|auth): the database refuses us: .*password authentication failed.*\n", done.stderr)
    assert seconds < schema_wait() / 2


def schema_wait() -> float:
    from notes import schema

    return schema.WAIT_SECONDS


def test_a_database_that_is_only_starting_is_waited_for(
    make_app: Callable[..., Any], empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from notes import schema

    real, refused = schema.ping, ["the database system is starting up", "Connection refused"]

    def ping() -> None:
        if refused:
            raise psycopg.OperationalError(f"connection failed: FATAL:  {refused.pop()}")
        real()

    monkeypatch.setattr(schema, "ping", ping)
    schema.upgrade(make_app(DATABASE_URL=empty))
    assert not refused
    assert any(row[1] == "note" for row in catalogue(empty))
