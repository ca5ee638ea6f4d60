"""How many connections a worker accepts in one round of its loop, and when it lets others accept first."""

import os
from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

from notes.serving import worker as workers
from notes.serving.seats import FREE, MOST, Seats
from notes.serving.worker import Worker

pytestmark = pytest.mark.unit


def accepted(monkeypatch: pytest.MonkeyPatch, *, waiting: int, refused: int) -> int:
    def accept(worker: Any, _: Any) -> None:
        worker.nr_conns += worker.nr_conns < waiting

    monkeypatch.setattr(ThreadWorker, "accept", accept)
    worker = Worker.__new__(Worker)
    worker.nr_conns, worker.refused = 0, refused
    worker.accept(None)
    assert worker.refused == 0
    return int(worker.nr_conns)


def test_one_while_there_is_room_so_that_the_other_processes_get_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accepted(monkeypatch, waiting=100, refused=0) == 1


def test_one_more_for_each_request_refused_and_none_that_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accepted(monkeypatch, waiting=1000, refused=400) == 401
    assert accepted(monkeypatch, waiting=3, refused=400) == 3
    assert accepted(monkeypatch, waiting=0, refused=400) == 0


def seconds_let(monkeypatch: pytest.MonkeyPatch, others: list[int], refused: int = 0) -> list[float]:
    """How long a worker with 5 connections waits before it accepts, beside others with so many."""
    slept: list[float] = []
    seats = Seats()
    for count in others:
        seats.tell(seats.take(), count)
    monkeypatch.setattr(workers, "SEATS", seats)
    monkeypatch.setattr(workers.time, "sleep", slept.append)
    monkeypatch.setattr(ThreadWorker, "accept", lambda *_: None)
    worker = Worker.__new__(Worker)
    worker.seat, worker.refused = seats.take(), refused
    worker.nr_conns = 5
    worker.accept(None)
    return slept


@pytest.mark.parametrize(("others", "waits"), [([3], True), ([3, 9], True), ([4], False), ([9], False), ([], False)])
def test_who_has_more_connections_than_another_lets_that_one_accept_first(
    monkeypatch: pytest.MonkeyPatch, others: list[int], waits: bool
) -> None:
    assert seconds_let(monkeypatch, others) == ([workers.LET_SECONDS] if waits else [])


def test_who_has_to_refuse_lets_nobody_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert seconds_let(monkeypatch, [3], refused=1) == []


def test_a_count_is_seen_by_other_processes() -> None:
    seats = Seats()
    mine, theirs = seats.take(), seats.take()
    seats.tell(mine, 7)
    if (child := os.fork()) == 0:
        seats.tell(theirs, 5)
        os._exit(0)
    os.waitpid(child, 0)
    assert seats.least() == 5


def test_a_seat_that_was_left_is_counted_no_more_and_taken_again() -> None:
    seats = Seats()
    assert (seats.least(), seats.take(), seats.take()) == (0, 0, 1)
    seats.tell(1, 3)
    seats.leave(0)
    assert seats.least() == 3
    assert (seats.take(), seats.least()) == (0, 0)


def test_a_worker_that_finds_no_seat_is_not_counted() -> None:
    seats = Seats()
    for seat in range(MOST):
        seats.tell(seats.take(), seat + 1)
    none = seats.take()
    assert none is None
    seats.tell(none, FREE)
    seats.leave(none)
    assert seats.least() == 1
