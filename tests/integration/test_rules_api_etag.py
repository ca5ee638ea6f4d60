"""Section 3: strong ETags, If-Match as in RFC 9110, simultaneous PUTs."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.accounts import Account
from tests.support.api import problem
from tests.support.database import Database

BODY = {"name": "New", "text": "Newer"}


@pytest.fixture
def note(alice: Account) -> tuple[int, str]:
    """A note's id and its present ETag."""
    answer = alice.api.post("notes", {"name": "N", "text": "T"})
    return answer.json()["id"], answer.headers["ETag"]


def test_etags_are_strong_and_the_same_for_every_reader(alice: Account, note: tuple[int, str]) -> None:
    number, tag = note
    assert tag.startswith('"')
    assert tag.endswith('"')
    assert len(tag) > 2
    assert [alice.api.get(f"notes/{number}").headers["ETag"] for _ in range(2)] == [tag, tag]


def test_each_edit_makes_a_new_etag_that_the_answer_carries(alice: Account, note: tuple[int, str]) -> None:
    number, tag = note
    seen = [tag]
    for _ in range(3):
        answer = alice.api.put(f"notes/{number}", BODY)
        seen.append(answer.headers["ETag"])
        assert alice.api.get(f"notes/{number}").headers["ETag"] == seen[-1]
    assert len(set(seen)) == 4


def test_an_edit_on_the_page_makes_a_new_etag_too(alice: Account, note: tuple[int, str]) -> None:
    number, tag = note
    alice.browser.submit(alice.browser.get(f"/notes/{number}/edit/"), {"name": "x"})
    assert alice.api.get(f"notes/{number}").headers["ETag"] != tag
    problem(alice.api.put(f"notes/{number}", BODY, [("If-Match", tag)]), 412)


def test_two_notes_never_share_an_etag(alice: Account) -> None:
    tags = [alice.api.post("notes", {"name": "N", "text": "T"}).headers["ETag"] for _ in range(3)]
    assert len(set(tags)) == 3


@pytest.mark.parametrize(
    "header",
    [
        "{tag}",
        "*",
        '"other", {tag}',
        '{tag}, "other"',
        '"a","b",{tag}',
        "  {tag}  ",
        'W/"x", {tag}',
        '"a,b", {tag}',
        '"", {tag}',
        ",,{tag},",
    ],
)
def test_an_if_match_that_holds_lets_put_and_delete_through(alice: Account, note: tuple[int, str], header: str) -> None:
    number, tag = note
    answer = alice.api.put(f"notes/{number}", BODY, [("If-Match", header.format(tag=tag))])
    assert answer.status == 200, answer.text
    header = header.format(tag=answer.headers["ETag"])
    assert alice.api.delete(f"notes/{number}", [("If-Match", header)]).status == 204


@pytest.mark.parametrize(
    "header",
    [
        '"other"',
        "W/{tag}",
        '"a", "b"',
        "{bare}",
        "x{tag}",
        '"*"',
        'W/"*"',
        "w/{tag}",
        '"{bare}',
        "'{bare}'",
        '"x{bare}"',
    ],
)
def test_an_if_match_that_does_not_hold_is_412_and_nothing_changed(
    alice: Account, note: tuple[int, str], database: Database, header: str
) -> None:
    number, tag = note
    value = header.format(tag=tag, bare=tag.strip('"'))
    before = database.save()
    problem(alice.api.put(f"notes/{number}", BODY, [("If-Match", value)]), 412)
    problem(alice.api.delete(f"notes/{number}", [("If-Match", value)]), 412)
    assert database.save() == before


def test_an_old_etag_is_412(alice: Account, note: tuple[int, str]) -> None:
    number, tag = note
    assert alice.api.put(f"notes/{number}", BODY, [("If-Match", tag)]).status == 200
    problem(alice.api.put(f"notes/{number}", BODY, [("If-Match", tag)]), 412)
    problem(alice.api.delete(f"notes/{number}", [("If-Match", tag)]), 412)


def test_if_match_on_what_is_not_there_is_404(alice: Account, note: tuple[int, str]) -> None:
    number, tag = note
    alice.api.delete(f"notes/{number}")
    for header in ("*", tag):
        problem(alice.api.put(f"notes/{number}", BODY, [("If-Match", header)]), 404)


def test_without_if_match_the_last_put_wins(alice: Account, note: tuple[int, str]) -> None:
    for name in ("first", "second"):
        assert alice.api.put(f"notes/{note[0]}", {"name": name, "text": "T"}).status == 200
    assert alice.api.get(f"notes/{note[0]}").json()["name"] == "second"


def test_a_restored_note_carries_the_etag_that_get_gives(alice: Account, note: tuple[int, str]) -> None:
    number, _ = note
    alice.api.delete(f"notes/{number}")
    answer = alice.api.send("POST", f"notes/{number}/restore")
    assert answer.status == 200
    assert answer.headers["ETag"] == alice.api.get(f"notes/{number}").headers["ETag"]


def test_an_etag_changes_with_everything_that_the_note_shows(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    answer = alice.api.post("notes", {"name": "N", "text": "T", "pad_id": pad})
    number = answer.json()["id"]
    alice.api.delete(f"pads/{pad}")
    again = alice.api.send("POST", f"notes/{number}/restore")
    assert again.json()["pad_id"] is None
    assert again.headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize("round_", range(5))
def test_of_simultaneous_puts_with_one_tag_exactly_one_succeeds(
    alice: Account, note: tuple[int, str], round_: int
) -> None:
    number, tag = note

    def put(index: int) -> int:
        return alice.api.put(f"notes/{number}", {"name": f"{round_}-{index}", "text": "T"}, [("If-Match", tag)]).status

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(put, range(12)))
    assert sorted(statuses) == [200] + [412] * 11
    assert alice.api.get(f"notes/{number}").json()["name"] == f"{round_}-{statuses.index(200)}"


def test_a_put_and_a_delete_at_once_with_one_tag_exactly_one_succeeds(alice: Account) -> None:
    for _ in range(5):
        answer = alice.api.post("notes", {"name": "N", "text": "T"})
        path, headers = f"notes/{answer.json()['id']}", [("If-Match", answer.headers["ETag"])]
        with ThreadPoolExecutor(2) as pool:
            put, gone = pool.submit(alice.api.put, path, BODY, headers), pool.submit(alice.api.delete, path, headers)
            statuses = (put.result().status, gone.result().status)
        assert statuses in ((200, 412), (404, 204)), statuses
