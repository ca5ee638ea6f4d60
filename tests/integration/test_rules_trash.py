"""Section 2, the trash: order, restoring, notes whose pad is gone."""

from datetime import UTC, datetime, timedelta

from tests.support.accounts import Account
from tests.support.browser import Browser
from tests.support.database import Database

START = datetime(2026, 1, 1, tzinfo=UTC)


def trashed(account: Account, *names: str, pad_id: int | None = None) -> list[int]:
    """Notes made and then deleted in this order; their ids."""
    ids = [account.api.note(name, pad_id=pad_id)["id"] for name in names]
    for number in ids:
        assert account.api.delete(f"notes/{number}").status == 204
    return ids


def restore(browser: Browser, note: int) -> object:
    return browser.submit(browser.get("/trash/"), {}, action=f"/notes/{note}/restore/")


def order(account: Account) -> list[str]:
    """The names in the trash in the order of the page."""
    page = account.browser.get("/trash/")
    assert page.status == 200
    shown = page.tree.css_first("main").text()
    names = [note["name"] for note in account.api.trash()]
    return sorted(names, key=shown.index)


def test_deleted_notes_go_to_the_trash_newest_deletion_first(alice: Account, bob: Account) -> None:
    trashed(bob, "Bob's")
    trashed(alice, "first-out", "second-out", "third-out")
    assert order(alice) == ["third-out", "second-out", "first-out"]
    assert "Bob" not in alice.browser.get("/trash/").text


def test_ties_in_the_trash_are_by_id_highest_first(alice: Account, database: Database) -> None:
    ids = trashed(alice, "aa", "bb", "cc")
    for number in (ids[1], ids[0], ids[2]):
        database.set_note(number, deleted_at=START)
    assert order(alice) == ["cc", "bb", "aa"]
    assert [note["id"] for note in alice.api.trash()] == ids[::-1]


def test_a_note_is_restored_by_its_owner(alice: Account, database: Database) -> None:
    pad = alice.api.pad("P")["id"]
    before = alice.api.note("kept", "text", pad)
    alice.api.delete(f"notes/{before['id']}")
    page = alice.browser.submit(alice.browser.get("/trash/"), {}, action=f"/notes/{before['id']}/restore/")
    assert (page.status, page.location) == (302, "/trash/")
    assert alice.browser.follow(page).flashes == [("success", "Note is successfully restored")]
    assert alice.api.get(f"notes/{before['id']}").json() == before
    assert alice.api.trash() == []
    assert database.value("SELECT deleted_at FROM note") is None


def test_a_note_is_restored_without_a_pad_when_that_is_gone(alice: Account) -> None:
    pad = alice.api.pad("P")["id"]
    notes = [alice.api.note("with the pad", pad_id=pad)["id"], *trashed(alice, "before the pad", pad_id=pad)]
    assert alice.browser.post(f"/pads/{pad}/delete/").status == 302
    assert [note["pad_id"] for note in alice.api.trash()] == [None, None]
    for note in notes:
        restore(alice.browser, note)
        assert alice.api.get(f"notes/{note}").json()["pad_id"] is None
    assert alice.browser.get("/").rows[0][1] == "No pad"


def test_restoring_what_is_not_in_the_trash_is_404(alice: Account, bob: Account, database: Database) -> None:
    alive = alice.api.note()["id"]
    foreign = trashed(bob, "Bob's")[0]
    before = database.save()
    for note in (alive, foreign, 987654, 2**31, 2**63):
        assert alice.browser.post(f"/notes/{note}/restore/").status == 404
        assert alice.api.send("POST", f"notes/{note}/restore").status == 404
    assert database.save() == before


def test_restoring_twice_is_404_the_second_time(alice: Account) -> None:
    note = trashed(alice, "x")[0]
    assert alice.browser.post(f"/notes/{note}/restore/").status == 302
    assert alice.browser.post(f"/notes/{note}/restore/").status == 404


def test_a_note_deleted_again_is_newest_again(alice: Account) -> None:
    first, _ = trashed(alice, "first", "second")
    alice.browser.post(f"/notes/{first}/restore/")
    alice.browser.post(f"/notes/{first}/delete/")
    assert order(alice) == ["first", "second"]


def test_a_trash_of_more_than_a_page_can_be_seen_to_its_end(alice: Account) -> None:
    names = [f"trashed-{number:02}" for number in range(25)]
    trashed(alice, *names)
    seen, targets, done = "", ["/trash/"], set()
    while targets:
        target = targets.pop()
        done.add(target)
        page = alice.browser.get(target)
        seen += page.text
        found = {
            href if href.startswith("/") else f"/trash/{href}"
            for _, href in page.links
            if "page=" in href or "after=" in href
        }
        targets += sorted(found - done - set(targets))
    assert [name for name in names if name not in seen] == []


def test_an_empty_trash_is_a_page(alice: Account) -> None:
    page = alice.browser.get("/trash/")
    assert page.status == 200
    assert [form for form in page.forms if "restore" in form.action] == []


def test_a_note_deleted_long_ago_stays_until_it_is_purged(alice: Account, database: Database) -> None:
    note = trashed(alice, "old")[0]
    database.set_note(note, deleted_at=START - timedelta(days=1500))
    assert order(alice) == ["old"]
