"""Section 2, routes: slashes, the Markdown app's spellings, unknown paths and methods."""

import pytest

from tests.support.accounts import Account
from tests.support.browser import Browser

ROUTES = [
    "/signup/", "/signin/", "/signout/", "/forgot-password/", "/recover-password/abc/", "/settings/", "/notes/create/",
    "/notes/1/", "/notes/1/edit/", "/notes/1/delete/", "/pads/create/", "/pads/1/", "/pads/1/edit/", "/pads/1/delete/",
    "/trash/",
]  # fmt: skip
SPELLINGS = {
    "/sign_up": "/signup/", "/log_in": "/signin/", "/log_out": "/signout/", "/notes": "/",
    "/notes/new": "/notes/create/",
}  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
def test_the_get_form_without_the_slash_redirects_with_308(anonymous: Browser, route: str) -> None:
    page = anonymous.get(route.rstrip("/"))
    assert page.status == 308
    assert page.location is not None
    assert page.location.removeprefix("http://localhost") == route


def test_the_redirect_to_the_slash_keeps_the_query(alice: Account) -> None:
    page = alice.browser.get("/notes/create?pad=1&x=%2F")
    assert page.status == 308
    assert (page.location or "").removeprefix("http://localhost") == "/notes/create/?pad=1&x=%2F"


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_markdown_apps_spellings_redirect_a_get_with_301(anonymous: Browser, spelling: str) -> None:
    page = anonymous.get(spelling)
    assert page.status == 301
    assert (page.location or "").removeprefix("http://localhost") == SPELLINGS[spelling]


@pytest.mark.parametrize("path", ["/nothing/", "/notes/abc/", "/pads/1/nothing/", "/notes/-1/", "/favicon.nothing"])
def test_an_unknown_path_is_404_before_all_else(anonymous: Browser, alice: Account, path: str) -> None:
    assert anonymous.get(path).status == 404
    assert anonymous.post(path, csrf=False).status == 404
    assert alice.browser.get(path).status == 404


@pytest.mark.parametrize("path", ["/", "/signin/", "/settings/", "/notes/1/", "/trash/"])
def test_an_unknown_method_is_405(anonymous: Browser, path: str) -> None:
    page = anonymous.send("PATCH", path)
    assert page.status == 405
    assert "GET" in page.headers["Allow"]


@pytest.mark.parametrize(
    "path", ["/notes/1/restore/", "/settings/tokens/", "/settings/tokens/1/revoke/", "/settings/delete/"]
)
def test_a_post_only_route_answers_405_to_a_get(alice: Account, path: str) -> None:
    page = alice.browser.get(path)
    assert page.status == 405
    assert "POST" in page.headers["Allow"]


@pytest.mark.parametrize("path", ["/trash/", "/notes/1/", "/settings/export/"])
def test_a_page_without_a_form_of_its_own_answers_405_to_a_post(alice: Account, path: str) -> None:
    assert alice.browser.post(path, csrf=False).status == 405
