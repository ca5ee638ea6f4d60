"""Section 4: logs on standard output, one JSON line a request, and nothing secret in them."""

import json
import uuid

from tests.support.accounts import Account
from tests.support.api import Api
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.process import Server
from tests.support.smtp import Mailbox, link_in
from tests.support.wire import Http

MEMBERS = {"request_id", "route", "method", "status", "duration_ms", "user_id"}


def unique() -> str:
    return uuid.uuid4().hex


def test_each_request_is_one_line_with_what_the_rule_names(http: Http, server: Server) -> None:
    request_id = unique()
    assert http.send("GET", "/signin/", [("X-Request-Id", request_id)]).status == 200
    lines = server.log(request_id=request_id)
    assert len(lines) == 1
    line = lines[0]
    assert set(line) >= MEMBERS
    assert (line["route"], line["method"], line["status"], line["user_id"]) == ("/signin/", "GET", 200, None)
    assert isinstance(line["duration_ms"], int | float)
    assert 0 < line["duration_ms"] < 10_000


def test_a_signed_in_users_id_is_in_the_line(alice: Account, http: Http, server: Server, database: Database) -> None:
    user = database.value('SELECT id FROM "user" WHERE email = %s', alice.email)
    by_page, by_api = unique(), unique()
    assert Browser(http, alice.browser.cookies).get("/", [("X-Request-Id", by_page)]).status == 200
    assert Api(http, alice.api.token).get("notes", [("X-Request-Id", by_api)]).status == 200
    assert [line["user_id"] for line in server.log(request_id=by_page)] == [user]
    assert [line["user_id"] for line in server.log(request_id=by_api)] == [user]


def test_the_route_is_the_pattern_and_not_the_path(alice: Account, http: Http, server: Server) -> None:
    note, request_id = alice.api.note()["id"], unique()
    Api(http, alice.api.token).get(f"notes/{note}", [("X-Request-Id", request_id)])
    route = server.log(request_id=request_id)[0]["route"]
    assert route.startswith("/api/v1/notes/<")
    assert f"/{note}" not in route


def test_refused_requests_have_their_line_too(http: Http, server: Server) -> None:
    for method, path, status in (
        ("GET", "/nothing/", 404),
        ("POST", "/signin/", 400),
        ("PATCH", "/", 405),
        ("GET", "/api/v1/notes", 401),
    ):
        request_id = unique()
        assert (
            http.send(method, path, [("X-Request-Id", request_id)], b"" if method == "POST" else None).status == status
        )
        lines = server.log(request_id=request_id)
        assert [line.get("status") for line in lines] == [status], lines


def test_every_line_is_json(http: Http, server: Server) -> None:
    http.send("GET", "/%0A%22%7B%FF/?q=%0A")
    http.send("GET", "/signin/", [("User-Agent", 'a"\\b')])
    server.log(route="/signin/")
    for line in server.stdout.read_text().splitlines():
        assert isinstance(json.loads(line), dict)


def test_no_password_token_cookie_or_note_text_is_ever_logged(
    alice: Account, http: Http, server: Server, mailbox: Mailbox
) -> None:
    secret = unique()
    new = f"password-{secret}"
    browser, api = Browser(http, alice.browser.cookies), Api(http, alice.api.token)
    made = api.post(
        "notes", {"name": f"name-{secret}", "text": f"text-{secret}"}, [("Idempotency-Key", f"key-{secret}")]
    )
    browser.submit(browser.get(f"/notes/{made.json()['id']}/edit/"), {"text": f"text2-{secret}"})
    browser.get(f"/?q={secret}")
    api.post("notes", {"name": f"name-{secret}" * 20, "text": f"refused-{secret}"})
    fields = {"old_password": f"wrong-{secret}", "new_password": new, "repeat_new_password": new}
    browser.submit(browser.get("/settings/"), fields)
    asking = Browser(http)
    asking.submit(asking.get("/forgot-password/"), {"email": alice.email})
    path = link_in(mailbox.wait()).removeprefix("http://notes.example.org")
    asking.submit(asking.get(path), {"new_password": new, "repeat_new_password": new})
    signing = Browser(http)
    signing.submit(signing.get(f"/signin/?next=/{secret}/"), {"email": alice.email, "password": new})
    signing.get(f"/{secret}/")
    token = Api(http).post("tokens", {"email": alice.email, "password": new, "name": f"name-{secret}"}).json()["token"]
    Api(http, token).get("notes")
    Api(http, token + "x").get("notes")
    last = unique()
    http.send("GET", "/livez", [("X-Request-Id", last)])
    http.send("GET", "/signin/", [("X-Request-Id", last)])
    server.log(request_id=last)
    logged = server.stdout.read_text() + server.stderr.read_text()
    hidden = [
        secret,
        token,
        str(alice.api.token),
        path.split("/")[2],
        *signing.cookies.values(),
        *browser.cookies.values(),
    ]
    assert [text for text in hidden if text in logged] == []
