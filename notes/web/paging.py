"""Which page of a list, in which order."""

from __future__ import annotations

from flask import request

from notes.store.lists import DEFAULT_ORDER, ORDERS

FURTHEST = 2**30  # far beyond the last page, and within PostgreSQL's integer
SHOWN = 2  # how many numbers are shown on each side of the current page


def order_wanted() -> str:
    """Return the order in the query; the default one when it is unknown."""
    wanted = request.args.get("order", "")
    return wanted if wanted in ORDERS else DEFAULT_ORDER


def page_wanted() -> int:
    """Return the page in the query, at least 1; 1 when it is no number."""
    text = request.args.get("page", "")
    if not text.isascii() or not text.isdigit():
        return 1
    return max(1, int(text)) if len(text) < 10 else FURTHEST


def numbers(number: int, pages: int) -> list[int]:
    """Return the page numbers to link: the first, the last, and those around `number`; 0 stands for a gap."""
    near = range(max(1, number - SHOWN), min(pages, number + SHOWN) + 1)
    shown = sorted({1, pages, *near})
    linked: list[int] = []
    for page in shown:
        if linked and page - linked[-1] > 1:
            linked.append(0)
        linked.append(page)
    return linked
