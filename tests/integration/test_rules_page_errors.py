"""Section 2: 404, 400 and 500 are pages of the site (JSON under /api/); no stack trace ever reaches a client."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.accounts import Account
from tests.support.api import problem
from tests.support.browser import Browser
from tests.support.process import free_port
from tests.support.wire import Answer, Wsgi

LEAKS = (
    "Traceback",
    'File "',
    "psycopg",
    "sqlalchemy",
    "SELECT",
    "Werkzeug",
    "a secret inside",
    "ZeroDivisionError",
    ".py",
)
FOOTER = "Version "


def assert_page(answer: Answer, status: int) -> None:
    assert answer.status == status
    assert answer.media_type == "text/html"
    assert FOOTER in answer.text
    assert answer.text.lstrip().lower().startswith("<!doctype html>")
    assert [leak for leak in LEAKS if leak in answer.text] == []


@pytest.fixture
def broken(make_app: Callable[..., Any]) -> Any:
    """An application in which every view raises."""
    app = make_app()

    def boom(**_: Any) -> None:
        raise ZeroDivisionError("a secret inside")

    for name in app.view_functions:
        if "static" not in name:
            app.view_functions[name] = boom
    return app


def test_404_is_a_page_of_the_site(anonymous: Browser, alice: Account) -> None:
    assert_page(anonymous.get("/nothing/here/"), 404)
    assert_page(alice.browser.get("/nothing/here/"), 404)
    assert_page(alice.browser.get("/notes/987654/"), 404)


def test_a_404_shows_the_path_asked_for_neither_as_html_nor_as_a_template(anonymous: Browser) -> None:
    page = anonymous.get("/%3Cscript%3Ealert(1)%3C/script%3E%7B%7B7*7%7D%7D/%00%FF")
    assert_page(page, 404)
    assert "<script>alert" not in page.text
    assert "49" not in page.shown.partition("Version")[0]


def test_400_is_a_page_of_the_site(anonymous: Browser) -> None:
    assert_page(anonymous.post_raw("/signin/", b"email=x"), 400)


def test_405_is_a_page_of_the_site(anonymous: Browser) -> None:
    assert_page(anonymous.send("DELETE", "/signin/"), 405)


def test_500_is_a_page_of_the_site(broken: Any) -> None:
    page = Browser(Wsgi(broken)).get("/signin/")
    assert_page(page, 500)


def test_500_under_the_api_is_json(broken: Any) -> None:
    answer = Wsgi(broken).send("GET", "/api/v1/openapi.json")
    problem(answer, 500)
    assert [leak for leak in LEAKS if leak in answer.text] == []


def test_404_under_the_api_is_json(anonymous: Browser, alice: Account) -> None:
    for path in ("/api/v1/nothing", "/api/v1/notes/1/nothing", "/api/nothing", "/api/v2/notes", "/api/v1/notes/abc"):
        problem(anonymous.transport.send("GET", path), 404)
        problem(alice.browser.get(path), 404)
        problem(anonymous.transport.send("POST", path, [("Content-Type", "text/plain")], b"x"), 404)


def test_a_database_that_is_gone_shows_no_stack_trace(alice: Account, make_app: Callable[..., Any]) -> None:
    gone = make_app(DATABASE_URL=f"postgresql://nobody:pw@127.0.0.1:{free_port()}/nothing")
    browser = Browser(Wsgi(gone), alice.browser.cookies)
    page = browser.get("/")
    assert page.status in (500, 503)
    assert_page(page, page.status)
    answer = Wsgi(gone).send("GET", "/api/v1/notes", [("Authorization", "Bearer x")])
    problem(answer, answer.status)
    assert answer.status in (500, 503)
    assert [leak for leak in LEAKS if leak in answer.text] == []
    if answer.status == 503:
        assert int(answer.headers["Retry-After"]) >= 1
        assert int(page.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x\r\n"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        ("application/json", b"{}"),
        ("", b"x"),
        ("application/x-www-form-urlencoded", b"%"),
        ("application/x-www-form-urlencoded", b"=&==&&&"),
        ("application/x-www-form-urlencoded; charset=nothing", b"a=b"),
        ("text/plain\xff", b"x"),
        ("application/x-www-form-urlencoded", b"&".join(b"a=b" for _ in range(5000))),
    ],
)
def test_a_malformed_form_is_400_and_never_500(anonymous: Browser, content_type: str, body: bytes) -> None:
    for path in ("/signin/", "/signup/", "/notes/create/", "/settings/"):
        assert anonymous.post_raw(path, body, content_type).status in (400, 413)


@pytest.mark.parametrize(
    "cookie",
    ["session=x", "session=..", "session=\x80\xff", "a" * 4000, "session=eyJ1Ijox.x.y", ";;;=", 'session="\\000"'],
)
def test_a_malformed_cookie_signs_nobody_in_and_is_no_error(anonymous: Browser, cookie: str) -> None:
    assert anonymous.get("/", [("Cookie", cookie)]).status == 302
    assert anonymous.get("/signin/", [("Cookie", cookie)]).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost:99999", "a b", "", "[::1", "\xff"])
def test_a_strange_host_is_no_server_error_and_appears_in_no_redirect(app: Any, host: str) -> None:
    page = Browser(Wsgi(app, host=host)).get("/settings/")
    assert page.status in (302, 400)
    assert "evil" not in (page.location or "")
