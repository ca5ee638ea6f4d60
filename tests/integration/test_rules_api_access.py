"""Section 3 and 5a: bearer tokens, and the order of refusals."""

import pytest

from tests.support.accounts import Account
from tests.support.api import PREFIX, Api, invalid, problem
from tests.support.database import Database

JSON = [("Content-Type", "application/json")]
TEXT = [("Content-Type", "text/plain")]
CLOSED = [
    ("GET", "tokens"), ("DELETE", "tokens/1"), ("GET", "notes"), ("POST", "notes"), ("GET", "notes/1"),
    ("PUT", "notes/1"), ("DELETE", "notes/1"), ("GET", "trash"), ("POST", "notes/1/restore"), ("GET", "pads"),
    ("POST", "pads"), ("GET", "pads/1"), ("PUT", "pads/1"), ("DELETE", "pads/1"),
]  # fmt: skip
LARGE = b'{"name": "N", "text": "' + b"x" * (1 << 20) + b'"}'
METHODS = {
    "users": {"POST"}, "tokens": {"GET", "POST"}, "tokens/1": {"DELETE"}, "notes": {"GET", "POST"},
    "notes/1": {"GET", "PUT", "DELETE"}, "trash": {"GET"}, "notes/1/restore": {"POST"}, "pads": {"GET", "POST"},
    "pads/1": {"GET", "PUT", "DELETE"}, "openapi.json": {"GET"},
}  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CLOSED)
def test_without_a_token_every_closed_call_is_401_with_www_authenticate(no_token: Api, method: str, path: str) -> None:
    for headers in ([], TEXT, JSON):
        answer = no_token.send(method, path, headers, None if method == "GET" else LARGE)
        problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Basic YTpi",
        "{token}",
        "Token {token}",
        "Bearer {token}x",
        "Bearer x{token}",
        "Bearer {token} x",
        "Bearer \xff",
    ],
)
def test_what_is_no_valid_bearer_token_is_401(no_token: Api, alice: Account, value: str) -> None:
    answer = no_token.send("GET", "notes", [("Authorization", value.format(token=alice.api.token))])
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_the_name_of_the_scheme_is_read_in_any_case(no_token: Api, alice: Account) -> None:
    assert no_token.send("GET", "notes", [("Authorization", f"bearer {alice.api.token}")]).status == 200


def test_the_cookie_of_a_page_session_does_not_authorise_the_api(alice: Account) -> None:
    assert alice.browser.get("/").status == 200
    problem(alice.browser.get(PREFIX + "notes"), 401)
    problem(alice.browser.post_raw(PREFIX + "notes", b'{"name": "N", "text": "T"}', "application/json"), 401)
    assert alice.api.notes() == []


def test_a_token_does_not_open_the_pages(alice: Account) -> None:
    answer = alice.api.transport.send("GET", "/", [("Authorization", f"Bearer {alice.api.token}")])
    assert answer.status == 302


def test_the_api_sets_no_cookie(alice: Account, no_token: Api) -> None:
    answers = [
        alice.api.get("notes"),
        no_token.get("notes"),
        no_token.post("tokens", {"email": alice.email, "password": alice.password}),
    ]
    assert [answer.headers.getlist("Set-Cookie") for answer in answers] == [[], [], []]


@pytest.mark.parametrize("path", ["nothing", "notes/abc", "notes/1/nothing", "notes/-1", "pads/1/notes", "tokens/abc"])
def test_an_unknown_path_is_404_with_or_without_a_token(alice: Account, no_token: Api, path: str) -> None:
    for api in (alice.api, no_token):
        for method in ("GET", "POST", "PATCH"):
            problem(api.send(method, path, TEXT, None if method == "GET" else LARGE), 404)


@pytest.mark.parametrize("path", METHODS)
def test_an_unknown_method_is_405_with_allow_before_all_else_but_the_path(
    alice: Account, no_token: Api, path: str
) -> None:
    for api in (alice.api, no_token):
        for method in ("PATCH", *({"GET", "POST", "PUT", "DELETE"} - METHODS[path])):
            answer = api.send(method, path, TEXT, LARGE)
            problem(answer, 405)
            allowed = {word.strip() for word in answer.headers["Allow"].split(",")}
            assert allowed - {"HEAD", "OPTIONS"} == METHODS[path]


def test_another_users_object_is_404_before_the_body_is_looked_at(
    alice: Account, bob: Account, database: Database
) -> None:
    pad = bob.api.pad("Bob's")["id"]
    note, token = bob.api.note(pad_id=pad)["id"], bob.api.get("tokens").json()["items"][0]["id"]
    before = database.save()
    for method, path in (
        ("GET", f"notes/{note}"), ("PUT", f"notes/{note}"), ("DELETE", f"notes/{note}"),
        ("POST", f"notes/{note}/restore"), ("GET", f"pads/{pad}"), ("PUT", f"pads/{pad}"), ("DELETE", f"pads/{pad}"),
        ("DELETE", f"tokens/{token}"),
    ):  # fmt: skip
        problem(alice.api.send(method, path, TEXT, None if method == "GET" else LARGE), 404)
    assert database.save() == before


@pytest.mark.parametrize("number", ["0", "987654321", "2147483648", "9223372036854775808", "1" * 100])
def test_no_such_id_is_404_also_beyond_the_integer_range(alice: Account, number: str) -> None:
    for method, path in (
        ("GET", "notes/"),
        ("DELETE", "notes/"),
        ("GET", "pads/"),
        ("DELETE", "pads/"),
        ("DELETE", "tokens/"),
    ):
        problem(alice.api.send(method, path + number), 404)
    problem(alice.api.put(f"notes/{number}", {"name": "N", "text": "T"}), 404)
    problem(alice.api.put(f"pads/{number}", {"name": "N"}), 404)
    problem(alice.api.send("POST", f"notes/{number}/restore"), 404)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "notes"), ("PUT", "notes/{}"), ("POST", "pads"), ("PUT", "pads/{pad}")]
)
def test_415_comes_before_413_and_that_before_400_and_that_before_422(alice: Account, method: str, path: str) -> None:
    path = path.format(alice.api.note()["id"], pad=alice.api.pad()["id"])
    for headers in ([], TEXT, [("Content-Type", "application/x-www-form-urlencoded")], [("Content-Type", "")]):
        problem(alice.api.send(method, path, headers, b"x" * (1 << 20) + b"x"), 415)
        problem(alice.api.send(method, path, headers, b'{"name": "N", "text": "T"}'), 415)
    problem(alice.api.send(method, path, JSON, b"x" * (1 << 20) + b"x"), 413)
    problem(alice.api.send(method, path, [*JSON, ("If-Match", '"x"')], b"x" * (1 << 20)), 400)
    problem(alice.api.send(method, path, [*JSON, ("If-Match", '"x"')], b"{}"), 422)


@pytest.mark.parametrize("path", ["users", "tokens"])
def test_the_open_calls_refuse_in_the_same_order(no_token: Api, path: str) -> None:
    problem(no_token.send("POST", path, TEXT, b"x" * (1 << 20) + b"x"), 415)
    problem(no_token.send("POST", path, JSON, b"x" * (1 << 20) + b"x"), 413)
    problem(no_token.send("POST", path, JSON, b"x"), 400)
    invalid(no_token.send("POST", path, JSON, b"{}"), "email", "password")


def test_422_comes_before_412(alice: Account) -> None:
    note = alice.api.note()["id"]
    headers = [("If-Match", '"another"')]
    invalid(alice.api.put(f"notes/{note}", {"name": "", "text": "T"}, headers), "name")
    problem(alice.api.put(f"notes/{note}", {"name": "N", "text": "T"}, headers), 412)


def test_a_content_type_with_parameters_is_json(alice: Account) -> None:
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8"):
        assert alice.api.send("POST", "pads", [("Content-Type", kind)], b'{"name": "N"}').status == 201


def test_a_body_of_1_mib_is_taken_and_one_byte_more_is_413(alice: Account) -> None:
    frame = b'{"name": "N", "text": ""}'
    body = frame[:-2] + b"x" * ((1 << 20) - len(frame)) + frame[-2:]
    assert len(body) == 1 << 20
    assert alice.api.send("POST", "notes", JSON, body).status == 201
    problem(alice.api.send("POST", "notes", JSON, b" " + body), 413)
    assert len(alice.api.notes("limit=2")) == 1


def test_a_head_is_answered_like_a_get_without_a_body(alice: Account) -> None:
    note = alice.api.note()["id"]
    answer = alice.api.send("HEAD", f"notes/{note}")
    assert answer.status == 200
    assert answer.headers["ETag"] == alice.api.get(f"notes/{note}").headers["ETag"]


def test_a_problem_document_shows_nothing_of_the_token(alice: Account, no_token: Api) -> None:
    answer = no_token.send("GET", "notes", [("Authorization", f"Bearer {alice.api.token}x")])
    assert str(alice.api.token) not in answer.text
