"""Before anything is measured: the sides of a comparison must do the same work."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ops.bench.client import Client, expect
from ops.errors import OpsError

FIELDS = ("id", "name", "text")
TOKENS = re.compile(rb'name="csrf_token"[^>]*')


def same_notes(clients: Mapping[str, Client], paths: Sequence[str]) -> None:
    """Raise OpsError unless all sides answer with the same notes; the last path is for the rest of the sides."""
    seen: dict[str, Any] = {}
    for index, (name, client) in enumerate(clients.items()):
        path = paths[min(index, len(paths) - 1)]
        found = expect(client.api("GET", path), 200, f"{name}: {path}").json()
        seen[name] = [[note[field] for field in FIELDS] for note in found.get("items", [found])]
    _agree(seen, paths[0])


def same_bytes(browsers: Mapping[str, Client], path: str) -> None:
    """Raise OpsError unless all sides answer with the same bytes, whatever their CSRF tokens are."""
    pages = {
        name: TOKENS.sub(b"", expect(browser.request("GET", path), 200, f"{name}: {path}").body)
        for name, browser in browsers.items()
    }
    _agree(pages, path)


def _agree(seen: Mapping[str, Any], path: str) -> None:
    reference, *others = seen
    for name in others:
        if seen[name] != seen[reference]:
            place = next((i for i, (a, b) in enumerate(zip(seen[name], seen[reference], strict=False)) if a != b), -1)
            where = f"{name}: {seen[name][place : place + 80]!r}, {reference}: {seen[reference][place : place + 80]!r}"
            raise OpsError(
                f"'{name}' and '{reference}' do not answer '{path}' alike", where, "measure nothing: mend it"
            )
