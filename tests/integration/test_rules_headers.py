"""Section 2: the footer, headers and cookies of every page."""

from collections.abc import Callable
from typing import Any

import pytest

from notes import __version__
from tests.support.accounts import PASSWORD, Account
from tests.support.browser import Browser
from tests.support.page import Page
from tests.support.wire import Wsgi


def policy(page: Page) -> dict[str, list[str]]:
    """Directives of the Content-Security-Policy."""
    parts = [part.split() for part in page.headers["Content-Security-Policy"].split(";") if part.strip()]
    return {part[0]: part[1:] for part in parts}


@pytest.fixture
def pages(anonymous: Browser, alice: Account) -> list[Page]:
    """Pages of all kinds: of anonymous and signed-in users, with and without errors, a redirect."""
    note = alice.api.note("n", "<script>x</script>\n\n```python\nx = 1\n```")["id"]
    mine = [
        "/",
        "/settings/",
        f"/notes/{note}/",
        f"/notes/{note}/edit/",
        "/trash/",
        "/nothing/",
        "/notes/987654/",
        "/pads/create/",
    ]
    return [
        *(alice.browser.get(path) for path in mine),
        alice.browser.post("/pads/create/", {"name": ""}),
        *(anonymous.get(path) for path in ("/signin/", "/signup/", "/forgot-password/", "/nothing/", "/")),
        anonymous.post("/signin/", csrf=False),
    ]


def test_each_pages_footer_tells_version_pod_node_and_zone(pages: list[Page]) -> None:
    for page in pages:
        if page.status != 302:
            footer = page.tree.css_first("footer").text()
            assert f"Version {__version__} · pod pod-1 · node node-1 · zone -" in " ".join(footer.split())


def test_unknown_places_are_shown_as_a_dash(make_app: Callable[..., Any]) -> None:
    page = Browser(Wsgi(make_app(POD="", NODE=""))).get("/signin/")
    assert f"Version {__version__} · pod - · node - · zone -" in page.shown


def test_the_content_security_policy_is_strict_on_every_page(pages: list[Page]) -> None:
    for page in pages:
        header = page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in header
        assert "unsafe-eval" not in header
        directives = policy(page)
        assert directives["frame-ancestors"] == ["'none'"]
        assert directives["default-src"][0] in ("'none'", "'self'")
        assert not {"*", "data:", "http:", "https:"} & set(directives.get("script-src", directives["default-src"]))


def test_no_page_has_what_the_policy_would_block(pages: list[Page]) -> None:
    for page in pages:
        if page.status != 302:
            elements = list(page.tree.root.traverse(include_text=False))
            assert [element for element in elements if element.attributes.keys() & {"style", "onclick", "onload"}] == []
            assert page.tree.css("style") == []
            assert [node for node in page.tree.css("script") if not node.attributes.get("src")] == []


def test_content_types_are_not_sniffed_and_referrers_stay_here(pages: list[Page]) -> None:
    for page in pages:
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"


def test_signed_in_pages_are_private_and_not_stored(pages: list[Page], alice: Account) -> None:
    # an unknown path is the same page for everybody
    mine = [page for page in pages[:9] if page.url != "/nothing/"]
    for page in [*mine, alice.browser.get("/settings/export/"), alice.browser.get("/signin/")]:
        assert page.headers.getlist("Cache-Control") == ["private, no-store"]


def test_what_a_token_reads_is_private_and_not_stored_either(alice: Account) -> None:
    for path in ("notes", "notes/0", "pads"):
        assert alice.api.get(path).headers.getlist("Cache-Control") == ["private, no-store"]


def test_the_stylesheet_may_be_kept_by_caches(anonymous: Browser) -> None:
    page = anonymous.get("/signin/")
    sheets = [node.attributes["href"] for node in page.tree.css("link[rel=stylesheet]")]
    assert len(sheets) == 1
    sheet = anonymous.get(sheets[0] or "")
    assert sheet.status == 200
    assert sheet.media_type == "text/css"
    assert "no-store" not in sheet.headers.get("Cache-Control", "")
    assert sheet.headers["X-Content-Type-Options"] == "nosniff"


def cookies(page: Page) -> list[list[str]]:
    return [[part.strip().lower() for part in line.split(";")] for line in page.headers.getlist("Set-Cookie")]


def set_by_signing_in(browser: Browser, email: str) -> list[list[str]]:
    first = browser.get("/signin/")
    seen = cookies(first)
    return seen + cookies(browser.submit(first, {"email": email, "password": PASSWORD}))


def test_cookies_are_http_only_same_site_lax_and_without_a_domain(anonymous: Browser, alice: Account) -> None:
    found = set_by_signing_in(anonymous, alice.email)
    assert found != []
    for cookie in found:
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert not any(part.startswith("domain") for part in cookie)
        assert "path=/" in cookie
        assert "secure" not in cookie


def test_cookies_are_secure_under_https(alice: Account, make_app: Callable[..., Any]) -> None:
    app = make_app(PUBLIC_URL="https://notes.example.org", TRUSTED_PROXIES="1")

    class Proxied(Wsgi):
        def environ(self, *args: Any) -> dict[str, Any]:
            return super().environ(*args) | {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}

    found = set_by_signing_in(Browser(Proxied(app, host="notes.example.org")), alice.email)
    assert found != []
    assert all("secure" in cookie for cookie in found)


def test_every_page_says_its_language_and_fits_a_phone(pages: list[Page]) -> None:
    for page in pages:
        if page.status != 302:
            assert page.tree.css_first("html").attributes.get("lang") == "en"
            assert "width=device-width" in page.tree.css_first("meta[name=viewport]").attributes["content"]
            assert page.tree.css_first("meta[charset]").attributes["charset"].lower() == "utf-8"


def test_every_control_has_a_label(pages: list[Page]) -> None:
    for page in pages:
        labelled = {label.attributes.get("for") for label in page.tree.css("label")} if page.status != 302 else set()
        for form in page.forms if page.status != 302 else []:
            for control in form.node.css("input:not([type=hidden]):not([type=submit]), select, textarea"):
                has_label = control.attributes.get("id") in labelled or control.attributes.get("aria-label")
                assert has_label or control.parent.tag == "label", f"{page.url}: {control.html}"
