"""How many connections a worker accepts in one round of its loop: gthread's one, and more while it has to refuse."""

from typing import Any

import pytest
from gunicorn.workers.gthread import ThreadWorker

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
