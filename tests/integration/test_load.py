"""Short real runs of Locust as ops starts it: what it sends, when, and what it writes down."""

import json
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psutil
import pytest

from loadtest.mix import SHARES
from loadtest.plan import Plan
from loadtest.records import Request, read_end, read_requests, read_seconds
from loadtest.shapes import Phase, arrivals
from ops import load
from ops.errors import OpsError
from tests.support.counting import Counting, counting, stall
from tests.support.database import Database
from tests.support.process import Server, python

END_SECONDS = 40.0


def plan(url: str, seconds: float = 2, rate: float = 40, **changes: Any) -> Plan:
    values = {"phases": [Phase("all", seconds, 1)], "rate": rate, "timeout_s": 5.0}
    return load.prepare(url, **(values | changes))


def finished(made: Plan, folder: Path) -> tuple[list[Request], dict[str, Any]]:
    """Run a plan to its end; its requests and what the generator says of itself."""
    running = load.start(made, folder)
    end = running.join(made.seconds + END_SECONDS)
    assert running.poll() == 0
    return read_requests(folder), end


def test_as_many_requests_fall_due_as_the_shape_says_when_it_says(tmp_path: Path) -> None:
    phases = [Phase("rest", 1, 1), Phase("rise", 1, 3, linear=True), Phase("step", 1, 4)]
    with counting() as server:
        made = plan(server.url, phases=phases, rate=20.0)
        rows, end = finished(made, tmp_path)
    due = sorted(row.due for row in rows)
    offsets = list(arrivals(phases, 20.0))
    assert (end["ended"], end["due"], end["done"], end["failed"]) == ("complete", 140, 140, 0)
    assert [moment - end["begin"] for moment in due] == pytest.approx(offsets, abs=1e-5)
    assert sorted(server.numbers) == list(range(140))
    assert {row.retried for row in rows} == {0}
    assert sum(second.due for second in read_seconds(tmp_path)) == 140


def test_the_host_header_is_sent_with_every_request(tmp_path: Path) -> None:
    with counting() as server:
        finished(plan(server.url, 1, host_header="notes.example.org"), tmp_path)
    assert server.hosts == {"notes.example.org"}


def test_latency_counts_from_due_through_a_stall_also_in_locusts_own_numbers(tmp_path: Path) -> None:
    with counting(stall(1.0, 2.5)) as server:
        rows, _ = finished(plan(server.url, 4), tmp_path)
    assert len(rows) == 160
    found = load.summary(rows, read_seconds(tmp_path), plan(server.url, 4, reach=False))
    # what was due in the stall waited for the rest of it: 60 requests, evenly over 1.5 s, all but the last tenth
    assert sum(row.latency_ms > 100 for row in rows) >= 50
    assert found.all.max_ms >= 1400
    assert found.all.failed == 0
    total = next(line for line in (tmp_path / "locust.log").read_text().splitlines() if "Aggregated" in line)
    assert int(total.split()[1]) == 160
    assert int(total.split()[6]) == pytest.approx(found.all.max_ms, abs=2)


def test_too_few_connections_hide_nothing_and_are_said_to_be_the_limit(tmp_path: Path) -> None:
    with counting(stall(1.0, 2.5)) as server:
        rows, end = finished(plan(server.url, 4, connections=2), tmp_path)
    assert len(rows) == 160
    assert sum(row.latency_ms > 100 for row in rows) >= 50
    assert any("all of its 2 connections were busy" in reason for reason in end["limits"])
    assert end["was_the_limit"]


def test_every_kind_of_failure_is_counted_once_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    kinds = {0: "500", 1: "close", 2: "reset", 3: "silence", 4: "slow"}
    with counting(lambda number: kinds.get(number % 10, "")) as server:
        rows, end = finished(plan(server.url, 2, 20, timeout_s=3.0), tmp_path)
    found = Counter(row.kind for row in rows if row.failed)
    assert found == {"500": 4, "ConnectionResetError": 8, "TimeoutError": 8}
    assert end["failed"] == 20
    assert sorted(server.numbers) == list(range(40))  # also what was reset: the client does not try again
    assert all(row.status == 0 for row in rows if row.error)
    late = sorted(row.latency_ms for row in rows if row.error == "TimeoutError")
    assert 3000 <= late[0] <= late[len(late) // 2] < 3500  # a busy machine may be late with some of them


def test_what_waits_for_a_connection_is_given_up_when_its_time_is_out(tmp_path: Path) -> None:
    with counting(lambda number: "silence" if number >= 0 else "") as server:
        rows, end = finished(plan(server.url, 1, 10, connections=1, timeout_s=1.0), tmp_path)
    assert [row.error for row in rows] == ["TimeoutError"] * 10
    assert min(row.latency_ms for row in rows) >= 999
    assert (end["failed"], end["unfinished"], end["was_the_limit"]) == (10, 0, True)


def test_a_generator_that_was_stopped_itself_counts_what_it_never_sent(tmp_path: Path) -> None:
    with counting() as server:
        running = load.start(plan(server.url, 4, timeout_s=1.0), tmp_path)
        generator = psutil.Process(running.pid)
        generator.suspend()
        time.sleep(2.5)
        generator.resume()
        end = running.join(END_SECONDS)
    rows = read_requests(tmp_path)
    unsent = [row for row in rows if row.sent is None]
    assert len(rows) == end["due"] == 160
    assert len(unsent) >= 30
    assert {(row.error, row.status, row.label) for row in unsent} == {("TimeoutError", 0, "probe")}
    assert len(server.numbers) <= 160 - len(unsent)  # what left at the last moment may not have arrived


def test_half_of_the_requests_open_a_connection_and_the_others_share_few(tmp_path: Path) -> None:
    with counting() as server:
        rows, _ = finished(plan(server.url, 3), tmp_path)
    kinds = Counter(row.connection for row in rows)
    assert kinds == {"fresh": 60, "keepalive": 60}
    shared = server.connections - kinds["fresh"] - 1  # and one that asked whether anybody is there
    assert 1 <= shared <= 30  # two or three on a machine with time


@pytest.mark.parametrize(("share", "kind"), [(0.0, "keepalive"), (1.0, "fresh")])
def test_the_share_of_fresh_connections_is_a_choice(tmp_path: Path, share: float, kind: str) -> None:
    with counting() as server:
        rows, _ = finished(plan(server.url, 1, fresh_share=share), tmp_path)
    assert {row.connection for row in rows} == {kind}


def interrupted(server: Counting, folder: Path, *signals: signal.Signals) -> dict[str, Any]:
    running = load.start(plan(server.url, 30), folder)
    deadline = time.monotonic() + 20
    while running.live().done < 20:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for number in signals:
        psutil.Process(running.pid).send_signal(number)
    end = running.stop()
    assert running.poll() is not None
    return end


@pytest.mark.parametrize("signals", [(), (signal.SIGINT,), (signal.SIGINT, signal.SIGINT), (signal.SIGTERM,)])
def test_an_interrupted_run_leaves_whole_files(tmp_path: Path, signals: tuple[signal.Signals, ...]) -> None:
    with counting() as server:
        end = interrupted(server, tmp_path, *signals)
    rows = read_requests(tmp_path)
    assert end["ended"] == "interrupted"
    assert end["done"] == len(rows) < 30 * 40
    assert end["due"] - end["unfinished"] == end["done"]
    assert end["failed"] == 0
    assert sum(second.done for second in read_seconds(tmp_path)) == len(rows)


def test_what_is_under_way_when_interrupted_is_unfinished_and_no_failure(tmp_path: Path) -> None:
    with counting(lambda number: "silence" if number % 4 == 0 else "") as server:
        end = interrupted(server, tmp_path)
    assert end["unfinished"] >= 5
    assert end["failed"] == 0


def test_a_generator_that_cannot_begin_says_why(tmp_path: Path) -> None:
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps([{"email": "a@loadtest.invalid", "token": "unknown"}]))
    with counting(lambda _: "401") as server:
        made = plan(server.url, accounts=accounts)
        with pytest.raises(OpsError, match="status 401"):
            load.start(made, tmp_path / "run")


def test_a_generator_that_was_killed_is_not_taken_for_one_that_ended(tmp_path: Path) -> None:
    with counting() as server:
        running = load.start(plan(server.url, 30), tmp_path)
        psutil.Process(running.pid).kill()
        with pytest.raises(OpsError, match="has failed"):
            running.join(10)
    assert read_end(tmp_path)["ended"] == "running"


def test_nobody_at_the_address_is_an_error_before_anything_starts() -> None:
    with counting() as server:
        url = server.url
    with pytest.raises(OpsError, match="nothing answers"):
        plan(url)


def test_notes_are_read_written_edited_and_deleted_without_a_failure(
    env: dict[str, str], database: Database, tmp_path: Path
) -> None:
    done = python("-m", "notes", "seed", "--accounts", "4", "--notes", "30", env=env)
    assert done.returncode == 0, done.stderr
    accounts = tmp_path / "accounts.json"
    accounts.write_text(done.stdout)
    before = database.count("note")
    server = Server("notes:create_app()", tmp_path, env)
    try:
        rows, end = finished(plan(server.url, 8, 60, accounts=accounts), tmp_path / "run")
    finally:
        server.stop()
    assert end["ended"] == "complete"
    labels = Counter(row.label for row in rows)
    assert len(rows) == 480
    assert Counter(row.kind for row in rows if row.failed) == {}
    assert set(labels) == set(SHARES)
    assert database.count("note") - before == labels["create"]  # deleted ones are in the trash, repetitions made none
    trashed = database.value("SELECT count(*) FROM note WHERE deleted_at IS NOT NULL")
    assert trashed == labels["delete"]
    edited = database.value("SELECT count(*) FROM note WHERE version > 1 AND deleted_at IS NULL")
    assert 0 < edited <= labels["edit"]
