"""Section 2, a note's text as Markdown, and what never gets through."""

import re
import time
from typing import Any

import pytest

from tests.support.accounts import Account
from tests.support.page import Page

ATTACKS = [
    "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<img src=x onerror=alert(1)>", "<img src=x OnErRoR=alert(1)//",
    "<body onload=alert(1)>", "<svg onload=alert(1)></svg>", "<svg><script>alert(1)</script></svg>",
    "<iframe src='https://evil.example'></iframe>", "<iframe srcdoc='<script>1</script>'>",
    "<form action='/settings/delete/' method=post><input name=password><button>x</button></form>",
    "<style>*{display:none}</style>", "<p style='position:fixed'>x</p>",
    "<div style=\"background:url(javascript:1)\">x</div>", "<math><mi xlink:href='javascript:1'>x</mi></math>",
    "<a href='javascript:alert(1)'>x</a>", "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>", "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>1</script>'>x</a>", "<a href='vbscript:x'>x</a>", "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1))", "[x](java&#115;cript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)", "[x](file:///etc/passwd)", "[x](ftp://example.org/)", "[x](tel:+123)",
    "[x](&#1;javascript:alert(1))", "<javascript:alert(1)>", "<ftp://example.org/x>", "<data:text/html,x>",
    "[x]: javascript:alert(1)\n\n[x]", "![x](javascript:alert(1))", "![x](data:text/html,x)",
    "![x\" onerror=\"alert(1)](x)", "[x](https://example.org 'a\" onclick=\"alert(1)')", "<object data=x></object>",
    "<embed src=x>", "<base href='https://evil.example/'>", "<link rel=stylesheet href=x>",
    "<meta http-equiv=refresh content='0;url=//x'>", "<template><script>1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>", "<!--<script>1</script>-->",
    "<details open ontoggle=alert(1)>x</details>", "<video src=x onerror=alert(1)></video>",
    "<input onfocus=alert(1) autofocus>", "</textarea></article></main></body><script>alert(1)</script>",
    "<![CDATA[<script>1</script>]]>", "```\n<script>alert(1)</script>\n```",
    "```html onload=x\n<img src=x onerror=alert(1)>\n```", "``` \"><script>alert(1)</script>\nx\n```",
    "`<script>alert(1)</script>`",
    "| <script>1</script> | b |\n|---|---|\n| <img src=x onerror=1> | <style>x</style> |", "<x onclick=alert(1)>x</x>",
    "<a href=https://e.org onclick=1>x</a>",
]  # fmt: skip
NEVER = {
    "script", "iframe", "form", "style", "svg", "input", "button", "object", "embed", "base", "link", "meta",
    "template", "math", "frame",
}  # fmt: skip
LINKS = [
    "https://example.org/a?b=c&d", "http://example.org", "mailto:a@example.org", "/notes/1/", "other", "../up",
    "#part", "?q=1",
]  # fmt: skip


def scheme_of(address: str) -> str:
    """The scheme as a browser reads it, after dropping what it ignores; "" for a relative address."""
    bare = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", bare)
    return found.group(1).lower() if found else ""


def shown(alice: Account, text: str) -> tuple[Page, Any]:
    """The page of a note with this text, and the element that holds the rendered text alone."""
    note = alice.api.note("Markdown", f"STARTMARK\n\n{text}\n\nENDMARK")["id"]
    page = alice.browser.get(f"/notes/{note}/")
    assert page.status == 200
    start = next(node for node in page.tree.css("p") if node.text().strip() == "STARTMARK")
    return page, start.parent


def body(alice: Account, text: str) -> str:
    """The HTML of the rendered text between the marks."""
    html: str = shown(alice, text)[1].html
    return html.partition("<p>STARTMARK</p>")[2].partition("<p>ENDMARK</p>")[0].strip()


def test_a_text_is_shown_as_commonmark(alice: Account) -> None:
    html = body(
        alice,
        "# Top\n\n*em* **strong** `code`\n\n- one\n- two\n\n1. first\n\n> quoted\n\n---\n\n[l](https://example.org)",
    )
    for part in (
        "Top</h1>",
        "<em>em</em>",
        "<strong>strong</strong>",
        "<code>code</code>",
        "<li>one</li>",
        "<ol>",
        "<blockquote>",
        "<hr",
    ):
        assert part in html
    assert 'href="https://example.org"' in html


def test_tables_are_shown_with_their_alignment_kept_safe(alice: Account) -> None:
    html = body(alice, "| a | b |\n|---|--:|\n| 1 | 2 |\n")
    for part in ("<table", "<thead", "<th>a</th>", '<th align="right">b</th>', '<td align="right">2</td>'):
        assert part in html
    assert "style=" not in html


@pytest.mark.parametrize("fence", ["```", "~~~"])
def test_fenced_code_is_shown_to_the_letter(alice: Account, fence: str) -> None:
    code = "if a < b && c:\n    return '<b>'\n\n\n# *not em*"
    _, node = shown(alice, f"{fence}python\n{code}\n{fence}")
    assert node.css_first("pre").text().rstrip("\n") == code
    assert node.css("pre em, pre b") == []


def test_fenced_code_is_highlighted_on_the_server_without_styles_of_its_own(alice: Account) -> None:
    _, node = shown(alice, "```python\ndef f():\n    return 1\n```")
    assert node.css("pre span[class]") != []
    assert node.css("[style]") == []


@pytest.mark.parametrize("language", ["nothing-known", "<script>", "python extra words", "\u202e", "a" * 5000, "%s{}"])
def test_fenced_code_of_an_unknown_language_is_shown_plainly(alice: Account, language: str) -> None:
    _, node = shown(alice, f"```{language}\nsome <code>\n```")
    assert node.css_first("pre").text().strip() == "some <code>"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_script_event_handler_iframe_form_style_or_svg_gets_through(alice: Account, attack: str) -> None:
    harmless, _ = shown(alice, "harmless")
    page, node = shown(alice, attack)
    inside = [element for element in node.traverse(include_text=False) if element is not node]
    assert NEVER & {element.tag for element in inside} == set()
    for element in [*page.tree.root.traverse(include_text=False)]:
        assert [name for name in element.attributes if name.startswith("on") or name in ("style", "srcdoc")] == []
    for tag in NEVER:
        assert len(page.tree.css(tag)) == len(harmless.tree.css(tag)), tag
    for element in node.css("[href], [src], [action], [data], [cite], [longdesc]"):
        for name in ("href", "src", "action", "data", "cite", "longdesc"):
            assert scheme_of(element.attributes.get(name) or "") in ("", "http", "https", "mailto")
    assert "ENDMARK" in page.shown


@pytest.mark.parametrize("target", LINKS)
def test_http_https_mailto_and_relative_links_stay(alice: Account, target: str) -> None:
    _, node = shown(alice, f"[the link]({target})")
    assert [link.attributes["href"] for link in node.css("a")] == [target]


def test_the_text_is_not_changed_by_being_shown(alice: Account) -> None:
    text = "\n<script>alert(1)</script>\r\n\n| a |\n|---|\n"
    note = alice.api.note("x", text)["id"]
    alice.browser.get(f"/notes/{note}/")
    assert alice.api.get(f"notes/{note}").json()["text"] == text


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "*" * 20_000,
        ">" * 5_000 + "x",
        "`" * 20_000,
        "- " * 5_000,
        "![" * 10_000,
        "<" * 20_000,
        "|" * 20_000 + "\n" + "|-" * 9_999,
    ],
)
def test_a_text_made_to_be_slow_is_shown_within_seconds(alice: Account, text: str) -> None:
    note = alice.api.note("slow", text)["id"]
    start = time.monotonic()
    assert alice.browser.get(f"/notes/{note}/").status == 200
    assert time.monotonic() - start < 5


def test_names_are_text_and_never_markdown_or_html(alice: Account) -> None:
    name = "<script>alert(1)</script> **x** {{ 7*7 }}"
    pad = alice.api.pad(name)["id"]
    note = alice.api.note(name, "x", pad)["id"]
    paths = [
        "/",
        f"/notes/{note}/",
        f"/notes/{note}/edit/",
        f"/notes/{note}/delete/",
        f"/pads/{pad}/",
        f"/pads/{pad}/edit/",
    ]
    for path in [*paths, f"/pads/{pad}/delete/"]:
        page = alice.browser.get(path)
        assert page.status == 200
        assert "<script>alert" not in page.text
        assert name in page.shown or name in page.form("name").fields["name"]
