"""Section 3 and 5a: 400 and 422, their fields and texts."""

import json
from typing import Any

import pytest

from tests.support.accounts import PASSWORD, Account
from tests.support.api import Api, invalid, problem
from tests.support.database import Database

JSON = [("Content-Type", "application/json")]
REQUIRED = ["This field is required."]
TOO_LONG = ["The name must have less than 100 characters."]
NOT_A_CHOICE = ["Not a valid choice."]
NOT_A_VALUE = ["Not a valid value."]
NO_JSON = [
    b"", b" ", b"{", b"name=N", b"{'name': 'N'}", b'{"name": "N",}', b'{"name": NaN}', b'{"name": Infinity}',
    b'{"name": -Infinity}', b"\xff\xfe", b'{"name": "\xff"}', b'{"name": "\xed\xa0\x80"}', b'{"name": "a\nb"}',
    b'{"name": "\x00"}', b"{} {}", b'{"name": "N"} x', b"[" * 200_000, b'{"a":' * 200_000, b"nul", b'{"name": 01}',
    b"\x00", b'{"name": "\\x41"}', b"// comment\n{}",
]  # fmt: skip
NO_OBJECTS = [b"[]", b'"text"', b"1", b"null", b"true", b'[{"name": "N"}]', b"1.5"]
NO_STRINGS = [1, 1.5, True, False, [], {}, ["N"], {"a": "b"}]


@pytest.fixture
def targets(alice: Account) -> list[tuple[str, str]]:
    """Calls that take a body, with a note and a pad that exist."""
    return [
        ("POST", "notes"),
        ("PUT", f"notes/{alice.api.note()['id']}"),
        ("POST", "pads"),
        ("PUT", f"pads/{alice.api.pad()['id']}"),
    ]


@pytest.mark.parametrize("body", NO_JSON, ids=lambda body: repr(body[:16]))
def test_what_is_not_json_is_400(
    alice: Account, targets: list[tuple[str, str]], database: Database, body: bytes
) -> None:
    before = database.save()
    for method, path in targets:
        problem(alice.api.send(method, path, JSON, body), 400)
    assert database.save() == before


@pytest.mark.parametrize("body", NO_OBJECTS)
def test_json_that_is_no_object_is_422_under_body(alice: Account, targets: list[tuple[str, str]], body: bytes) -> None:
    for method, path in [*targets, ("POST", "users"), ("POST", "tokens")]:
        answer = alice.api.send(method, path, JSON, body)
        assert invalid(answer, "body") == {"body": ["An object is needed."]}


def test_missing_members_are_required(alice: Account, targets: list[tuple[str, str]], no_token: Api) -> None:
    for method, path in targets:
        fields = ("name", "text") if "notes" in path else ("name",)
        assert invalid(alice.api.json(method, path, {}), *fields) == dict.fromkeys(fields, REQUIRED)
    for path in ("users", "tokens"):
        assert invalid(no_token.post(path, {}), "email", "password") == {"email": REQUIRED, "password": REQUIRED}


@pytest.mark.parametrize("value", NO_STRINGS)
def test_a_wrong_json_type_is_not_a_valid_value(
    alice: Account, targets: list[tuple[str, str]], no_token: Api, value: Any
) -> None:
    for method, path in targets:
        fields = ("name", "text") if "notes" in path else ("name",)
        assert invalid(alice.api.json(method, path, dict.fromkeys(fields, value)), *fields) == dict.fromkeys(
            fields, NOT_A_VALUE
        )
    for path in ("users", "tokens"):
        body = {"email": value, "password": value}
        assert invalid(no_token.post(path, body), "email", "password") == {
            "email": NOT_A_VALUE,
            "password": NOT_A_VALUE,
        }
    body = {"email": alice.email, "password": PASSWORD, "name": value}
    assert invalid(no_token.post("tokens", body), "name") == {"name": NOT_A_VALUE}


def test_null_where_a_text_is_needed_is_refused(alice: Account, targets: list[tuple[str, str]]) -> None:
    for method, path in targets:
        fields = ("name", "text") if "notes" in path else ("name",)
        errors = invalid(alice.api.json(method, path, dict.fromkeys(fields)), *fields)
        assert all(texts in (REQUIRED, NOT_A_VALUE) for texts in errors.values())


@pytest.mark.parametrize("blank", ["", " ", "\t\r\n", "\u00a0", "\u3000\u2003", "\u2028", "\x85", "\u1680"])
def test_an_empty_or_blank_value_is_required(alice: Account, targets: list[tuple[str, str]], blank: str) -> None:
    for method, path in targets:
        fields = ("name", "text") if "notes" in path else ("name",)
        assert invalid(alice.api.json(method, path, dict.fromkeys(fields, blank)), *fields) == dict.fromkeys(
            fields, REQUIRED
        )


@pytest.mark.parametrize("value", ["\x1c", "\u200b", "\ufeff", "\u180e", "\x00b"[1:], "0"])
def test_what_unicode_calls_no_white_space_is_not_empty(alice: Account, value: str) -> None:
    assert alice.api.note(value, value)["text"] == value


@pytest.mark.parametrize("letter", ["x", "\U0001f600", "e\u0301"[1:]])
def test_a_name_has_at_most_100_code_points(alice: Account, targets: list[tuple[str, str]], letter: str) -> None:
    for method, path in targets:
        answer = alice.api.json(method, path, {"name": letter * 101, "text": "T"})
        assert invalid(answer, "name") == {"name": TOO_LONG}
        assert alice.api.json(method, path, {"name": letter * 100, "text": "T"}).status in (200, 201)


@pytest.mark.parametrize("bad", ["\x00", "a\x00b", "\ud800", "a\udfffb", "\udc00\ud800"])
def test_u_0000_and_half_a_surrogate_pair_are_422(
    alice: Account, targets: list[tuple[str, str]], no_token: Api, database: Database, bad: str
) -> None:
    before = database.save()
    for method, path in targets:
        fields = ("name", "text") if "notes" in path else ("name",)
        invalid(alice.api.json(method, path, dict.fromkeys(fields, bad)), *fields)
    invalid(no_token.post("users", {"email": f"c{bad}@example.com", "password": PASSWORD}), "email")
    invalid(no_token.post("users", {"email": "c@example.com", "password": PASSWORD + bad}), "password")
    invalid(no_token.post("tokens", {"email": alice.email, "password": PASSWORD, "name": bad}), "name")
    invalid(no_token.post("tokens", {"email": alice.email, "password": PASSWORD + bad}), "password")
    assert database.save() == before


def test_a_whole_surrogate_pair_is_one_character(alice: Account) -> None:
    answer = alice.api.send("POST", "pads", JSON, b'{"name": "\\ud83d\\ude00"}')
    assert answer.json()["name"] == "\U0001f600"


@pytest.mark.parametrize("pad", [0, -1, 987654321, 2**31, 2**63, 10**50])
def test_a_pad_id_that_is_none_of_ones_own_is_not_a_valid_choice(alice: Account, pad: int) -> None:
    answer = alice.api.post("notes", {"name": "N", "text": "T", "pad_id": pad})
    assert invalid(answer, "pad_id") == {"pad_id": NOT_A_CHOICE}
    assert alice.api.notes() == []


def test_a_foreign_pad_id_is_not_a_valid_choice(alice: Account, bob: Account, database: Database) -> None:
    foreign, note = bob.api.pad()["id"], alice.api.note()["id"]
    before = database.save()
    body = {"name": "N", "text": "T", "pad_id": foreign}
    assert invalid(alice.api.post("notes", body), "pad_id") == {"pad_id": NOT_A_CHOICE}
    assert invalid(alice.api.put(f"notes/{note}", body), "pad_id") == {"pad_id": NOT_A_CHOICE}
    assert database.save() == before


@pytest.mark.parametrize("pad", ["1", "", True, False, 1.5, [], {}, [1], 1e400])
def test_a_pad_id_of_a_wrong_type_is_not_a_valid_value(alice: Account, pad: Any) -> None:
    alice.api.pad()
    body = json.dumps({"name": "N", "text": "T", "pad_id": pad}).replace("Infinity", "1e400").encode()
    answer = alice.api.send("POST", "notes", JSON, body)
    assert invalid(answer, "pad_id") == {"pad_id": NOT_A_VALUE}


def test_a_number_of_10000_digits_is_refused_and_no_server_error(alice: Account) -> None:
    for member in (b"pad_id", b"ignored"):
        body = b'{"name": "N", "text": "T", "%s": %s}' % (member, b"1" * 10_000)
        assert alice.api.send("POST", "notes", JSON, body).status in (201, 400, 422)


def test_errors_of_several_fields_come_together_and_are_not_nested_by_place(alice: Account) -> None:
    answer = alice.api.post("notes", {"name": "x" * 101, "text": "", "pad_id": 0})
    assert invalid(answer, "name", "text", "pad_id") == {"name": TOO_LONG, "text": REQUIRED, "pad_id": NOT_A_CHOICE}


def test_unknown_members_are_ignored(alice: Account, targets: list[tuple[str, str]]) -> None:
    more = {
        "id": 1,
        "owner": 2,
        "created_at": "x",
        "deleted_at": "x",
        "user_id": 7,
        "": None,
        "\ud800": ["\x00", "\ud800"],
        "nested": {"a": [1]},
    }
    for method, path in targets:
        answer = alice.api.json(method, path, {"name": "N", "text": "T", **more})
        assert answer.status in (200, 201), answer.text
        assert answer.json()["id"] != 1 or method == "PUT"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("order=nothing", "order"),
        ("order=NAME", "order"),
        ("order=%00", "order"),
        ("order=%FF", "order"),
        ("order=text", "order"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=abc", "limit"),
        ("limit=1.5", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("limit=%00", "limit"),
        ("limit=%FF", "limit"),
        ("limit=1e1", "limit"),
        ("after=x", "after"),
        ("after=%00", "after"),
        ("after=%FF", "after"),
        ("after=AAAA", "after"),
        ("after=" + "A" * 3000, "after"),
        ("after=bnVsbA", "after"),
        ("after=W10", "after"),
        ("after=e30", "after"),
        ("after=eyJhIjogMX0=", "after"),
        ("pad=abc", "pad"),
        ("pad=0", "pad"),
        ("pad=-1", "pad"),
        ("pad=987654321", "pad"),
        ("pad=2147483648", "pad"),
        ("pad=9223372036854775808", "pad"),
        ("pad=%00", "pad"),
        ("pad=%FF", "pad"),
        ("pad=1.0", "pad"),
    ],
)
def test_an_invalid_parameter_is_422_under_its_name(alice: Account, query: str, field: str) -> None:
    invalid(alice.api.get(f"notes?{query}"), field)


def test_a_foreign_pad_in_the_query_is_422(alice: Account, bob: Account) -> None:
    invalid(alice.api.get(f"notes?pad={bob.api.pad()['id']}"), "pad")


def test_several_invalid_parameters_come_together(alice: Account) -> None:
    invalid(alice.api.get("notes?limit=0&order=x&pad=x"), "limit", "order", "pad")


def test_an_empty_order_limit_or_pad_counts_as_absent(alice: Account) -> None:
    notes = [alice.api.note(name)["name"] for name in "abc"]
    assert [note["name"] for note in alice.api.notes("order=&limit=&pad=")] == notes[::-1]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "after=x", "after=%00"])
def test_the_trash_refuses_the_same_parameters(alice: Account, query: str) -> None:
    invalid(alice.api.get(f"trash?{query}"), query.partition("=")[0])
