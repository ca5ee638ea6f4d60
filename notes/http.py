"""What Flask's own request, session and routing do not do as the rules want it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import ClientDisconnected
from werkzeug.formparser import FormDataParser
from werkzeug.routing import BaseConverter
from werkzeug.utils import cached_property

from notes.api import PREFIX
from notes.models import MAX_ID

FORM_BYTES = 8 * 2**20  # a text of 1 MiB may take three bytes for each of its own, and then some
SESSION_PREFIXES = (f"{PREFIX}/",)  # where the cookie of the pages means nothing


class SyncFlask(Flask):
    """An application whose views are plain functions: none needs to be asked whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return `func`."""
        return func


def pairs(text: str) -> list[tuple[str, str]]:
    """Return the fields of a form or a query. A byte that is not UTF-8 becomes half a surrogate pair.

    Werkzeug would keep such a byte as the text "%FF", which is not what was sent and would be stored as such.
    """
    return parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="surrogateescape")


class StrictFormParser(FormDataParser):
    """Reads URL-encoded forms, the only ones that our pages send."""

    def parse(self, stream: Any, mimetype: str, content_length: int | None, *_: Any) -> Any:
        """Return stream, fields and files; ends with 400 when the body was cut short."""
        if mimetype != "application/x-www-form-urlencoded":
            return stream, self.cls(), self.cls()
        body = stream.read()
        if content_length is not None and len(body) < content_length:
            raise ClientDisconnected
        return stream, self.cls(pairs(body.decode("utf-8", "surrogateescape"))), self.cls()


class PreciseRequest(Request):
    """A request whose texts are what was sent, to the byte."""

    form_data_parser_class = StrictFormParser

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """The fields of the query."""
        return ImmutableMultiDict(pairs(self.query_string.decode("utf-8", "surrogateescape")))


class PageSessions(SecureCookieSessionInterface):
    """Signed cookies for the pages; none for the API, which they do not authorise."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Return the session in the cookie; None, which cannot be written to, under the API."""
        return None if request.path.startswith(SESSION_PREFIXES) else super().open_session(app, request)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        """Whether the cookie is for HTTPS only: where the request came by HTTPS."""
        from flask import request

        return request.is_secure


class IdConverter(BaseConverter):
    """A whole number of any length, so that one beyond the range is as unknown as any other, not an error."""

    regex = "[0-9]+"

    def to_python(self, value: str) -> int:
        """Return the number, or one more than the greatest id for those beyond."""
        return min(int(value), MAX_ID + 1) if len(value) <= 12 else MAX_ID + 1
