"""Who may see a page, and where an anonymous visitor goes first."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Response, abort, flash, g, redirect, request, url_for
from flask_login import current_user, login_required

from notes.extensions import login_manager
from notes.models import MAX_ID
from notes.serving.edge import USER_ID
from notes.store import signins
from notes.store.signins import Principal

CONTROL = re.compile(r"[\x00-\x20\x7f\\]")

View = TypeVar("View", bound=Callable[..., Any])


def account_required(view: View) -> View:
    """Send anonymous visitors of `view` to the sign-in page."""
    return login_required(view)  # type: ignore[no-any-return]


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(key: str) -> Principal | None:
    """Return the user of the session in the cookie; called by Flask-Login once a request at most."""
    principal = signins.principal_of(key)
    if principal is not None:
        request.environ[USER_ID] = principal.id
        g.principal = principal
    return principal


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def to_sign_in() -> Any:
    """Send an anonymous visitor to sign in, and from there back."""
    rule = request.url_rule
    readable = rule is not None and "GET" in (rule.methods or ())
    target = request.path if readable else "/"
    if readable and request.query_string:
        target += "?" + request.query_string.decode("latin-1")
    return redirect(f"{url_for('web.sign_in')}?next={quote(target, safe='')}")


def me() -> Principal:
    """Return the signed-in user."""
    return current_user._get_current_object()  # type: ignore[no-any-return]


def is_signed_in() -> bool:
    """Whether the visitor is signed in."""
    return bool(current_user.is_authenticated)


def next_page() -> str:
    """Return where to go after signing in: the path in `next` when it is one of this site, else `/`."""
    target = request.args.get("next", "")
    if not target.startswith("/") or target.startswith("//") or CONTROL.search(target):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target


def own_pad(pad_id: int) -> str:
    """Return the name of an own pad; ends with 404 when there is none with this id."""
    name = me().pad_names.get(pad_id)
    return name if name is not None else abort(404)


def existing_id(number: int) -> int:
    """Return an id that the database can look for; ends with 404 for one beyond its range."""
    return number if number <= MAX_ID else abort(404)


def done(message: str, target: str) -> Response:
    """Say what was done, on the page where it leads."""
    flash(message, "success")
    return redirect(target)  # type: ignore[return-value]
