"""The page of a report: one HTML file that needs nothing else, readable in light and dark."""

import html
from collections.abc import Sequence

from ops.report import charts
from ops.report.charts import Spec

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
       color: light-dark(#1a1a1a, #e6e6e6); background: light-dark(#fff, #16181c); }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid light-dark(#ddd, #333); vertical-align: top; }
.open { color: light-dark(#6b7280, #9ca3af); }
.yes { color: light-dark(#047857, #34d399); } .no { color: light-dark(#b91c1c, #f87171); font-weight: 600; }
svg { max-width: 100%; height: auto; } figure { margin: 1.5rem 0; overflow-x: auto; } .raw { font-size: .8rem; }
"""

MARKS = {True: "yes", False: "no", None: "open"}


def page(title: str, *parts: str) -> str:
    """Return the document: its title as heading, then the parts, which are HTML already."""
    return "\n".join(
        [
            "<!doctype html><html lang=en><head><meta charset=utf-8>",
            "<meta name=viewport content='width=device-width, initial-scale=1'>",
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head><body><h1>{html.escape(title)}</h1>",
            *(part for part in parts if part),
            "</body></html>",
        ]
    )


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """Return a list of what somebody needs to judge or repeat a run."""
    lines = [f"<li>{html.escape(name)}: <code>{html.escape(text)}</code></li>" for name, text in pairs]
    return f"<ul>{''.join(lines)}</ul>"


def marked_table(head: Sequence[str], rows: Sequence[tuple[bool | None, Sequence[str]]]) -> str:
    """Return a table whose rows begin with what came of them, None for what is open; cells are HTML already."""
    cells = "".join(f"<th>{name}</th>" for name in head)
    body = []
    for good, row in rows:
        first, *others = row
        filled = "".join(f"<td>{cell}</td>" for cell in others)
        body.append(f"<tr><td class={MARKS[good]}>{first}</td>{filled}</tr>")
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def link(name: str, folder: str = "") -> str:
    """Return a link to a file beside the report, or in a folder there."""
    return f"<a href='{html.escape(folder + name, quote=True)}'>{html.escape(name)}</a>"


def raw(names: Sequence[str], folder: str = "") -> str:
    """Return links to raw files in that folder, such as bench/run/: the first, and the others behind a word."""
    first, *others = [link(name, folder) for name in names] or ["-"]
    more = f"<details><summary>{len(others)} more</summary>{'<br>'.join(others)}</details>" if others else ""
    return f"<span class=raw>{first}{more}</span>"


def figure(plot: Spec) -> str:
    """Return the plot, inlined."""
    return f"<figure>{charts.svg(plot)}</figure>"
