"""What must work on any target, over HTTP alone: the main path, the API, probes, headers, the services.

Leaves nothing behind: the account that it makes is deleted at the end.
"""

import uuid
from collections.abc import Iterator

import pytest

from tests.support.accounts import PASSWORD, Account, make_account
from tests.support.api import Api, problem
from tests.support.browser import Browser
from tests.support.wire import Http


@pytest.fixture(scope="module")
def account(target: dict[str, str]) -> Iterator[Account]:
    """An account made through the pages, and deleted through the pages."""
    made = make_account(Http(target["notes"]), f"smoke-{uuid.uuid4().hex}@example.com")
    yield made
    page = made.browser.submit(made.browser.get("/settings/"), {"password": PASSWORD}, action="/settings/delete/")
    assert (page.status, page.location) == (302, "/signup/")
    assert made.api.get("notes").status == 401


def test_the_probes_answer(notes: Http) -> None:
    assert notes.send("GET", "/livez").status == 200
    assert notes.send("GET", "/readyz").status == 200
    assert set(notes.send("GET", "/version").json()) == {"version", "pod", "node", "zone"}
    assert notes.send("GET", "/metrics").status == 404


def test_the_pages_carry_the_headers_of_a_careful_site(notes: Http, account: Account) -> None:
    for page in (Browser(notes).get("/signin/"), account.browser.get("/"), Browser(notes).get("/nothing/")):
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["X-Request-Id"]
        assert "Version " in page.shown
    assert account.browser.get("/").headers["Cache-Control"] == "private, no-store"


def test_a_note_with_markdown_is_written_read_found_deleted_and_restored_on_the_pages(account: Account) -> None:
    browser, word = account.browser, uuid.uuid4().hex
    assert browser.submit(browser.get("/pads/create/"), {"name": f"Pad {word}"}).status == 302
    pad = browser.get("/").link(f"Pad {word}")
    fields = {"name": f"Note {word}", "text": "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1\n```"}
    done = browser.submit(browser.get(f"/notes/create/?pad={pad.split('/')[2]}"), fields)
    assert (done.status, done.location) == (302, pad)
    listed = browser.follow(done)
    assert listed.heading == f"Pad {word} (1)"
    shown = browser.get(listed.link(f"Note {word}"))
    assert shown.heading == f"Note {word}"
    assert shown.tree.css_first("table td") is not None
    assert shown.tree.css_first("pre") is not None
    assert browser.get(f"/?q={word[:12]}").names == [f"Note {word}"]
    gone = browser.submit(browser.get(shown.link("Delete it")), {}, action=shown.link("Delete it"))
    assert gone.status == 302
    assert browser.get(shown.url).status == 404
    restore = f"/notes/{shown.url.split('/')[2]}/restore/"
    back = browser.submit(browser.get("/trash/"), {}, action=restore)
    assert (back.status, back.location) == (302, "/trash/")
    assert browser.get(shown.url).status == 200


def test_a_note_is_created_read_changed_found_deleted_and_restored_by_the_api(account: Account) -> None:
    api, word = account.api, uuid.uuid4().hex
    answer = api.post("notes", {"name": word, "text": "first"}, [("Idempotency-Key", word)])
    assert answer.status == 201
    again = api.post("notes", {"name": word, "text": "first"}, [("Idempotency-Key", word)])
    assert again.body == answer.body
    path = f"notes/{answer.json()['id']}"
    assert api.get(path).json() == answer.json()
    changed = api.put(path, {"name": word, "text": "second"}, [("If-Match", answer.headers["ETag"])])
    assert (changed.status, changed.json()["text"]) == (200, "second")
    problem(api.put(path, {"name": word, "text": "third"}, [("If-Match", answer.headers["ETag"])]), 412)
    assert [note["text"] for note in api.notes(f"q={word[:12]}")] == ["second"]
    assert api.delete(path).status == 204
    problem(api.get(path), 404)
    assert api.send("POST", f"{path}/restore").status == 200
    assert api.get(path).json()["text"] == "second"


def test_the_api_refuses_as_it_should(notes: Http, account: Account) -> None:
    refused = Api(notes).get("notes")
    problem(refused, 401)
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    problem(account.api.get("notes/2147483648"), 404)
    problem(account.api.post("notes", {"name": "", "text": "x"}), 422)
    assert Api(notes).get("openapi.json").json()["openapi"].startswith("3.1")


def test_anonymous_readers_are_led_to_sign_in(notes: Http) -> None:
    page = Browser(notes).get("/trash/")
    assert (page.status, page.location) == (302, "/signin/?next=%2Ftrash%2F")


def test_hello_says_hello(hello: Http) -> None:
    answer = hello.send("GET", "/")
    assert (answer.status, answer.body) == (200, b"Hello World!")


def test_jobs_asks_auth(jobs: Http) -> None:
    assert jobs.send("GET", "/hello").body == b"Hello there"
    answer = jobs.send("POST", "/jobs", [("Authorization", "mytoken")], b"")
    assert (answer.status, answer.body) == (200, b"Jobs:\nTitle: Devops\nDescription: Awesome\n")
    assert jobs.send("POST", "/jobs", [("Authorization", "wrong")], b"").status == 403
    assert jobs.send("POST", "/jobs", body=b"").status == 401


def test_auth_knows_its_first_user(auth: Http) -> None:
    form = [("Content-Type", "application/x-www-form-urlencoded")]
    answer = auth.send("POST", "/auth", form, b"token=mytoken")
    assert (answer.status, answer.body) == (200, b"density")
    assert auth.send("POST", "/auth", form, b"token=wrong").status == 403


def test_every_service_has_its_probes(hello: Http, jobs: Http, auth: Http) -> None:
    for wire in (hello, jobs, auth):
        assert [wire.send("GET", path).status for path in ("/livez", "/readyz", "/version")] == [200] * 3
        assert wire.send("GET", "/metrics").status == 404
