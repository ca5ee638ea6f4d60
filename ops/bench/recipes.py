"""How each route of the application is exercised for figure P5.

A recipe makes what its request needs and returns the request; only the request is counted. Which routes there are, the
application's url_map says: one without a recipe here is a failure of P5, not an omission.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from ops.bench.client import Reply
from ops.bench.dataset import PASSWORD
from ops.bench.player import Player

Request = Callable[[], Reply]
Recipe = Callable[[Player], Request]
Make = Callable[[Player], Any]

API = "/api/v1"
NEW_PASSWORD = {"new_password": PASSWORD, "repeat_new_password": PASSWORD}


def _nothing(_: Player) -> None:
    return None


def _existing(kind: str) -> Make:
    return lambda player: player.first(kind)


def _read(path: str, make: Make = _nothing) -> Recipe:
    return lambda player: partial(player.programs.api, "GET", f"{API}{path}".format(make(player)))


def _call(method: str, path: str, make: Make = _nothing, body: Make = _nothing) -> Recipe:
    return lambda player: partial(player.programs.api, method, f"{API}{path}".format(make(player)), body(player))


def _page(path: str, make: Make = _nothing) -> Recipe:
    return lambda player: partial(player.browser.request, "GET", path.format(make(player)))


def _open(path: str, make: Make = _nothing) -> Recipe:
    return lambda player: partial(player.anonymous.request, "GET", path.format(make(player)))


def _form(path: str, make: Make = _nothing, fields: Make = lambda _: {}) -> Recipe:
    return lambda player: partial(player.submit, path.format(make(player)), fields(player))


def _named(player: Player) -> dict[str, str]:
    return {"name": player.name()}


def _credentials(player: Player) -> dict[str, str]:
    return {"email": player.who.email, "password": PASSWORD}


def _stranger(player: Player) -> dict[str, str]:
    return {"email": player.newcomer()[2], "password": PASSWORD}


def _once(player: Player) -> Request:
    key = player.name().replace(" ", "-")
    return partial(player.programs.api, "POST", f"{API}/notes", player.draft(), **{"Idempotency-Key": key})


def _again(player: Player) -> Request:
    request = _once(player)
    request()
    return request


def _if_match(player: Player) -> Request:
    note = player.note()
    tag = player.programs.api("GET", f"{API}/notes/{note}").headers["etag"]
    return partial(player.programs.api, "PUT", f"{API}/notes/{note}", player.draft(), **{"If-Match": tag})


def _sign_up(player: Player) -> Request:
    browser, csrf, email = player.newcomer()
    fields = {"email": email, "password": PASSWORD, "repeat_password": PASSWORD}
    return partial(browser.form, "/signup/", fields, csrf)


def _fresh_form(path: str, fields: Make) -> Recipe:
    """A form sent by a browser that is not signed in."""

    def recipe(player: Player) -> Request:
        browser, csrf, _ = player.newcomer()
        return partial(browser.form, path, fields(player), csrf)

    return recipe


def _leaving(path: str, fields: dict[str, str]) -> Recipe:
    """A form of a user made for it, because it ends a session or an account."""

    def recipe(player: Player) -> Request:
        browser, csrf, _ = player.signed_up()
        return partial(browser.form, path, fields, csrf)

    return recipe


def _recover(player: Player) -> Request:
    browser, csrf, path = player.recovery()
    return partial(browser.form, path, NEW_PASSWORD, csrf)


def _open_recovery(player: Player) -> Request:
    browser, _, path = player.recovery()
    return partial(browser.request, "GET", path)


RECIPES: dict[str, tuple[Recipe, ...]] = {
    "GET /livez": (_open("/livez"),),
    "GET /readyz": (_open("/readyz"),),
    "GET /version": (_open("/version"),),
    "GET /static/<>": (_open("{}", Player.stylesheet),),
    "GET /api/v1/openapi.json": (_open(f"{API}/openapi.json"),),
    "GET /api/v1/tokens": (_read("/tokens"),),
    "GET /api/v1/notes": (
        _read("/notes"),
        _read("/notes?limit=100&order=name"),
        _read("/notes?q=quick%20bro"),
        _read("/notes?pad={}", _existing("pads")),
    ),
    "GET /api/v1/notes/<>": (_read("/notes/{}", _existing("notes")),),
    "GET /api/v1/trash": (_read("/trash"), _read("/trash?limit=100")),
    "GET /api/v1/pads": (_read("/pads"),),
    "GET /api/v1/pads/<>": (_read("/pads/{}", _existing("pads")),),
    "POST /api/v1/users": (_call("POST", "/users", body=_stranger),),
    "POST /api/v1/tokens": (_call("POST", "/tokens", body=_credentials),),
    "DELETE /api/v1/tokens/<>": (_call("DELETE", "/tokens/{}", Player.token),),
    "POST /api/v1/notes": (_call("POST", "/notes", body=Player.draft), _once, _again),
    "PUT /api/v1/notes/<>": (_call("PUT", "/notes/{}", Player.note, Player.draft), _if_match),
    "DELETE /api/v1/notes/<>": (_call("DELETE", "/notes/{}", Player.note),),
    "POST /api/v1/notes/<>/restore": (_call("POST", "/notes/{}/restore", Player.trashed),),
    "POST /api/v1/pads": (_call("POST", "/pads", body=_named),),
    "PUT /api/v1/pads/<>": (_call("PUT", "/pads/{}", Player.pad, _named),),
    "DELETE /api/v1/pads/<>": (_call("DELETE", "/pads/{}", Player.pad),),
    "GET /": (_page("/"), _page("/?page=2&order=name"), _page("/?q=quick+bro"), _open("/")),
    "GET /signup/": (_open("/signup/"), _page("/signup/")),
    "GET /signin/": (_open("/signin/"), _page("/signin/")),
    "GET /signout/": (_page("/signout/"),),
    "GET /forgot-password/": (_open("/forgot-password/"),),
    "GET /recover-password/<>/": (_open_recovery,),
    "GET /settings/": (_page("/settings/"),),
    "GET /settings/export/": (_page("/settings/export/"),),
    "GET /notes/create/": (_page("/notes/create/"), _page("/notes/create/?pad={}", _existing("pads"))),
    "GET /notes/<>/": (_page("/notes/{}/", _existing("notes")),),
    "GET /notes/<>/edit/": (_page("/notes/{}/edit/", _existing("notes")),),
    "GET /notes/<>/delete/": (_page("/notes/{}/delete/", _existing("notes")),),
    "GET /pads/create/": (_page("/pads/create/"),),
    "GET /pads/<>/": (_page("/pads/{}/", _existing("pads")), _page("/pads/{}/?order=-name", _existing("pads"))),
    "GET /pads/<>/edit/": (_page("/pads/{}/edit/", _existing("pads")),),
    "GET /pads/<>/delete/": (_page("/pads/{}/delete/", _existing("pads")),),
    "GET /trash/": (_page("/trash/"),),
    "GET /sign_up": (_open("/sign_up"),),
    "GET /log_in": (_open("/log_in"),),
    "GET /log_out": (_open("/log_out"),),
    "GET /notes": (_open("/notes"),),
    "GET /notes/new": (_open("/notes/new"),),
    "POST /signup/": (_sign_up,),
    "POST /signin/": (_fresh_form("/signin/", _credentials),),
    "POST /signout/": (_leaving("/signout/", {}),),
    "POST /forgot-password/": (_fresh_form("/forgot-password/", _credentials),),
    "POST /recover-password/<>/": (_recover,),
    "POST /settings/": (_leaving("/settings/", {"old_password": PASSWORD, **NEW_PASSWORD}),),
    "POST /settings/tokens/": (_form("/settings/tokens/", fields=_named),),
    "POST /settings/tokens/<>/revoke/": (_form("/settings/tokens/{}/revoke/", Player.token),),
    "POST /settings/delete/": (_leaving("/settings/delete/", {"password": PASSWORD}),),
    "POST /notes/create/": (_form("/notes/create/", fields=Player.fields),),
    "POST /notes/<>/edit/": (_form("/notes/{}/edit/", Player.note, Player.fields),),
    "POST /notes/<>/delete/": (_form("/notes/{}/delete/", Player.note),),
    "POST /notes/<>/restore/": (_form("/notes/{}/restore/", Player.trashed),),
    "POST /pads/create/": (_form("/pads/create/", fields=_named),),
    "POST /pads/<>/edit/": (_form("/pads/{}/edit/", Player.pad, _named),),
    "POST /pads/<>/delete/": (_form("/pads/{}/delete/", Player.pad),),
}
