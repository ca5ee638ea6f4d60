"""A reader of the pages without scripts: keeps cookies, fills in forms, follows redirects only when told."""

from typing import Any
from urllib.parse import quote, urlsplit

from tests.support.page import Page
from tests.support.wire import Pairs, Transport

FORM = "application/x-www-form-urlencoded"


def encode(fields: dict[str, str | bytes]) -> bytes:
    """Fields as a form's body; bytes go as they are (percent-encoded), text as UTF-8 with surrogates let through."""
    return b"&".join(quote(name, safe="").encode() + b"=" + _value(value) for name, value in fields.items())


def _value(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else quote(value.encode("utf-8", "surrogatepass"), safe="").encode()


class Browser:
    """Cookies of one reader. `get` and `post` never follow a redirect; `follow` does, once."""

    def __init__(self, transport: Transport, cookies: dict[str, str] | None = None) -> None:
        self.transport = transport
        self.cookies = dict(cookies or {})
        self.page: Page | None = None

    def copy(self) -> "Browser":
        """Another browser with a copy of the cookies as they are now."""
        return Browser(self.transport, self.cookies)

    def send(self, method: str, target: str, headers: Pairs = (), body: bytes | None = None) -> Page:
        extra = (
            [("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))] if self.cookies else []
        )
        answer = self.transport.send(method, target, [*extra, *headers], body)
        for line in answer.headers.getlist("Set-Cookie"):
            self._keep(line)
        self.page = Page(answer.status, answer.headers, answer.body, url=target)
        return self.page

    def _keep(self, line: str) -> None:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        gone = not value or any(part.lower() in ("max-age=0",) for part in attributes)
        if gone:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def get(self, target: str, headers: Pairs = ()) -> Page:
        return self.send("GET", target, headers)

    def follow(self, page: Page) -> Page:
        """The page that a redirect leads to."""
        assert page.status in (301, 302, 303, 308), f"{page.status} is no redirect: {page.shown[:300]}"
        assert page.location is not None
        parts = urlsplit(page.location)
        return self.get(parts.path + (f"?{parts.query}" if parts.query else ""))

    def post_raw(self, target: str, body: bytes, content_type: str = FORM, headers: Pairs = ()) -> Page:
        """POST these bytes, with no token but the one in them."""
        return self.send("POST", target, [("Content-Type", content_type), *headers], body)

    def post(self, target: str, fields: dict[str, Any] | None = None, *, csrf: bool = True) -> Page:
        """POST exactly these fields and, unless told not to, a valid CSRF token."""
        token = dict([self.csrf()]) if csrf else {}
        return self.post_raw(target, encode({**token, **(fields or {})}))

    def csrf(self) -> tuple[str, str]:
        """Field name and value of a valid CSRF token of this session, taken from a form."""
        page = self.page if self.page and any(form.csrf for form in self._forms(self.page)) else None
        for target in () if page else ("/settings/", "/signin/"):
            page = self.get(target)
            if any(form.csrf for form in self._forms(page)):
                break
        assert page is not None
        form = next(form for form in page.forms if form.csrf)
        return form.csrf_field, form.csrf or ""

    @staticmethod
    def _forms(page: Page) -> list[Any]:
        return page.forms if page.media_type == "text/html" else []

    def submit(self, page: Page, fields: dict[str, str], *, action: str | None = None) -> Page:
        """Fill in the form that has these fields (or goes to `action`) and send it as a browser would.

        Line breaks go as CRLF and everything that the form already held goes along.
        """
        form = page.form(*fields, action=action)
        filled = {name: _crlf(value) for name, value in {**form.fields, **fields}.items()}
        if form.method == "GET":
            return self.get(f"{form.action.partition('?')[0]}?{encode(filled).decode()}")
        return self.post_raw(form.action, encode(filled))


def _crlf(value: str) -> str:
    return value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
