"""Somebody who uses the application: signs in, has a token, and makes what a request needs before it is counted."""

import re
from pathlib import Path
from typing import Any

from ops.bench.client import Client, Reply, expect
from ops.bench.dataset import NAME, PASSWORD, TEXT, Account

RECOVERY_LINK = re.compile(r"/recover-password/([A-Za-z0-9._~-]+)/")
STYLESHEET = re.compile(r'href="(/static/[^"?]+)')


class Player:
    """A user of the application on `port`, by API and by browser; finds mails in the application's `log`."""

    def __init__(self, port: int, who: Account, log: Path) -> None:
        """Sign in on the pages; the API is used with the account's token."""
        self.who, self.port, self.log = who, port, log
        self.anonymous = Client(port)
        self.programs = Client(port, who.token)
        self.browser = Client(port)
        self.browser.sign_in(who.email, PASSWORD)
        self.csrf = self.browser.csrf("/notes/create/")
        self._made = 0

    def first(self, kind: str) -> int:
        """Return the id of an object that is there already; `kind` is notes, pads or trash."""
        return int(expect(self.programs.api("GET", f"/api/v1/{kind}"), 200, f"GET {kind}").json()["items"][0]["id"])

    def name(self) -> str:
        """Return a name that was not used before."""
        self._made += 1
        return f"{NAME} {self._made}"

    def draft(self) -> dict[str, Any]:
        """Return the fields of a note in one of one's pads, as the API takes them."""
        return {"name": self.name(), "text": TEXT, "pad_id": self.first("pads")}

    def fields(self) -> dict[str, str]:
        """Return the fields of a note in one of one's pads, as the pages take them."""
        return {"name": self.name(), "text": TEXT, "pad": str(self.first("pads"))}

    def note(self) -> int:
        """Make a note and return its id."""
        return int(expect(self.programs.api("POST", "/api/v1/notes", self.draft()), 201, "POST notes").json()["id"])

    def trashed(self) -> int:
        """Make a note, move it to the trash, and return its id."""
        note = self.note()
        expect(self.programs.api("DELETE", f"/api/v1/notes/{note}"), 204, "DELETE notes")
        return note

    def pad(self) -> int:
        """Make a pad with a note in it and return its id."""
        reply = expect(self.programs.api("POST", "/api/v1/pads", {"name": self.name()}), 201, "POST pads")
        pad = int(reply.json()["id"])
        note = {**self.draft(), "pad_id": pad}
        expect(self.programs.api("POST", "/api/v1/notes", note), 201, "POST notes")
        return pad

    def token(self) -> int:
        """Make an API token and return its id."""
        body = {"email": self.who.email, "password": PASSWORD}
        return int(expect(self.anonymous.api("POST", "/api/v1/tokens", body), 201, "POST tokens").json()["id"])

    def submit(self, path: str, fields: dict[str, str]) -> Reply:
        """Send a form as the signed-in browser."""
        return self.browser.form(path, fields, self.csrf)

    def stylesheet(self) -> str:
        """Return the path of a static file that the pages name."""
        found = STYLESHEET.search(self.anonymous.request("GET", "/signin/").body.decode())
        return found[1] if found else "/static/"

    def newcomer(self) -> tuple[Client, str, str]:
        """Return a browser without a session, its CSRF token, and an address nobody has signed up with."""
        browser = Client(self.port)
        self._made += 1
        return browser, browser.csrf("/signup/"), f"{self._made}.{self.who.email}"

    def signed_up(self) -> tuple[Client, str, str]:
        """Return a new user's signed-in browser, its CSRF token, and the address."""
        browser, csrf, email = self.newcomer()
        fields = {"email": email, "password": PASSWORD, "repeat_password": PASSWORD}
        expect(browser.form("/signup/", fields, csrf), 302, "POST /signup/")
        browser.sign_in(email, PASSWORD)
        return browser, browser.csrf("/notes/create/"), email

    def recovery(self) -> tuple[Client, str, str]:
        """Return a browser that has opened a recovery link, its CSRF token, and the link's path."""
        _, _, email = self.signed_up()
        browser = Client(self.port)
        csrf = browser.csrf("/forgot-password/")
        expect(browser.form("/forgot-password/", {"email": email}, csrf), 302, "POST /forgot-password/")
        path = f"/recover-password/{RECOVERY_LINK.findall(self.log.read_text())[-1]}/"
        return browser, browser.csrf(path), path


def plain(rule: str) -> str:
    """Return a rule with its variable parts as `<>`: what a recipe is found by."""
    return re.sub(r"<[^>]*>", "<>", rule)
