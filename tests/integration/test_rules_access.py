"""Section 2, access: anonymous readers, the way back, other people's objects, ids that cannot be."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from tests.support.accounts import PASSWORD, Account
from tests.support.browser import Browser
from tests.support.database import Database

CLOSED = [
    "/", "/?order=name&page=2", "/?q=a%20b%26c", "/settings/", "/notes/create/?pad=3", "/notes/987654/",
    "/notes/1/edit/", "/notes/1/delete/", "/pads/create/", "/pads/987654/?order=-name", "/pads/1/edit/",
    "/pads/1/delete/", "/trash/", "/signout/", "/settings/export/", "/?q=%C3%A9%F0%9F%98%80",
]  # fmt: skip
FOREIGN = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "http:evil.example", "/\t/evil.example", "\t//evil.example", " //evil.example",
    "/\n/evil.example", "https:/evil.example", "evil.example", "http://localhost/trash/", "", "@evil.example",
    "/\r\nSet-Cookie: a=b",
]  # fmt: skip
NO_IDS = ["0", "987654321", "2147483647", "2147483648", "9223372036854775808", "1" * 60]


@pytest.mark.parametrize("target", CLOSED)
def test_anonymous_on_a_page_that_needs_an_account_is_led_to_sign_in(anonymous: Browser, target: str) -> None:
    page = anonymous.get(target)
    assert page.status == 302
    place = urlsplit(page.location or "")
    assert (place.netloc, place.path) == ("", "/signin/")
    assert parse_qsl(place.query) == [("next", target)]
    assert not set(place.query) & set("&?#+ ")


@pytest.mark.parametrize("target", ["/?order=name&q=a%20b", "/trash/", "/notes/create/?pad=0"])
def test_after_signing_in_one_is_led_back_to_the_page_asked_for(
    anonymous: Browser, alice: Account, target: str
) -> None:
    form = anonymous.follow(anonymous.get(target))
    page = anonymous.submit(form, {"email": alice.email, "password": PASSWORD})
    assert page.status == 302
    assert page.location == target
    assert anonymous.follow(page).status == 200


def test_a_wrong_password_first_does_not_lose_the_way_back(anonymous: Browser, alice: Account) -> None:
    form = anonymous.follow(anonymous.get("/trash/"))
    again = anonymous.submit(form, {"email": alice.email, "password": "wrong password"})
    assert anonymous.submit(again, {"email": alice.email, "password": PASSWORD}).location == "/trash/"


@pytest.mark.parametrize("target", FOREIGN)
def test_a_next_that_is_not_a_path_of_this_site_leads_to_the_front_page(
    anonymous: Browser, alice: Account, target: str
) -> None:
    form = anonymous.get(f"/signin/?next={quote(target, safe='')}")
    page = anonymous.submit(form, {"email": alice.email, "password": PASSWORD})
    assert (page.status, page.location) == (302, "/")


def test_a_next_of_ill_formed_utf_8_is_no_error(anonymous: Browser, alice: Account) -> None:
    form = anonymous.get("/signin/?next=%FF%00")
    assert form.status == 200
    assert anonymous.submit(form, {"email": alice.email, "password": PASSWORD}).location == "/"


@pytest.mark.parametrize("route", ["/notes/{}/", "/notes/{}/edit/", "/notes/{}/delete/", "/pads/{}/", "/pads/{}/edit/"])
@pytest.mark.parametrize("number", NO_IDS)
def test_no_such_id_is_404_also_beyond_the_integer_range(alice: Account, route: str, number: str) -> None:
    assert alice.browser.get(route.format(number)).status == 404


@pytest.mark.parametrize("number", NO_IDS)
def test_no_such_id_is_404_on_post_too(alice: Account, number: str) -> None:
    for route in ("notes/{}/edit", "notes/{}/delete", "notes/{}/restore", "pads/{}/edit", "pads/{}/delete"):
        assert alice.browser.post(f"/{route.format(number)}/", {"name": "x", "text": "x"}).status == 404
    assert alice.browser.post(f"/settings/tokens/{number}/revoke/").status == 404


def test_another_users_object_is_404_on_get_and_on_post_and_nothing_changed(
    alice: Account, bob: Account, database: Database
) -> None:
    pad = bob.api.pad("Bob's pad")["id"]
    note, trashed = bob.api.note("Bob's", pad_id=pad)["id"], bob.api.note("Bob's trash")["id"]
    bob.api.delete(f"notes/{trashed}")
    token = bob.api.get("tokens").json()["items"][0]["id"]
    before = database.save()
    for path in (f"notes/{note}", f"notes/{note}/edit", f"notes/{note}/delete", f"pads/{pad}", f"pads/{pad}/edit"):
        page = alice.browser.get(f"/{path}/")
        assert page.status == 404
        assert "Bob" not in page.text
    for path in (f"notes/{note}/edit", f"notes/{note}/delete", f"notes/{trashed}/restore", f"pads/{pad}/edit"):
        assert alice.browser.post(f"/{path}/", {"name": "mine", "text": "mine", "pad": "0"}).status == 404
    assert alice.browser.post(f"/pads/{pad}/delete/").status == 404
    assert alice.browser.post(f"/settings/tokens/{token}/revoke/").status == 404
    assert database.save() == before


def test_a_trashed_note_is_404_everywhere_but_in_the_trash(alice: Account, database: Database) -> None:
    pad = alice.api.pad("The pad")["id"]
    note = alice.api.note("Trashed one", "findable", pad_id=pad)["id"]
    alice.api.delete(f"notes/{note}")
    before = database.save()
    for path in (f"/notes/{note}/", f"/notes/{note}/edit/", f"/notes/{note}/delete/"):
        assert alice.browser.get(path).status == 404
    assert alice.browser.post(f"/notes/{note}/edit/", {"name": "a", "text": "b", "pad": "0"}).status == 404
    assert alice.browser.post(f"/notes/{note}/delete/").status == 404
    for path in ("/", "/?q=findable", f"/pads/{pad}/"):
        assert "Trashed one" not in alice.browser.get(path).text
    assert "Trashed one" in alice.browser.get("/trash/").text
    assert database.save() == before
