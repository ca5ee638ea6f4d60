"""A page as a reader sees it: title, headings, tables, messages, errors beside fields, forms."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from tests.support.wire import Answer

CONTROLS = ("input", "select", "textarea")


def words(node: Any) -> str:
    """The text of a node with white space folded, as a browser shows it."""
    return " ".join(node.text().split())


@dataclass(frozen=True)
class Form:
    """A form: where it goes, and what it would send if the reader changed nothing."""

    method: str
    action: str
    fields: dict[str, str]
    hidden: frozenset[str]
    node: Any

    @property
    def csrf(self) -> str | None:
        """The CSRF token that the form carries, if any."""
        return next((value for name, value in self.fields.items() if "csrf" in name and name in self.hidden), None)

    @property
    def csrf_field(self) -> str:
        return next(name for name in self.fields if "csrf" in name and name in self.hidden)

    def options(self, name: str) -> list[tuple[str, str]]:
        """(value, text) of each choice of a select."""
        chosen = self.node.css_first(f"select[name={name}]")
        return [(option.attributes.get("value") or "", words(option)) for option in chosen.css("option")]


@dataclass(frozen=True)
class Page(Answer):
    """An answer of the site's pages; `url` is the path and query that were asked for."""

    url: str = ""

    @cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    @property
    def location(self) -> str | None:
        return self.headers.get("Location")

    @property
    def title(self) -> str:
        node = self.tree.css_first("title")
        return words(node) if node else ""

    @property
    def heading(self) -> str:
        node = self.tree.css_first("h1")
        return words(node) if node else ""

    @property
    def shown(self) -> str:
        """All text of the body, white space folded."""
        return words(self.tree.body)

    @property
    def flashes(self) -> list[tuple[str, str]]:
        """("success" or "error", text) of each flash message."""
        return [
            (kind, words(node))
            for node in self.tree.css(".alert")
            for kind in ("success", "error")
            if f"alert-{kind}" in (node.attributes.get("class") or "").split()
        ]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of each row of the page's table of notes, without its head."""
        return [[words(cell) for cell in row.css("td")] for row in self.tree.css("table tbody tr")]

    @property
    def names(self) -> list[str]:
        """The first cell of each row: the notes' names."""
        return [row[0] for row in self.rows]

    @property
    def columns(self) -> list[str]:
        return [words(cell) for cell in self.tree.css("table thead th")]

    @property
    def links(self) -> list[tuple[str, str]]:
        """(text, address from the root of the site) of every link."""
        return [
            (words(node), urljoin(self.url, node.attributes.get("href") or "")) for node in self.tree.css("a[href]")
        ]

    def link(self, text: str) -> str:
        """The address behind the first link that reads `text`."""
        found = [href for shown, href in self.links if shown == text]
        assert found, f"no link {text!r} among {sorted({shown for shown, _ in self.links})}"
        return found[0]

    @property
    def errors(self) -> dict[str, list[str]]:
        """Field errors by the field that they stand beside."""
        found: dict[str, list[str]] = {}
        for node in self.tree.css("ul.errorlist"):
            found.setdefault(self._field_beside(node), []).extend(words(item) for item in node.css("li"))
        return found

    def _field_beside(self, errors: Any) -> str:
        """The name of the visible control that stands right before the list; a reader hears the list with it."""
        nearest = None
        for node in self.tree.root.traverse(include_text=False):
            if node.mem_id == errors.mem_id:
                break
            if node.tag in CONTROLS and node.attributes.get("type") not in ("hidden", "submit"):
                nearest = node
        assert nearest is not None, "an error list stands before every field"
        assert errors.id in (nearest.attributes.get("aria-describedby") or "").split()
        return nearest.attributes.get("name") or ""

    @property
    def forms(self) -> list[Form]:
        return [_form(node, self.url) for node in self.tree.css("form")]

    def form(self, *names: str, action: str | None = None) -> Form:
        """The first form that has all these fields and, when given, goes to this path."""
        for form in self.forms:
            if set(names) <= set(form.fields) and (action is None or form.action.partition("?")[0] == action):
                return form
        raise AssertionError(
            f"{self.status} {self.url}: no form with {names} to {action}: "
            f"{[(form.action, list(form.fields)) for form in self.forms]}\n{self.shown[:500]}"
        )


def _form(node: Any, url: str) -> Form:
    fields, hidden = {}, set()
    for control in node.css("input, select, textarea"):
        name, kind = control.attributes.get("name"), (control.attributes.get("type") or "text").lower()
        if not name or kind in ("submit", "button", "image", "reset"):
            continue
        if kind in ("checkbox", "radio") and "checked" not in control.attributes:
            continue
        fields[name] = _value(control)
        if kind == "hidden":
            hidden.add(name)
    method = (node.attributes.get("method") or "get").upper()
    return Form(method, node.attributes.get("action") or url, fields, frozenset(hidden), node)


def _value(control: Any) -> str:
    if control.tag == "textarea":
        return str(control.text())
    if control.tag == "select":
        options = control.css("option")
        chosen = [option for option in options if "selected" in option.attributes] or options[:1]
        return (chosen[-1].attributes.get("value") or "") if chosen else ""
    return control.attributes.get("value") or ""
