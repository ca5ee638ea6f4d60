"""The addresses of the Markdown app that people have in their bookmarks and scripts."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for

from notes.web import web

MOVED = {
    "/sign_up": "web.sign_up",
    "/log_in": "web.sign_in",
    "/log_out": "web.sign_out",
    "/notes": "web.all_notes",
    "/notes/new": "web.create_note",
}


def moved() -> Any:
    """Redirect to where the page is now."""
    return redirect(url_for(MOVED[request.path]), 301)


for _path in MOVED:
    web.add_url_rule(_path, view_func=moved, methods=["GET"])
