"""The journals of the writers, and what an answer says about a write."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops.errors import OpsError
from ops.ledger import attempt, journal
from ops.ledger.client import InDoubtError, NeverSentError, Reply
from ops.ledger.journal import Journal
from ops.ledger.writes import ACKNOWLEDGED, CREATE, REJECTED, UNKNOWN

pytestmark = pytest.mark.unit


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size that the journal had at each fsync."""
    sizes: list[int] = []
    real = os.fsync

    def fsync(number: int) -> None:
        real(number)
        sizes.append(os.fstat(number).st_size)

    monkeypatch.setattr(os, "fsync", fsync)
    return sizes


def test_an_intent_is_on_the_disk_when_intend_returns(tmp_path: Path, synced: list[int]) -> None:
    with Journal(tmp_path, "w") as book:
        book.intend("w-1", "a", "n", CREATE, "t")
        assert synced == [book.path.stat().st_size] != [0]
        book.conclude("w-1", ACKNOWLEDGED, "201")
        book.intend("w-2", "a", "n2", CREATE, "t2")
        assert len(synced) == 2
        assert synced[1] == book.path.stat().st_size
        book.conclude("w-2", REJECTED, "422")
    assert [(write.op, write.outcome) for write in journal.read(tmp_path)] == [("w-1", ACKNOWLEDGED), ("w-2", REJECTED)]


def test_an_intent_without_an_outcome_is_unknown(tmp_path: Path) -> None:
    with Journal(tmp_path, "w") as book:
        book.intend("w-1", "a", "n", CREATE, "t")
    (write,) = journal.read(tmp_path)
    assert (write.outcome, write.ended) == (UNKNOWN, 0.0)


def test_a_torn_last_line_is_a_request_that_never_left(tmp_path: Path) -> None:
    with Journal(tmp_path, "w") as book:
        book.intend("w-1", "a", "n", CREATE, "t")
    with book.path.open("a") as file:
        file.write('{"kind": "intent", "op": "w-2"')
    assert [write.op for write in journal.read(tmp_path)] == ["w-1"]


@pytest.mark.parametrize("line", ["no JSON", "[]", '{"kind": "gossip", "op": "w-1"}', '{"kind": "intent"}'])
def test_a_damaged_journal_proves_nothing(tmp_path: Path, line: str) -> None:
    (tmp_path / "journal-w.jsonl").write_text(f"{line}\n")
    with pytest.raises(OpsError, match="is no journal"):
        journal.read(tmp_path)


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    with Journal(tmp_path, "w"), pytest.raises(FileExistsError):
        Journal(tmp_path, "w")


def answers(*several: int | Exception) -> Callable[[], Reply]:
    """A service that gives these answers, one after the other."""
    left: Iterator[int | Exception] = iter(several)

    def send() -> Reply:
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return Reply(answer, {"etag": '"1-1"'}, {"id": 7})

    return send


CUT, SHUT = InDoubtError("RemoteDisconnected"), NeverSentError("ConnectionRefusedError")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (201, ACKNOWLEDGED), (204, ACKNOWLEDGED), (404, REJECTED), (412, REJECTED), (429, REJECTED),
        (500, UNKNOWN), (502, UNKNOWN), (503, UNKNOWN), (302, UNKNOWN), (CUT, UNKNOWN), (SHUT, REJECTED),
    ],
)  # fmt: skip
def test_what_an_answer_says(answer: int | Exception, outcome: str) -> None:
    assert attempt.once(answers(answer)).outcome == outcome


@pytest.mark.parametrize(
    ("several", "outcome", "tries"),
    [
        ([CUT, 201], ACKNOWLEDGED, 2),
        ([503, CUT, 201], ACKNOWLEDGED, 3),
        ([SHUT, SHUT, 201], ACKNOWLEDGED, 3),
        ([SHUT, 422], REJECTED, 2),
        ([SHUT, SHUT, SHUT], REJECTED, 3),
        ([CUT, 412], UNKNOWN, 2),  # the 412 may be the first try's own doing
        ([CUT, SHUT, SHUT], UNKNOWN, 3),
        ([404], REJECTED, 1),
    ],
)
def test_what_retries_make_of_it(several: list[int | Exception], outcome: str, tries: int) -> None:
    pauses: list[float] = []
    ended = attempt.until_told(answers(*several), 2, pauses.append)
    assert (ended.outcome, ended.tries, len(pauses)) == (outcome, tries, tries - 1)


def test_nothing_is_repeated_unless_asked_for() -> None:
    ended = attempt.until_told(answers(CUT), 0, lambda _: None)
    assert (ended.outcome, ended.tries) == (UNKNOWN, 1)
