"""Markdown to safe HTML: CommonMark with tables and fenced code, highlighted here, sanitised last of all."""

from __future__ import annotations

from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup, escape

TAGS = set(
    """
    a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp
    small span strong sub summary sup table tbody td tfoot th thead tr u ul var
    """.split()  # noqa: SIM905 - a list of words reads better than a hundred quotes
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"align"},
    "th": {"align"},
}
SCHEMES = {"http", "https", "mailto"}
HIGHLIGHT = "highlight"
LONGEST = 100_000  # characters; highlighting more would keep a thread for seconds


def render(text: str) -> Markup:
    """Return the HTML of `text`, with nothing in it that could run, frame, post or restyle."""
    return Markup(_cleaner().clean(_parser().render(text)))


@cache
def _parser() -> MarkdownIt:
    # raw HTML passes, as CommonMark says, and is sanitised with the rest
    parser = MarkdownIt("commonmark", {"html": True, "highlight": _highlight}).enable("table")
    parser.core.ruler.push("cell_alignment", _align_cells)
    return parser


def _align_cells(state: StateCore) -> None:
    """Say a column's alignment by an attribute: the parser's style is not allowed on our pages."""
    for token in state.tokens:
        style = str(token.attrs.pop("style", "")) if token.type in ("th_open", "td_open") else ""
        if style:
            token.attrs["align"] = style.removeprefix("text-align:")


@cache
def _cleaner() -> nh3.Cleaner:
    # token classes come from the highlighter; others, such as a page's own, do not pass
    return nh3.Cleaner(
        tags=TAGS,
        attributes={name: set(values) for name, values in ATTRIBUTES.items()},
        allowed_classes={"span": _token_classes(), "pre": {HIGHLIGHT}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def _token_classes() -> set[str]:
    from pygments.token import STANDARD_TYPES

    return {name for name in STANDARD_TYPES.values() if name}


def _highlight(code: str, language: str, _attributes: str) -> str:
    # imported when the first code block is shown: a third of the start-up time otherwise
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    if not language or len(code) > LONGEST:
        return str(escape(code))
    try:
        lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return str(escape(code))
    inner = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre class="{HIGHLIGHT}"><code>{inner}</code></pre>'
