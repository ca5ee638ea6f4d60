"""What a run came to, its live numbers, and whether the generator was the limit: pure functions over made-up rows."""

from pathlib import Path

import pytest

from loadtest.journal import Journal
from loadtest.limits import limits
from loadtest.plan import Plan
from loadtest.records import REQUESTS, Request, Second, read_end, read_requests, read_seconds
from loadtest.shapes import Phase
from loadtest.thresholds import Threshold
from ops.load.summary import summary
from ops.load.tail import Live, Tail

PLAN = Plan("http://127.0.0.1:1", "steps", (Phase("rest", 10, 1), Phase("step", 10, 4)), 1.0, connections=50)
BOUND = Threshold(p95_ms=100, failure_share=0.01)


def request(due: float, ms: float = 10, status: int = 200, error: str = "", label: str = "read") -> Request:
    return Request(1000 + due, 1000 + due, 1000 + due + ms / 1e3, label, "GET", status, error, "fresh")


def second(t: float = 1, **changed: float) -> Second:
    usual = Second(t, 10, 10, 0, 3, 0.5, 2.0, 12.0)
    return usual._replace(**changed)  # type: ignore[arg-type]


def test_errors_time_outs_and_bad_statuses_are_requests_that_failed() -> None:
    rows = [request(1), request(2, 10_000, 0, "TimeoutError"), request(3, 5, 503), request(4, 5, 503)]
    found = summary(rows, [], PLAN, BOUND)
    assert found.all.requests == 4
    assert found.all.failures == {"TimeoutError": 1, "503": 2}
    assert found.all.max_ms == pytest.approx(10_000, abs=0.01)
    assert found.missed == [
        "p95 is 10000 ms, at most 100 ms are allowed",
        "75.00% of the requests failed (1 x TimeoutError, 2 x 503), at most 1.00% may",
    ]


def test_a_right_status_with_the_wrong_content_is_a_failure() -> None:
    assert summary([request(1, error="OtherNote")], [], PLAN).all.failures == {"OtherNote": 1}


def test_a_good_run_misses_nothing() -> None:
    found = summary([request(n / 10) for n in range(100)], [second()], PLAN, BOUND)
    assert (found.missed, found.limits) == ([], [])


def test_nothing_measured_is_not_a_good_run() -> None:
    assert summary([], [], PLAN).missed == ["nothing was measured"]


def test_latency_counts_from_when_the_request_was_due() -> None:
    late = Request(1000, 1000.5, 1000.6, "read", "GET", 200, "", "fresh")
    assert summary([late], [], PLAN).all.p50_ms == pytest.approx(600)


def test_a_request_belongs_to_the_phase_it_was_due_in_whenever_it_was_answered() -> None:
    found = summary([request(0), request(9.9, 5000), request(10.1), request(19.9, 9000)], [], PLAN)
    assert {name: numbers.requests for name, numbers in found.phases.items()} == {"rest": 2, "step": 2}


def test_labels_and_connections_are_told_apart() -> None:
    found = summary([request(0), request(1, label="edit"), request(2, label="edit")], [], PLAN)
    assert {name: numbers.requests for name, numbers in found.labels.items()} == {"read": 1, "edit": 2}
    assert found.connections["fresh"].requests == 3


def test_a_generator_that_is_late_for_seconds_is_the_limit() -> None:
    late = [second(t, lag_p99_ms=80) for t in range(3)]
    assert "up to 80 ms after they were due" in limits(late, 50)[0]
    assert limits([*late[:2], second(2), late[2]], 50) == []  # never three on end


def test_a_generator_that_takes_a_core_is_the_limit() -> None:
    assert "a whole core for 4 s" in limits([second(t, cpu_percent=97) for t in range(4)], 50)[0]


def test_a_generator_whose_connections_are_all_busy_is_the_limit() -> None:
    assert "all of its 3 connections" in limits([second()], 3)[0]


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path, PLAN)
    journal.began(1000.0)
    rows = [request(1), request(2, 10_000, 0, "TimeoutError")._replace(sent=None), request(3, 5, 503)]
    for row in rows:
        journal.fell_due()
        if row.sent is not None:
            journal.left(0.001)
        journal.answered(row)
    journal.close("interrupted", 1005.0)
    journal.close("complete", 1006.0)  # a second end changes nothing
    assert read_requests(tmp_path) == rows
    assert [(s.due, s.done, s.failed, s.in_flight) for s in read_seconds(tmp_path)] == [(3, 3, 2, 1)]
    end = read_end(tmp_path)
    assert (end["ended"], end["due"], end["done"], end["failed"], end["unfinished"]) == ("interrupted", 3, 3, 2, 0)


def test_half_a_row_waits_for_its_other_half(tmp_path: Path) -> None:
    tail = Tail(tmp_path)
    assert tail.live() == Live()
    journal = Journal(tmp_path, PLAN)
    journal.began(1000.0)
    for n in range(10):
        journal.fell_due()
        journal.left(0.001)
        journal.answered(request(n / 10, ms=100 + n, status=503 if n == 9 else 200))
    journal.tick(1001.0)
    whole = (tmp_path / REQUESTS).read_text()
    (tmp_path / REQUESTS).write_text(whole[:-7])
    assert tail.live().done == 9
    (tmp_path / REQUESTS).write_text(whole)
    live = tail.live()
    assert (live.done, live.failed, live.failures, live.due_rate) == (10, 1, {"503": 1}, 10)
    assert live.p50_ms == pytest.approx(104)
    assert live.t == 1001.0
    journal.close("complete", 1002.0)


def test_live_numbers_forget_what_is_older_than_their_window(tmp_path: Path) -> None:
    journal, tail = Journal(tmp_path, PLAN), Tail(tmp_path)
    journal.began(1000.0)
    for t in range(20):
        journal.fell_due()
        journal.left(0.0)
        journal.answered(request(t + 0.5, ms=1000 if t < 10 else 10))
        journal.tick(1001.0 + t)
    live = tail.live(5)
    assert live.p95_ms == pytest.approx(10)
    assert (live.done, live.done_rate) == (20, 1)
    journal.close("complete", 1022.0)
