"""Section 3: the objects, calls and answers of the API."""

import re
from typing import Any

import pytest

from tests.support.accounts import PASSWORD, Account, can_sign_in
from tests.support.api import Api, invalid, problem
from tests.support.database import Database
from tests.support.wire import Answer

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NOTE = {"id", "name", "text", "pad_id", "created_at", "updated_at"}


def ok(answer: Answer, status: int) -> Any:
    """The JSON of an answer of this status."""
    assert answer.status == status, answer.text[:300]
    assert answer.media_type == "application/json"
    return answer.json()


def test_post_users_answers_201_with_the_user(no_token: Api) -> None:
    user = ok(no_token.post("users", {"email": "Carol@example.com", "password": PASSWORD}), 201)
    assert set(user) == {"id", "email"}
    assert user["email"] == "Carol@example.com"
    assert type(user["id"]) is int
    assert can_sign_in(no_token.transport, "carol@example.com", PASSWORD)


@pytest.mark.parametrize(
    ("email", "password", "errors"),
    [
        ("", PASSWORD, {"email": ["This field is required."]}),
        ("\u3000", " " * 9, {"email": ["This field is required."], "password": ["This field is required."]}),
        ("x", PASSWORD, {"email": ["Invalid email address."]}),
        ("a" * 60 + "@" + "d" * 60 + ".example.com", PASSWORD, {"email": ["Invalid email address."]}),
        ("ALICE@example.com", PASSWORD, {"email": ["User with this email is already signed up"]}),
        ("c@example.com", "1234567", {"password": ["The password must have 8 to 128 characters."]}),
        ("c@example.com", "x" * 129, {"password": ["The password must have 8 to 128 characters."]}),
    ],
)
def test_post_users_refuses_what_sign_up_refuses_with_the_same_texts(
    no_token: Api, database: Database, email: str, password: str, errors: dict[str, list[str]]
) -> None:
    answer = no_token.post("users", {"email": email, "password": password})
    assert invalid(answer, *errors) == errors
    assert database.count("user") == 2


def test_post_tokens_answers_201_with_the_token_once(no_token: Api, alice: Account) -> None:
    made = ok(no_token.post("tokens", {"email": "ALICE@example.com", "password": PASSWORD, "name": "laptop"}), 201)
    assert set(made) == {"id", "name", "created_at", "token"}
    assert made["name"] == "laptop"
    assert TIME.fullmatch(made["created_at"])
    assert Api(no_token.transport, made["token"]).get("notes").status == 200
    listed = next(item for item in ok(alice.api.get("tokens"), 200)["items"] if item["id"] == made["id"])
    assert listed == {key: made[key] for key in ("id", "name", "created_at")}


@pytest.mark.parametrize("extra", [{}, {"name": None}])
def test_a_tokens_name_is_null_when_none_was_given(no_token: Api, alice: Account, extra: dict[str, Any]) -> None:
    made = ok(no_token.post("tokens", {"email": alice.email, "password": PASSWORD, **extra}), 201)
    assert made["name"] is None


@pytest.mark.parametrize(
    ("email", "password"),
    [("alice@example.com", "wrong password"), ("nobody@example.com", PASSWORD), ("alice@example.com", "x")],
)
def test_post_tokens_with_a_wrong_pair_is_401(no_token: Api, database: Database, email: str, password: str) -> None:
    answer = no_token.post("tokens", {"email": email, "password": password})
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert database.count("token") == 2


def test_tokens_are_stored_hashed(no_token: Api, alice: Account, database: Database) -> None:
    token = no_token.post("tokens", {"email": alice.email, "password": PASSWORD}).json()["token"]
    assert not database.holds(token)
    assert len(token) >= 22


def test_get_tokens_lists_ones_own_without_the_token_itself(alice: Account, bob: Account) -> None:
    for account in (alice, bob):
        items = ok(account.api.get("tokens"), 200)
        assert set(items) == {"items"}
        assert [set(item) for item in items["items"]] == [{"id", "name", "created_at"}]


def test_delete_tokens_answers_204_and_the_token_is_dead_at_once(no_token: Api, alice: Account) -> None:
    made = no_token.post("tokens", {"email": alice.email, "password": PASSWORD}).json()
    other = Api(no_token.transport, made["token"])
    assert other.get("notes").status == 200
    answer = alice.api.delete(f"tokens/{made['id']}")
    assert (answer.status, answer.body) == (204, b"")
    problem(other.get("notes"), 401)
    assert alice.api.get("notes").status == 200
    problem(alice.api.delete(f"tokens/{made['id']}"), 404)


def test_a_token_may_delete_itself(alice: Account) -> None:
    own = alice.api.get("tokens").json()["items"][0]["id"]
    assert alice.api.delete(f"tokens/{own}").status == 204
    problem(alice.api.get("tokens"), 401)


def test_post_notes_answers_201_with_the_note_its_location_and_etag(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    answer = alice.api.post("notes", {"name": "N", "text": "T", "pad_id": pad})
    note = ok(answer, 201)
    assert set(note) == NOTE
    assert (note["name"], note["text"], note["pad_id"]) == ("N", "T", pad)
    assert TIME.fullmatch(note["created_at"])
    assert note["created_at"] == note["updated_at"]
    location = answer.headers["Location"].removeprefix("http://localhost")
    assert location == f"/api/v1/notes/{note['id']}"
    again = alice.api.get(f"notes/{note['id']}")
    assert ok(again, 200) == note
    assert again.headers["ETag"] == answer.headers["ETag"]


def test_pad_id_is_null_without_a_pad_and_absent_counts_as_null(alice: Account) -> None:
    for body in ({"name": "N", "text": "T"}, {"name": "N", "text": "T", "pad_id": None}):
        assert ok(alice.api.post("notes", body), 201)["pad_id"] is None


def test_put_notes_replaces_the_note_and_absent_pad_id_takes_it_out_of_its_pad(alice: Account) -> None:
    made = alice.api.note("old", "old", alice.api.pad()["id"])
    note = ok(alice.api.put(f"notes/{made['id']}", {"name": "new", "text": "newer"}), 200)
    assert set(note) == NOTE
    assert (note["id"], note["name"], note["text"], note["pad_id"]) == (made["id"], "new", "newer", None)
    assert note["created_at"] == made["created_at"]
    assert note["updated_at"] > made["updated_at"]
    assert ok(alice.api.get(f"notes/{made['id']}"), 200) == note


def test_delete_notes_answers_204_and_puts_it_into_the_trash(alice: Account) -> None:
    note = alice.api.note()["id"]
    answer = alice.api.delete(f"notes/{note}")
    assert (answer.status, answer.body) == (204, b"")
    problem(alice.api.get(f"notes/{note}"), 404)
    problem(alice.api.put(f"notes/{note}", {"name": "N", "text": "T"}), 404)
    problem(alice.api.delete(f"notes/{note}"), 404)
    assert alice.api.notes() == []
    assert [item["id"] for item in alice.api.trash()] == [note]


def test_lists_of_notes_have_items_and_next(alice: Account) -> None:
    assert ok(alice.api.get("notes"), 200) == {"items": [], "next": None}
    note = alice.api.note()
    assert ok(alice.api.get("notes"), 200) == {"items": [note], "next": None}


def test_times_have_six_decimals_so_that_two_edits_differ(alice: Account) -> None:
    note = alice.api.note()
    seen = [note["updated_at"]]
    for _ in range(5):
        seen.append(alice.api.put(f"notes/{note['id']}", {"name": "N", "text": "T"}).json()["updated_at"])
    assert all(TIME.fullmatch(moment) for moment in seen)
    assert sorted(set(seen)) == seen


def test_a_time_without_a_fraction_still_has_six_decimals(alice: Account, database: Database) -> None:
    note = alice.api.note()["id"]
    database.rows("UPDATE note SET updated_at = '2026-01-02T03:04:05Z' WHERE id = %s", note)
    assert alice.api.get(f"notes/{note}").json()["updated_at"] == "2026-01-02T03:04:05.000000Z"


def test_the_openapi_document_is_3_1_and_lists_every_call(no_token: Api) -> None:
    document = ok(no_token.get("openapi.json"), 200)
    assert document["openapi"].startswith("3.1")
    paths = {
        re.sub(r"\{[^}]*\}", "{}", path).removeprefix("/api/v1"): set(item) for path, item in document["paths"].items()
    }
    wanted = {
        "/users": {"post"}, "/tokens": {"get", "post"}, "/tokens/{}": {"delete"}, "/notes": {"get", "post"},
        "/trash": {"get"}, "/notes/{}": {"get", "put", "delete"}, "/notes/{}/restore": {"post"},
        "/pads": {"get", "post"}, "/pads/{}": {"get", "put", "delete"},
    }  # fmt: skip
    servers = [server["url"] for server in document.get("servers", [])]
    assert set(paths) == set(wanted) or any(url.endswith("/api/v1") for url in servers)
    for path, methods in wanted.items():
        assert methods <= paths[path], path
    assert set(paths) - {"/openapi.json"} == set(wanted)
