"""bench end to end on tiny counts, and the honesty of its generator."""

import json
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ops import run
from ops.bench import runner, spells, stage, stats
from ops.bench.lab import Lab, Scale
from ops.bench.plan import Plan, request
from ops.bench.proxy import CountingProxy
from ops.bench.server import Server, Side
from ops.report import circumstances
from tests.support.serving import serving

TINY = Scale(rounds=1, seconds=0.4, warm_up=0.1, rows=40, tail_seconds=1.0, overload_seconds=0.5, evidence=False)
CALLS = (request("read", "GET", "/"),)
STALL_BEGINS, STALL_ENDS = 1.0, 2.0


class Stalling(BaseHTTPRequestHandler):
    """Answers at once, but for one second, counted from the first request, in which nothing is answered."""

    protocol_version = "HTTP/1.1"
    began: float | None = None

    def do_GET(self) -> None:
        cls = type(self)
        cls.began = cls.began or time.monotonic()
        if STALL_BEGINS <= (age := time.monotonic() - cls.began) < STALL_ENDS:
            time.sleep(STALL_ENDS - age)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def stalling() -> Iterator[int]:
    Stalling.began = None
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Stalling)) as server:
        server.daemon_threads = True
        yield server.server_port


def test_open_loop_latencies_show_a_stall_of_the_server(stalling: int, tmp_path: Path) -> None:
    plan = Plan("127.0.0.1", stalling, "open", connections=300, seconds=3.0, calls=CALLS, rate=100.0)
    outcome = Lab(tmp_path, TINY).load("stall", plan)
    assert len(outcome.samples) == 300
    assert not stats.failures(outcome.samples)
    latencies = [sample.latency_ms for sample in outcome.samples]
    # the requests due in each tenth of the stalled second wait for the rest of it
    assert sum(latency >= 500 for latency in latencies) >= 45
    assert max(latencies) >= 900


def test_a_stall_is_not_hidden_by_too_few_connections(stalling: int, tmp_path: Path) -> None:
    plan = Plan("127.0.0.1", stalling, "open", connections=2, seconds=3.0, calls=CALLS, rate=100.0)
    outcome = Lab(tmp_path, TINY).load("stall", plan)
    assert sum(sample.latency_ms >= 500 for sample in outcome.samples) >= 45
    assert outcome.about.waited_for_connection >= 45


def test_what_is_never_answered_is_a_sample_too(stalling: int, tmp_path: Path) -> None:
    plan = Plan("127.0.0.1", stalling, "open", connections=300, seconds=2.0, calls=CALLS, rate=100.0, timeout=0.3)
    outcome = Lab(tmp_path, TINY).load("stall", plan)
    assert len(outcome.samples) == 200
    assert stats.failures(outcome.samples)["TimeoutError"] >= 20


def test_a_server_that_is_not_there_gives_errors_not_silence(tmp_path: Path) -> None:
    plan = Plan("127.0.0.1", 1, "open", connections=5, seconds=0.2, calls=CALLS, rate=50.0)
    outcome = Lab(tmp_path, TINY).load("nobody", plan)
    assert stats.failures(outcome.samples) == {"ConnectionRefusedError": 10}


def test_the_generator_refuses_another_address(tmp_path: Path) -> None:
    good = Plan("127.0.0.1", 1, "open", connections=5, seconds=0.2, calls=CALLS, rate=50.0)
    good.write(tmp_path / "plan.json")
    changed = (tmp_path / "plan.json").read_text().replace("127.0.0.1", "192.0.2.1", 1)
    (tmp_path / "plan.json").write_text(changed)
    words = [sys.executable, "-m", "ops.bench.generator", tmp_path / "plan.json", tmp_path / "samples.csv"]
    done = run.run(words, check=False, mend="-")
    assert done.code != 0
    assert "not a loopback address" in done.err


def test_the_proxy_counts_what_a_client_waits_for(cluster: Any) -> None:
    with CountingProxy("127.0.0.1", cluster.port) as proxy:
        url = cluster.url("postgres").replace(f":{cluster.port}/", f":{proxy.port}/")
        with psycopg.connect(url, autocommit=True) as connection:
            assert proxy.trips() == 0  # what a new connection says is not counted
            connection.execute("SELECT %s::int", [1])
            assert proxy.trips() == 1
            connection.execute("SELECT repeat('Z', 300000) FROM generate_series(1, 3)")
            assert proxy.trips() == 2
            with connection.transaction():
                connection.execute("SELECT 1")
            assert proxy.trips() == 5


@pytest.mark.timeout(300)
def test_a_tiny_bench_measures_writes_its_report_and_claims_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stage, "STATE", tmp_path / "state")
    assert runner.bench(["P1", "P2", "P3", "P4"], TINY, tmp_path) is False
    folder = (tmp_path / "bench" / circumstances.LATEST).resolve()
    result = json.loads((folder / "result.json").read_text())
    assert {figure["figure"] for figure in result["figures"]} == {"P1", "P2", "P3", "P4"}
    for figure in result["figures"]:
        assert not figure["reached"]
        assert figure["why"] == "1 pairs, 5 are needed"
        assert figure["median"] > 0
        assert all((folder / name).is_file() for name in figure["raw"])
    assert "<svg" in (folder / "report.html").read_text()
    assert "P3" in capsys.readouterr().out
    assert not list((tmp_path / "state").iterdir())


def test_processor_time_is_that_of_the_whole_process_group() -> None:
    import psutil

    mine = psutil.Process().cpu_times()
    server = Server(Side("this", "-", {}), 0, psutil.Process().pid, 0.0)
    assert server.cpu_seconds() >= mine.user + mine.system


def test_three_sides_see_the_same_pathologies_and_only_the_open_ones_all_of_their_requests(tmp_path: Path) -> None:
    found = spells.measure_round(Lab(tmp_path, TINY), 0, 2.0, ("errors", "stall", "stopped"))
    for name in ("errors", "stall", "stopped"):
        ours, recorder = found["ours"][name], found["recorder"][name]
        assert len(ours.latencies) == len(recorder.latencies) == 200
        assert ours.failures == recorder.failures
    assert found["ours"]["errors"].failures == {"500": 20, "503": 10}
    for name in ("stall", "stopped"):  # for 0.4 of 2 seconds, by the numbers of the timetable
        assert max(found["recorder"][name].latencies) >= 400
        assert len(found["closed"][name].latencies) < 190
