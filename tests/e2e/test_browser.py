"""The main path in a real Chromium: on a phone and a desktop, without scripts, by the keyboard alone."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Keys

from ops.paths import REPORTS, ROOT
from tests.support.accounts import PASSWORD, Account
from tests.support.chromium import SIZES, Reader, missing
from tests.support.database import Database
from tests.support.process import Server

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

MARKDOWN = """# Release checklist

| step | who | done |
|------|-----|:----:|
| tag the commit | Ada | yes |
| watch the canary | Grace | not yet |

```python
def greet(name: str) -> str:
    return f"Hello {name}"
```

Ask on *Monday*, see [the manual](https://example.org/manual).
"""
WIDE = f"""{"unbroken" * 60}

| {" | ".join(f"column {number}" for number in range(20))} |
|{"---|" * 20}
| {" | ".join("value" for _ in range(20))} |

```
{"a very long line of code " * 20}
```
"""

Open = Callable[..., Reader]


@pytest.fixture
def reader(server: Server, database: Database, tmp_path: Path) -> Iterator[Open]:  # noqa: ARG001
    """Opens a browser of the given size."""
    opened: list[Reader] = []

    def start(size: str, *, scripts: bool = True) -> Reader:
        opened.append(Reader(server.url, tmp_path, size, scripts=scripts))
        return opened[-1]

    yield start
    for one in opened:
        one.quit()


def sign_in(reader: Reader, email: str) -> None:
    reader.open("/signin/")
    reader.fill(email=email, password=PASSWORD)
    reader.press("Sign in")
    assert reader.path == "/"


def picture(size: str) -> Path:
    """Where the picture of the README goes, when it is asked for; else beside the reports."""
    if size == "desktop" and os.environ.get("NOTES_SCREENSHOT") == "1":
        return ROOT / "docs" / "images" / "notes.png"
    return REPORTS / "screenshots" / f"notes-{size}.png"


def follow_main_path(reader: Reader, after_each: Callable[[], None]) -> None:
    """Sign up and in, make a pad and a note in it, search, delete and restore it."""
    reader.open("/signup/")
    after_each()
    reader.fill(email="ada@example.com", password=PASSWORD, repeat_password=PASSWORD)
    reader.press("Sign up")
    assert reader.path == "/signin/"
    assert reader.find(".alert-success").text == "Account is created. Now you can sign in."
    after_each()
    reader.fill(email="ada@example.com", password=PASSWORD)
    reader.press("Sign in")
    assert reader.heading == "All notes (0)"
    after_each()
    reader.open("/pads/create/")
    after_each()
    reader.fill(name="Releases")
    reader.press("Save")
    reader.follow("Releases")
    assert reader.heading == "Releases (0)"
    after_each()
    reader.follow("New note")
    after_each()
    reader.fill(name="Checklist for 1.0", text=MARKDOWN)
    reader.press("Save")
    assert reader.heading == "Releases (1)"
    after_each()
    reader.follow("Checklist for 1.0")
    assert reader.heading == "Checklist for 1.0"
    assert [cell.text for cell in reader.all("main td")][:3] == ["tag the commit", "Ada", "yes"]
    assert "def greet(name: str) -> str:" in reader.find("main pre").text
    after_each()
    note = reader.path
    reader.open("/")
    reader.fill(q="canar check")
    reader.press("Search")
    assert reader.heading == "All notes (1)"
    after_each()
    reader.open(note)
    reader.follow("Delete it")
    assert "Are you sure you want to delete Checklist for 1.0?" in reader.find("main").text
    after_each()
    reader.leave_by(reader.find("main form[method=post] button").click)
    assert reader.find(".alert-success").text == "Note is successfully deleted"
    reader.open("/trash/")
    after_each()
    reader.leave_by(reader.find("main form[action$='/restore/'] button").click)
    assert reader.find(".alert-success").text == "Note is successfully restored"
    after_each()
    reader.open(note)
    assert reader.heading == "Checklist for 1.0"


@pytest.mark.parametrize("size", SIZES)
def test_the_main_path_works_fits_the_window_and_breaks_no_policy(reader: Open, size: str) -> None:
    one = reader(size)

    def look() -> None:
        assert one.overflow() <= 0, f"{one.path} is {one.overflow()} pixels wider than a {size}"
        assert one.complaints() == []

    follow_main_path(one, look)
    look()
    one.picture(picture(size))


@pytest.mark.parametrize("size", SIZES)
def test_the_main_path_works_without_scripts(reader: Open, size: str) -> None:
    one = reader(size, scripts=False)
    one.driver.get("data:text/html,<title>off</title><script>document.title='on'</script>")
    assert one.driver.title == "off"
    follow_main_path(one, lambda: None)


@pytest.mark.parametrize("size", SIZES)
def test_long_names_wide_tables_and_long_lines_do_not_widen_a_page(reader: Open, alice: Account, size: str) -> None:
    pad = alice.api.pad("P" * 100)["id"]
    note = alice.api.note("N" * 100, WIDE, pad)["id"]
    for number in range(25):
        alice.api.note(f"{'W' * 90} {number}")
    alice.api.delete(f"notes/{alice.api.note('T' * 100)['id']}")
    one = reader(size)
    sign_in(one, alice.email)
    paths = ["/", "/?page=2", "/trash/", "/settings/", "/notes/create/", "/nothing/", "/signout/"]
    paths += [f"/notes/{note}/", f"/notes/{note}/edit/", f"/notes/{note}/delete/"]
    for path in [*paths, f"/pads/{pad}/", f"/pads/{pad}/edit/", f"/pads/{pad}/delete/"]:
        one.open(path)
        assert one.overflow() <= 0, f"{path} is {one.overflow()} pixels wider than a {size}"


def test_one_signs_in_by_the_keyboard_alone(reader: Open, alice: Account) -> None:
    one = reader("desktop")
    one.open("/trash/")
    one.tab_to("email")
    one.type(alice.email)
    one.tab_to("password")
    one.type(PASSWORD)
    one.enter()
    assert one.path == "/trash/"


def test_the_keyboard_shows_where_it_is_and_reaches_the_content_first(reader: Open, alice: Account) -> None:
    one = reader("desktop")
    sign_in(one, alice.email)
    one.open("/")
    one.type(Keys.TAB)
    assert "#" in (one.focused().get_attribute("href") or "")
    one.tab_to(f"{one.base_url}/settings/")
    style = one.driver.execute_script(
        "const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow"
    )
    assert style != "nonenone"
    one.enter()
    assert one.path == "/settings/"


def test_a_text_typed_in_a_browser_comes_back_with_its_line_breaks(reader: Open, alice: Account) -> None:
    note = alice.api.note("Breaks", "\n\nfirst\n\nlast\n")["id"]
    one = reader("desktop")
    sign_in(one, alice.email)
    one.open(f"/notes/{note}/edit/")
    one.find("main [name=text]").send_keys("more")
    one.press("Save")
    assert alice.api.get(f"notes/{note}").json()["text"] == "\n\nfirst\n\nlast\nmore"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_in_light_and_dark(reader: Open, alice: Account, scheme: str) -> None:
    """Contrast of body text and links of at least 4.5 to 1, as WCAG AA asks."""
    note = alice.api.note("Colours", MARKDOWN)["id"]
    one = reader("desktop")
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    one.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    sign_in(one, alice.email)
    for path in ("/", f"/notes/{note}/", "/settings/"):
        one.open(path)
        weak = one.driver.execute_script(CONTRAST)
        assert weak == [], f"{path} in {scheme}: {weak[:5]}"


CONTRAST = """
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const rgb = (colour) => {
  canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const lum = ([r, g, b]) => {
  const f = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b);
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const colour = rgb(getComputedStyle(node).backgroundColor);
    if (colour[3] > 250) return colour;
  }
  return rgb('Canvas');
};
const weak = [];
for (const node of document.querySelectorAll('body *')) {
  const own = [...node.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const box = node.getBoundingClientRect();
  if (!own || box.width < 2 || box.bottom < 0 || getComputedStyle(node).visibility === 'hidden') continue;
  const [a, b] = [lum(rgb(getComputedStyle(node).color)), lum(behind(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  const text = node.textContent.trim().slice(0, 20);
  if (ratio < 4.5) weak.push(`${node.tagName}.${node.className} '${text}' ${ratio.toFixed(2)}`);
}
return weak;
"""
