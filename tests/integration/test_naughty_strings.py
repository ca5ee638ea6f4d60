"""Naughty strings through every text field and back: exactly, escaped, and with no server error."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.data.naughty_strings import GROUPS
from tests.support.accounts import PASSWORD, Account
from tests.support.api import Api
from tests.support.browser import Browser
from tests.support.database import Database
from tests.support.page import Page

# Unicode's White_Space: what counts as empty when there is nothing else
WHITE = set("\t\n\x0b\x0c\r \x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000") | set(map(chr, range(0x2000, 0x200B)))
GROUP = pytest.mark.parametrize("group", GROUPS)


def is_refused(text: str) -> bool:
    """Whether the rules turn this text away in any field."""
    return set(text) <= WHITE or any(code == "\x00" or "\ud800" <= code <= "\udfff" for code in text)


def stored(text: str) -> str:
    """What the pages keep of a text."""
    return text.replace("\r\n", "\n")


def structure(page: Page) -> Counter[str]:
    """How many elements of each kind a page has."""
    return Counter(node.tag for node in page.tree.root.traverse(include_text=False))


def each(texts: list[str], check: Callable[[str], None]) -> None:
    """Run the check for every text and fail once, with all that failed."""
    failures = []
    for text in texts:
        try:
            check(text)
        except (AssertionError, KeyError, AttributeError) as error:
            failures.append(f"{text!a}: {str(error)[:200]}")
    assert failures == []


def test_there_are_at_least_200_and_none_twice() -> None:
    texts = [text for group in GROUPS.values() for text in group]
    assert len(texts) == len(set(texts)) + sum(count - 1 for count in Counter(texts).values())
    assert len(set(texts)) >= 200
    assert all(is_refused(text) for text in GROUPS["refused"])


@GROUP
def test_notes_through_the_pages(alice: Account, database: Database, group: str) -> None:
    alice.api.note("plain", "plain")
    note = alice.api.notes()[0]["id"]
    plain = {path: structure(alice.browser.get(path)) for path in ("/", "/?q=plain")}
    forms = {path: structure(alice.browser.get(f"/notes/{note}/{path}/")) for path in ("edit", "delete")}

    def check(text: str) -> None:
        database.rows("DELETE FROM note")
        name = text[:100]
        page = alice.browser.post("/notes/create/", {"name": name, "text": text, "pad": "0"})
        if is_refused(text):
            assert page.status == 200
            assert {"name", "text"} >= set(page.errors) != set()
            assert database.count("note") == 0
            return
        assert page.status == 302, page.errors
        alice.browser.follow(page)  # shows the message, once
        made = alice.api.notes()[0]
        assert (made["name"], made["text"]) == (stored(name), stored(text))
        assert structure(alice.browser.get("/")) == plain["/"]
        shown = alice.browser.get(f"/notes/{made['id']}/")
        assert shown.status == 200
        assert not {"script", "iframe", "svg", "style", "object"} & set(structure(shown))
        for path, wanted in forms.items():
            assert structure(alice.browser.get(f"/notes/{made['id']}/{path}/")) == wanted
        fields = alice.browser.get(f"/notes/{made['id']}/edit/").form("name").fields
        assert (fields["name"], fields["text"]) == (stored(name), stored(text))

    each(GROUPS[group], check)


@GROUP
def test_notes_through_the_api(alice: Account, database: Database, group: str) -> None:
    def check(text: str) -> None:
        database.rows("DELETE FROM note")
        answer = alice.api.post("notes", {"name": text[:100], "text": text})
        if is_refused(text):
            assert answer.status == 422
            assert set(answer.json()["errors"]) == {"name", "text"}
            assert database.count("note") == 0
            return
        assert answer.status == 201, answer.text
        path = f"notes/{answer.json()['id']}"
        changed = alice.api.put(path, {"name": text[:100], "text": text + "!"})
        for note, wanted in (
            (answer.json(), text),
            (changed.json(), text + "!"),
            (alice.api.get(path).json(), text + "!"),
        ):
            assert (note["name"], note["text"]) == (text[:100], wanted)
        alice.api.delete(path)
        assert alice.browser.get("/trash/").status == 200
        assert alice.api.trash()[0]["name"] == text[:100]

    each(GROUPS[group], check)


@GROUP
def test_pad_names_through_the_pages_and_the_api(alice: Account, database: Database, group: str) -> None:
    pad = alice.api.pad("plain")["id"]
    plain = structure(alice.browser.get(f"/pads/{pad}/"))

    def check(text: str) -> None:
        database.rows("DELETE FROM pad")
        name = text[:100]
        page, answer = alice.browser.post("/pads/create/", {"name": name}), alice.api.post("pads", {"name": name})
        if is_refused(name):
            assert (page.status, list(page.errors)) == (200, ["name"])
            assert answer.status == 422
            assert database.count("pad") == 0
            return
        assert (page.status, answer.status) == (302, 201)
        alice.browser.follow(page)  # shows the message, once
        names = [pad["name"] for pad in alice.api.get("pads").json()["items"]]
        assert sorted(names) == sorted([name, stored(name)])
        database.rows("DELETE FROM pad WHERE id <> %s", answer.json()["id"])
        shown = alice.browser.get(f"/pads/{answer.json()['id']}/")
        assert structure(shown) == plain
        edit = alice.browser.get(f"/pads/{answer.json()['id']}/edit/")
        assert edit.form("name").fields["name"] in (name, stored(name))
        options = alice.browser.get("/notes/create/").form("pad").options("pad")
        assert len(options) == 2

    each(GROUPS[group], check)


@GROUP
def test_searches_on_the_page_and_in_the_api(alice: Account, group: str) -> None:
    alice.api.note("plain", "plain")
    plain = structure(alice.browser.get("/?q=nothing-that-is-there"))
    found = structure(alice.browser.get("/?q=plain"))

    def check(text: str) -> None:
        encoded = quote(text.encode("utf-8", "surrogatepass"), safe="")
        page, answer = alice.browser.get(f"/?q={encoded}"), alice.api.get(f"notes?q={encoded}")
        assert (page.status, answer.status) == (200, 200)
        assert structure(page) in (plain, found)
        if is_refused(text) and not set(text) <= WHITE:
            assert page.heading == "All notes (0)"
            assert answer.json()["items"] == []
        else:
            assert page.form("q").fields["q"] == text

    each(GROUPS[group], check)


@GROUP
def test_addresses(no_token: Api, database: Database, group: str) -> None:
    browser = Browser(no_token.transport)

    def check(text: str) -> None:
        fields = {"email": text, "password": PASSWORD, "repeat_password": PASSWORD}
        page = browser.post("/signup/", fields)
        assert (page.status, list(page.errors)) == (200, ["email"])
        assert no_token.post("users", {"email": text, "password": PASSWORD}).status == 422
        assert browser.post("/signin/", {"email": text, "password": text}).status == 200
        assert browser.post("/forgot-password/", {"email": text}).status == 200
        assert no_token.post("tokens", {"email": text, "password": PASSWORD}).status == 422

    each(GROUPS[group], check)
    assert database.count("user") == 2


@GROUP
def test_passwords(no_token: Api, database: Database, group: str) -> None:
    def check(password: str) -> None:
        pair = {"email": "naughty@example.com", "password": password}
        if is_refused(password):
            assert no_token.post("users", pair).status == 422
            return
        assert no_token.post("users", pair).status == 201
        assert no_token.post("tokens", pair).status == 201
        assert no_token.post("tokens", {**pair, "password": password[:-1]}).status in (401, 422)
        database.rows("DELETE FROM \"user\" WHERE email = 'naughty@example.com'")

    joined = "".join(text for text in GROUPS[group] if not is_refused(text))  # hashing is slow: many at once
    each([joined[start : start + 128].ljust(8, "x") for start in range(0, len(joined), 128)], check)
    each([f"password{text}" for text in GROUPS[group] if is_refused(text) and not set(text) <= WHITE], check)


@GROUP
def test_token_names_through_the_pages_and_the_api(
    alice: Account, database: Database, no_token: Api, group: str
) -> None:
    def check(text: str) -> None:
        name = text[:100]
        before = database.count("token")
        page = alice.browser.post("/settings/tokens/", {"name": name})
        if is_refused(name) and not set(name) <= WHITE:
            assert (page.status, list(page.errors)) == (200, ["name"])
            assert no_token.post("tokens", {"email": alice.email, "password": PASSWORD, "name": name}).status == 422
            assert database.count("token") == before
            return
        assert page.status < 400
        assert page.errors == {}
        items = alice.api.get("tokens").json()["items"]
        assert stored(name) in [item["name"] for item in items]
        listed = alice.browser.get("/settings/")
        assert listed.status == 200
        assert not {"script", "iframe", "svg", "style", "object"} & set(structure(listed))
        database.rows("DELETE FROM token WHERE name IS DISTINCT FROM 'tests'")

    each(GROUPS[group], check)


@GROUP
def test_paths_parameters_and_headers_of_any_kind_are_no_server_error(
    alice: Account, no_token: Api, group: str
) -> None:
    def check(text: str) -> None:
        encoded = quote(text.encode("utf-8", "surrogatepass"), safe="")
        for path in (
            f"/{encoded}", f"/notes/{encoded}/", f"/recover-password/{encoded}/", f"/static/{encoded}",
            f"/notes/create/?pad={encoded}", f"/signin/?next={encoded}", f"/?{encoded}={encoded}",
            f"/?page={encoded}&order={encoded}", f"/pads/{encoded}",
        ):  # fmt: skip
            for wire in (alice.browser, Browser(no_token.transport)):
                assert wire.get(path).status < 500, path
        for path in (
            encoded,
            f"notes/{encoded}",
            f"notes?order={encoded}",
            f"notes?after={encoded}&limit={encoded}",
            f"notes?pad={encoded}",
        ):
            assert alice.api.get(path).status < 500, path
        value = (
            "".join(code for code in text if code not in "\r\n\x00").encode("utf-8", "surrogatepass").decode("latin-1")
        )
        for name in (
            "Authorization",
            "Idempotency-Key",
            "If-Match",
            "X-Request-Id",
            "Cookie",
            "Accept",
            "X-Forwarded-For",
        ):
            answer: Any = no_token.send("POST", "notes", [(name, value), ("Content-Type", "application/json")], b"{}")
            assert answer.status < 500, name
            assert (
                alice.api.json("PUT", "notes/1", {}, [(name, value)] if name != "Authorization" else []).status < 500
            ), name

    each(GROUPS[group], check)
