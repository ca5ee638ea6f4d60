"""Section 2, order of refusals on a POST: token, account, object, fields."""

from urllib.parse import quote

import pytest

from tests.support.accounts import Account
from tests.support.browser import Browser
from tests.support.database import Database

OBJECT_ROUTES = [
    "/notes/{note}/edit/", "/notes/{note}/delete/", "/notes/{trashed}/restore/", "/pads/{pad}/edit/",
    "/pads/{pad}/delete/",
]  # fmt: skip
ACCOUNT_ROUTES = [
    "/notes/create/",
    "/pads/create/",
    "/settings/",
    "/settings/tokens/",
    "/settings/delete/",
    "/signout/",
]
OPEN_ROUTES = ["/signup/", "/signin/", "/forgot-password/"]
POST_ONLY = ("/restore/", "/settings/tokens/", "/settings/delete/")


@pytest.fixture
def paths(bob: Account) -> dict[str, int]:
    """Bob's pad, a note in it, and a note in his trash."""
    pad = bob.api.pad("Bob's pad")["id"]
    trashed = bob.api.note("trashed")["id"]
    assert bob.api.delete(f"notes/{trashed}").status == 204
    return {"pad": pad, "note": bob.api.note("Bob's note", pad_id=pad)["id"], "trashed": trashed}


@pytest.mark.parametrize("route", OPEN_ROUTES + ACCOUNT_ROUTES + OBJECT_ROUTES)
def test_without_a_valid_csrf_token_a_post_is_400_a_page_of_the_site_and_nothing_changed(
    database: Database, bob: Account, paths: dict[str, int], route: str
) -> None:
    before = database.save()
    for body in (b"", b"csrf_token=wrong", b"csrf_token="):
        page = bob.browser.post_raw(route.format(**paths), body)
        assert page.status == 400
        assert page.media_type == "text/html"
        assert "Version" in page.shown
    assert database.save() == before


@pytest.mark.parametrize("route", ACCOUNT_ROUTES + OBJECT_ROUTES + ["/notes/987654/edit/"])
def test_the_token_is_asked_before_the_account(anonymous: Browser, paths: dict[str, int], route: str) -> None:
    path = route.format(**paths)
    assert anonymous.post(path, csrf=False).status == 400
    page = anonymous.post(path)
    assert page.status == 302
    following = "/" if path.endswith(POST_ONLY) else path
    assert page.location == f"/signin/?next={quote(following, safe='')}"


@pytest.mark.parametrize("route", OBJECT_ROUTES)
def test_the_token_is_asked_before_the_object(alice: Account, paths: dict[str, int], route: str) -> None:
    path = route.format(**paths)
    assert alice.browser.post(path, csrf=False).status == 400
    assert alice.browser.post(path).status == 404


@pytest.mark.parametrize("route", OBJECT_ROUTES)
def test_the_account_is_asked_before_the_object(anonymous: Browser, route: str) -> None:
    page = anonymous.post(route.format(note=987654, pad=987654, trashed=987654))
    assert page.status == 302
    assert (page.location or "").startswith("/signin/?next=")


@pytest.mark.parametrize("route", ["/notes/{note}/edit/", "/pads/{pad}/edit/"])
def test_the_object_is_asked_before_the_fields(alice: Account, bob: Account, paths: dict[str, int], route: str) -> None:
    path = route.format(**paths)
    assert alice.browser.post(path, {"name": ""}).status == 404
    assert bob.browser.post(path, {"name": ""}).status == 200


def test_the_csrf_token_of_another_session_is_not_valid(alice: Account, bob: Account, database: Database) -> None:
    field, token = bob.browser.csrf()
    page = alice.browser.post("/pads/create/", {field: token, "name": "x"}, csrf=False)
    assert page.status == 400
    assert database.count("pad") == 0


def test_every_form_that_posts_carries_the_token(alice: Account, anonymous: Browser) -> None:
    pad = alice.api.pad()["id"]
    note = alice.api.note(pad_id=pad)["id"]
    alice.api.delete(f"notes/{alice.api.note()['id']}")
    mine = [
        "/", "/settings/", "/notes/create/", f"/notes/{note}/", f"/notes/{note}/edit/", f"/notes/{note}/delete/",
        "/pads/create/", f"/pads/{pad}/", f"/pads/{pad}/edit/", f"/pads/{pad}/delete/", "/trash/", "/signout/",
    ]  # fmt: skip
    pages = [alice.browser.get(path) for path in mine]
    pages += [anonymous.get(path) for path in ("/signup/", "/signin/", "/forgot-password/")]
    forms = [(page.url, form) for page in pages for form in page.forms if form.method == "POST"]
    assert len(forms) >= 15
    assert [url for url, form in forms if not form.csrf] == []
    assert all(page.status == 200 for page in pages)
