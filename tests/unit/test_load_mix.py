"""What the users of a load do."""

import json
from collections import Counter
from typing import Any

from loadtest.mix import SHARES, Call, Notes, Person, Probe


class Fake:
    """An answer of the API."""

    def __init__(self, value: Any, tag: str = '"1"') -> None:
        self.status_code, self.headers, self.content = 200, {"etag": tag}, json.dumps(value).encode()


def people(count: int = 3) -> list[Person]:
    return [Person(f"token-{n}", [100 * n + 1, 100 * n + 2]) for n in range(count)]


def play(mix: Notes, count: int) -> list[Call]:
    """Answer every call as the API would."""
    calls = []
    for index in range(count):
        call = mix.call(index)
        number = call.context[1] if call.label == "repeat" else 10_000 + index
        value: Any = {"items": []} if call.label in ("list", "search") else {"id": number}
        assert mix.answered(call, Fake(value, f'"{index}"')) == ""
        calls.append(call)
    return calls


def test_the_shares_are_kept() -> None:
    assert sum(SHARES.values()) == 100
    counts = Counter(call.label for call in play(Notes(people(), 1, "run"), 20_000))
    for label, share in SHARES.items():
        assert abs(counts[label] / 200 - share) < 1.5, label


def test_the_same_seed_asks_for_the_same() -> None:
    one, two = (play(Notes(people(), 5, "run"), 500) for _ in range(2))
    assert [(c.label, c.path, c.body) for c in one] == [(c.label, c.path, c.body) for c in two]
    other = play(Notes(people(), 6, "run"), 500)
    assert [c.label for c in other] != [c.label for c in one]


def test_every_creation_has_a_key_of_its_own_but_a_repeated_one_which_has_the_same_body_too() -> None:
    calls = play(Notes(people(), 1, "run"), 5000)
    created = {c.headers["Idempotency-Key"]: c for c in calls if c.label == "create"}
    assert len(created) == sum(c.label == "create" for c in calls)
    repeated = [c for c in calls if c.label == "repeat"]
    assert repeated
    assert all(c.body == created[c.headers["Idempotency-Key"]].body for c in repeated)


def test_a_note_under_way_is_wanted_by_nobody_else() -> None:
    mix = Notes(people(1), 1, "run")
    play(mix, 2000)
    under_way = [mix.call(index) for index in range(2000, 2200)]  # none of them answered
    paths = [call.path for call in under_way if call.label in ("edit", "delete")]
    assert paths
    assert len(set(paths)) == len(paths)


def test_an_edit_carries_the_tag_of_the_last_answer() -> None:
    mix = Notes(people(1), 1, "run")
    tags: dict[str, str] = {}
    edits = 0
    for index in range(3000):
        call, tag = mix.call(index), f'"{index}"'
        note = call.path.rpartition("/")[2]
        if call.label == "edit":
            edits += 1
            assert call.headers["If-Match"] == tags[note]
            tags[note] = tag
        if call.label == "create":
            tags[str(50_000 + index)] = tag
        value: Any = {"items": []} if call.label in ("list", "search") else {"id": 50_000 + index}
        mix.answered(call, Fake(value if call.label != "repeat" else {"id": call.context[1]}, tag))
    assert edits > 100


def test_a_repetition_that_is_answered_with_another_note_is_found_out() -> None:
    mix = Notes(people(1), 1, "run")
    calls = iter(play(mix, 3000))
    repeat = next(call for call in calls if call.label == "repeat")
    assert mix.answered(repeat, Fake({"id": -1})) == "OtherNote"


def test_who_has_no_notes_lists_instead_of_reading_and_writes_instead_of_editing() -> None:
    labels = {Notes([Person("t", [])], seed, "run").call(0).label for seed in range(200)}
    assert labels <= {"read", "list", "search", "create"}


def test_a_probe_says_its_number() -> None:
    assert [Probe("/x").call(n).path for n in (0, 7)] == ["/x?n=0", "/x?n=7"]
