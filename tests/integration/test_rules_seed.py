"""The command that makes accounts for a load test."""

import json
from typing import Any

import pytest

from tests.support.api import Api
from tests.support.database import Database
from tests.support.process import python
from tests.support.wire import Wsgi

pytestmark = pytest.mark.usefixtures("database")


def seed(env: dict[str, str], *words: str) -> list[dict[str, str]]:
    done = python("-m", "notes", "seed", *words, env=env)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def items(transport: Wsgi, token: str, query: str = "?limit=100") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = Api(transport, token).send("GET", f"notes{query}").json()["items"]
    return found


def test_each_account_has_a_token_that_works_and_its_notes(env: dict[str, str], transport: Wsgi) -> None:
    made = seed(env, "--accounts", "3", "--notes", "7")
    assert len({one["email"] for one in made}) == len({one["token"] for one in made}) == 3
    for one in made:
        assert len({note["name"] for note in items(transport, one["token"])}) == 7
    assert len(items(transport, made[0]["token"], "?q=budg")) == 1


def test_a_second_call_says_the_same_and_adds_nothing(env: dict[str, str], transport: Wsgi, database: Database) -> None:
    made = seed(env, "--accounts", "2", "--notes", "3")
    rows = {table: database.count(table) for table in ("user", "token", "note")}
    assert seed(env, "--accounts", "2", "--notes", "3") == made
    assert {table: database.count(table) for table in rows} == rows
    assert seed(env, "--accounts", "1", "--notes", "5") == made[:1]
    assert [len(items(transport, one["token"])) for one in made] == [5, 3]


def test_notes_in_the_trash_are_made_up_for(env: dict[str, str], transport: Wsgi) -> None:
    token = seed(env, "--accounts", "1", "--notes", "2")[0]["token"]
    for note in items(transport, token):
        assert Api(transport, token).send("DELETE", f"notes/{note['id']}").status == 204
    seed(env, "--accounts", "1", "--notes", "2")
    assert len(items(transport, token)) == 2


def test_a_hundred_accounts_cost_one_password_hash_not_a_hundred(env: dict[str, str], database: Database) -> None:
    seed(env, "--accounts", "100", "--notes", "1")
    hashes = database.rows("SELECT DISTINCT password_hash FROM \"user\" WHERE email LIKE '%@loadtest.invalid'")
    assert len(hashes) == 1


def test_nobody_signs_in_to_a_seeded_account_or_signs_up_as_one(env: dict[str, str], no_token: Api) -> None:
    email = seed(env, "--accounts", "1", "--notes", "0")[0]["email"]
    who = {"email": email, "password": "whatever it may be"}
    assert no_token.post("tokens", who).status in (401, 422)
    assert no_token.post("users", {**who, "email": "load-0999@loadtest.invalid"}).status == 422


@pytest.mark.parametrize("wrong", ["accounts=0", "accounts=1001", "notes=-1", "notes=x"])
def test_bad_numbers_are_refused(env: dict[str, str], wrong: str, database: Database) -> None:
    before = database.count("user")
    done = python("-m", "notes", "seed", f"--{wrong}", env=env)
    assert done.returncode == 2
    assert wrong.split("=")[0] in done.stderr
    assert "Traceback" not in done.stderr
    assert database.count("user") == before
