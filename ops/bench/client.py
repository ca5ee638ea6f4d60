"""A plain HTTP client for what is not under load: signing up, filling the database, checking that sides agree."""

import http.client
import json
import re
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode

from ops.errors import OpsError

CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


class Reply(NamedTuple):
    """An answer: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


class Client:
    """Speaks to one server on loopback; keeps cookies, so that a signed-in browser can be played."""

    def __init__(self, port: int, token: str = "") -> None:
        """Speak to `port`, with `token` as bearer when one is given."""
        self.port, self.token = port, token
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        """Send one request on a connection of its own and return the answer."""
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        if self.cookies:
            sent["Cookie"] = self.cookie_header
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)

    @property
    def cookie_header(self) -> str:
        """The Cookie header of this browser."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Call the JSON API; `body` is sent as JSON when given."""
        data = b"" if body is None else json.dumps(body).encode()
        return self.request(method, path, data, {"Content-Type": "application/json", **headers} if data else headers)

    def csrf(self, path: str) -> str:
        """Return the CSRF token of the form on a page. Raises OpsError when there is none."""
        page = self.request("GET", path)
        found = CSRF.search(page.body.decode())
        if page.status != 200 or not found:
            raise OpsError(f"no form on '{path}'", f"status {page.status}", "open the page in a browser and see")
        return found[1] or found[2]

    def form(self, path: str, fields: dict[str, str], csrf: str) -> Reply:
        """Send a form."""
        body = urlencode({**fields, "csrf_token": csrf}).encode()
        return self.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def sign_in(self, email: str, password: str, *, with_csrf: bool = True) -> None:
        """Sign in on the page. Raises OpsError when that fails."""
        csrf = self.csrf("/signin/") if with_csrf else ""
        reply = self.form("/signin/", {"email": email, "password": password}, csrf)
        if reply.status != 302:
            raise OpsError(f"'{email}' cannot sign in on port {self.port}", f"status {reply.status}", "./inv doctor")


def expect(reply: Reply, status: int, what: str) -> Reply:
    """Return the reply when its status is the expected one; raises OpsError with its body otherwise."""
    if reply.status != status:
        raise OpsError(f"'{what}' was not answered with {status}", f"{reply.status} {reply.body[:300]!r}", "./inv test")
    return reply
