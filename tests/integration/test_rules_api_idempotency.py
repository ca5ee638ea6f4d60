"""Section 3: POST notes with an Idempotency-Key."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.accounts import Account
from tests.support.api import Api, invalid, problem
from tests.support.database import Database
from tests.support.wire import Answer, Http

BODY = b'{"name": "Once", "text": "and only once"}'
KEY = "key-0123456789"


def post(api: Api, body: bytes = BODY, key: str = KEY) -> Answer:
    return api.send("POST", "notes", [("Content-Type", "application/json"), ("Idempotency-Key", key)], body)


def same(first: Answer, second: Answer) -> None:
    """Assert that this is the first answer again."""
    assert second.status == first.status == 201
    assert second.body == first.body
    for name in ("Location", "ETag", "Content-Type"):
        assert second.headers[name] == first.headers[name]


def test_the_same_post_again_gets_the_first_answer_again(alice: Account) -> None:
    first = post(alice.api)
    for _ in range(3):
        same(first, post(alice.api))
    assert len(alice.api.notes()) == 1


def test_16_identical_posts_at_once_make_one_note(alice: Account) -> None:
    for number in range(3):
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda _, key=f"{KEY}-{number}": post(alice.api, key=key), range(16)))
        assert [answer.status for answer in answers] == [201] * 16
        for answer in answers:
            same(answers[0], answer)
        assert len(alice.api.notes()) == number + 1


def test_16_identical_posts_at_once_over_several_processes_make_one_note(alice: Account, http: Http) -> None:
    api = Api(http, alice.api.token)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: post(api), range(16)))
    served = [answer for answer in answers if answer.status == 201]
    assert served != []
    assert {answer.status for answer in answers} <= {
        201,
        503,
    }  # a client that is shed may repeat: that is what the key is for
    for answer in served:
        same(served[0], answer)
    same(served[0], post(api))
    assert len(alice.api.notes()) == 1


def test_other_bytes_under_the_same_key_are_422(alice: Account) -> None:
    first = post(alice.api)
    for body in (BODY.replace(b"Once", b"Twice"), BODY + b" ", b" " + BODY, BODY.replace(b'": "', b'":"')):
        invalid(post(alice.api, body), "Idempotency-Key")
    same(first, post(alice.api))
    assert len(alice.api.notes()) == 1


def test_other_bytes_at_once_under_one_key_make_one_note(alice: Account) -> None:
    bodies = [BODY.replace(b"Once", b"Once%02d" % number) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(answer.status for answer in pool.map(lambda body: post(alice.api, body), bodies))
    assert statuses == [201] + [422] * 7
    assert len(alice.api.notes()) == 1


def test_the_first_answer_comes_again_after_the_note_was_edited_or_deleted(alice: Account, database: Database) -> None:
    first = post(alice.api)
    number = first.json()["id"]
    alice.api.put(f"notes/{number}", {"name": "Edited", "text": "Edited"})
    same(first, post(alice.api))
    assert alice.api.get(f"notes/{number}").json()["name"] == "Edited"
    alice.api.delete(f"notes/{number}")
    same(first, post(alice.api))
    database.rows("DELETE FROM note")
    same(first, post(alice.api))
    assert alice.api.notes() == []


def test_the_first_answer_comes_again_after_its_pad_is_gone(alice: Account) -> None:
    pad = alice.api.pad()["id"]
    body = b'{"name": "N", "text": "T", "pad_id": %d}' % pad
    first = post(alice.api, body)
    alice.api.delete(f"pads/{pad}")
    same(first, post(alice.api, body))


def test_keys_are_per_user(alice: Account, bob: Account) -> None:
    mine, his = post(alice.api), post(bob.api, BODY.replace(b"Once", b"Bob's"))
    assert (mine.status, his.status) == (201, 201)
    assert mine.json()["id"] != his.json()["id"]
    assert (len(alice.api.notes()), len(bob.api.notes())) == (1, 1)


def test_other_keys_and_no_key_make_other_notes(alice: Account) -> None:
    ids = {post(alice.api, key=key).json()["id"] for key in (KEY, KEY.upper(), KEY + "x", "~!@#$%^&*()")}
    ids |= {
        alice.api.send("POST", "notes", [("Content-Type", "application/json")], BODY).json()["id"] for _ in range(2)
    }
    assert len(ids) == 6


@pytest.mark.parametrize(
    "key", ["", "1234567", "x" * 129, "12345678 9", "12345678\t", "12345678\xe9", "\x7f" * 8, "é" * 8]
)
def test_a_key_that_is_not_8_to_128_visible_ascii_characters_is_422(alice: Account, key: str) -> None:
    invalid(post(alice.api, key=key.encode("utf-8").decode("latin-1")), "Idempotency-Key")
    assert alice.api.notes() == []


@pytest.mark.parametrize("key", ["12345678", "x" * 128, "!" * 8, "~" * 8, '"quoted"', "a,b;c=d%\\"])
def test_a_key_of_8_to_128_visible_ascii_characters_is_taken(alice: Account, key: str) -> None:
    same(post(alice.api, key=key), post(alice.api, key=key))
    assert len(alice.api.notes()) == 1


def test_a_key_may_be_repeated_for_a_day(alice: Account, database: Database) -> None:
    first = post(alice.api)
    database.pass_time(hours=23, minutes=59)
    assert post(alice.api).json()["id"] == first.json()["id"]
    database.pass_time(minutes=2)
    later = post(alice.api, BODY.replace(b"Once", b"Later"))
    assert later.status == 201
    assert later.json()["id"] != first.json()["id"]


def test_a_key_of_yesterday_serves_anew(alice: Account, database: Database) -> None:
    first = post(alice.api)
    database.pass_time(hours=24, minutes=1)
    second = post(alice.api)
    assert second.json()["id"] != first.json()["id"]
    same(second, post(alice.api))
    assert len(alice.api.notes()) == 2


def test_a_refused_request_does_not_use_the_key_up(alice: Account, no_token: Api) -> None:
    problem(post(no_token), 401)
    problem(post(alice.api, b"{"), 400)
    invalid(post(alice.api, b'{"name": "", "text": "T"}'), "name")
    invalid(post(alice.api, b'{"name": "N", "text": "T", "pad_id": 987654321}'), "pad_id")
    problem(post(alice.api, b" " * ((1 << 20) + 1)), 413)
    assert post(alice.api).status == 201
    assert len(alice.api.notes()) == 1


def test_a_key_on_other_calls_means_nothing(alice: Account) -> None:
    headers = [("Idempotency-Key", KEY)]
    assert [alice.api.post("pads", {"name": "P"}, headers).status for _ in range(2)] == [201, 201]
    assert len(alice.api.get("pads").json()["items"]) == 2
    assert post(alice.api).status == 201


def test_awkward_text_comes_again_to_the_letter(alice: Account) -> None:
    body = '{"name": "\\u00e9 \U0001f600 e\u0301", "text": "\\r\\n \\ufffe  \\u2028"}'.encode()
    same(post(alice.api, body), post(alice.api, body))
