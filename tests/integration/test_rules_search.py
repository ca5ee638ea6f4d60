"""Section 2, search: on the page and in the API alike."""

from urllib.parse import quote

import pytest

from tests.support.accounts import Account
from tests.support.api import problem

TEXT = (
    "The Quick brown-fox jumps. Ärger in ΑΘΗΝΑ; naïve café, O'Reilly's user@example.org, version 3.14.15, "
    "see https://example.net/reports/annual?id=7 and /usr/local/bin, C++ snake_case, 日本語テキスト, été. "
    "Und | 'oder' & !nicht <-> :* ok 50%_off Ünïcode"
)
FOUND = [
    "quick", "QUICK", "Qui", "q", "the", "brown fox", "fox", "fox brown", "brown-fox", "ärger", "ÄRGER", "ärg",
    "αθηνα", "naïve", "CAFÉ", "reilly", "O'Reilly", "user@example.org", "user", "3.14.15", "3.14", "annual", "reports",
    "example", "local", "/usr/local", "c++", "snake_case", "snake", "日本", "été", "nicht", "'oder'", "quick & fox",
    "quick | fox", "!nicht", "ok:*", "50%_off", "(quick", "jumps. Ärger", "  quick   fox  ", "quick\tfox",
    "quick\u3000fox", "\u00fcn\u00efcode", "quick -fox", '"quick"', "https://example.net/reports",
]  # fmt: skip
NOT_FOUND = ["quick absent", "absent", "quickly", "foxy brown", "zzz quick", "日本人", "quick\u3000absent"]
NO_ERRORS = [
    "'", "\"", "\\", "\\\\'", "%", "_", "&", "|", "!", "!!", "<->", ":*", ":", "(", ")", "()", "((((", "a & (b", "a:b",
    "'a' <2> b:*", "*", "-", "--", "; DROP TABLE note", "a\\", "{}", "{{7*7}}", "$1", "%s", "%(q)s", ":q", "\u200b",
    "\u202e", "\ufeff", "\U0001f600", "x" * 3000, "a " * 1500, "\x01", "\n", "é\u0301", "a&b|c!d", "0", "-1", "1e400",
    "/", "//", "\ufffe",
]  # fmt: skip


def hits(account: Account, query: str) -> int:
    """How many notes the page finds, having checked that the API finds as many."""
    encoded = quote(query, safe="")
    page = account.browser.get(f"/?q={encoded}")
    assert page.status == 200
    found = int(page.heading.removeprefix("All notes (").removesuffix(")"))
    assert len(account.api.notes(f"q={encoded}&limit=100")) == found
    return found


@pytest.fixture
def texts(alice: Account) -> Account:
    alice.api.note("A name", TEXT)
    alice.api.note("Another", "Nothing of its kind")
    return alice


@pytest.mark.parametrize("query", FOUND)
def test_any_case_finds_all_words_must_match_and_a_words_beginning_is_enough(texts: Account, query: str) -> None:
    assert hits(texts, query) == 1


@pytest.mark.parametrize("query", NOT_FOUND)
def test_a_note_without_one_of_the_words_is_not_found(texts: Account, query: str) -> None:
    assert hits(texts, query) == 0


@pytest.mark.parametrize("query", NO_ERRORS)
def test_no_input_is_an_error(texts: Account, query: str) -> None:
    assert hits(texts, query) >= 0


@pytest.mark.parametrize("raw", ["%FF", "%00", "quick%00", "quick%FF", "%ED%A0%80", "quick%20%C0%80", "%00%00"])
def test_u_0000_and_ill_formed_utf_8_in_a_search_match_nothing(texts: Account, raw: str) -> None:
    page = texts.browser.get(f"/?q={raw}")
    assert page.status == 200
    assert page.heading == "All notes (0)"
    assert texts.api.notes(f"q={raw}") == []


def test_the_character_that_stands_for_ill_formed_input_is_an_ordinary_one(texts: Account) -> None:
    texts.api.note("Replaced", "odd \ufffd odd")
    assert hits(texts, "odd") == 1
    assert texts.browser.get("/?q=odd%20%EF%BF%BD").status == 200


def test_an_empty_search_is_none(texts: Account) -> None:
    for query in ("", "%20"):
        assert len(texts.browser.get(f"/?q={query}").rows) == 2
        assert len(texts.api.notes(f"q={query}")) == 2


def test_names_are_searched_too_and_words_may_be_spread_over_name_and_text(alice: Account) -> None:
    alice.api.note("Alpha", "beta")
    alice.api.note("Alpha", "gamma")
    assert hits(alice, "alpha") == 2
    assert hits(alice, "ALPHA bet") == 1
    assert hits(alice, "gamma alpha") == 1
    assert hits(alice, "beta gamma") == 0


def test_only_ones_own_notes_are_found(alice: Account, bob: Account) -> None:
    bob.api.note("needle", "needle")
    assert hits(alice, "needle") == 0
    assert hits(bob, "needle") == 1


def test_notes_in_the_trash_are_not_found_until_restored(alice: Account) -> None:
    note = alice.api.note("needle")["id"]
    alice.api.delete(f"notes/{note}")
    assert hits(alice, "needle") == 0
    alice.api.send("POST", f"notes/{note}/restore")
    assert hits(alice, "needle") == 1


def test_an_edit_is_found_at_once_and_what_it_replaced_is_not(alice: Account) -> None:
    note = alice.api.note("needle", "haystack")["id"]
    page = alice.browser.get(f"/notes/{note}/edit/")
    alice.browser.submit(page, {"name": "pin", "text": "cushion"})
    assert hits(alice, "pin cushion") == 1
    assert hits(alice, "needle") == 0
    assert hits(alice, "haystack") == 0


def test_the_form_keeps_what_was_searched_for(texts: Account) -> None:
    page = texts.browser.submit(texts.browser.get("/"), {"q": '<"quick">'})
    assert page.status == 200
    assert page.form("q").fields["q"] == '<"quick">'
    assert page.heading == "All notes (1)"


def test_search_goes_together_with_a_pad_and_an_order_in_the_api(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    for name, where in (("b", pad), ("a", pad), ("c", None)):
        alice.api.note(name, "needle", where)
    alice.api.note("d", "hay", pad)
    assert [note["name"] for note in alice.api.notes(f"q=needle&pad={pad}&order=name")] == ["a", "b"]


def test_a_text_of_many_different_words_is_stored_and_found(alice: Account) -> None:
    text = " ".join(f"word{number}x{number:x}" for number in range(60_000))
    assert 850_000 < len(text) < 1_040_000
    answer = alice.api.post("notes", {"name": "Encyclopedia", "text": text})
    assert answer.status == 201, answer.text[:300]
    assert alice.api.get(f"notes/{answer.json()['id']}").json()["text"] == text
    assert hits(alice, "encyclopedia word17x11") == 1


def test_a_word_of_any_length_is_no_error(alice: Account) -> None:
    answer = alice.api.post("notes", {"name": "Long", "text": "y" * 300_000})
    assert answer.status == 201, answer.text[:300]
    assert hits(alice, "long") == 1


def test_an_unknown_parameter_beside_a_search_is_ignored(alice: Account) -> None:
    assert alice.api.get("notes?q=x&nothing=1").status == 200
    problem(alice.api.get("notes?q=x&limit=0"), 422)
