"""One round of figure P9: a server that misbehaves by a timetable, and three sides that ask it at the same moments."""

import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from loadtest.plan import Plan as LoadPlan
from loadtest.records import read_requests
from loadtest.shapes import Phase
from ops import load, ports, run, wait
from ops.bench import stats
from ops.bench.agreement import Spell
from ops.bench.client import Client
from ops.bench.lab import Lab, Outcome
from ops.bench.misbehaviour import PATHOLOGIES, Timetable
from ops.bench.plan import Plan, request
from ops.errors import OpsError
from ops.paths import ROOT
from ops.postgres import tail

if TYPE_CHECKING:
    import subprocess

RATE = 100.0
TIMEOUT = 4.0  # twice the stall: nothing but silence takes so long
CONNECTIONS = 1000
MOST_LATE = 0.05
LEAD_SECONDS = 8.0  # to start two Locusts, one after the other, on a busy machine
END_SECONDS = 30.0
SIDES = ("ours", "recorder", "closed")
CLOSED = ROOT / "benchmarks" / "closed.py"
MEND = "./inv bench --only P9 on an idle machine"

Spells = Mapping[str, Spell]


class Row(NamedTuple):
    """A request of any side: due in seconds since the timetable began, from due in ms, its failure's kind, its lag."""

    due: float
    latency_ms: float
    failure: str
    lag_ms: float


def measure_round(lab: Lab, index: int, spell: float, names: Sequence[str] = tuple(PATHOLOGIES)) -> dict[str, Spells]:
    """Run the three sides at once over the pathologies; return what each has measured in each spell."""
    name = {side: f"P9-{index}-{side}" for side in SIDES}
    with ExitStack() as running:
        running.enter_context(before_others())
        timetable = Timetable(time.time() + LEAD_SECONDS, spell, tuple(names))
        port, server = running.enter_context(serving(timetable, lab.folder / f"P9-{index}-timetable.json"))
        plan = _plan(port, timetable)
        ours = running.enter_context(_locust(plan, lab.folder / name["ours"], load.LOCUSTFILE))
        closed = running.enter_context(_locust(plan, lab.folder / name["closed"], CLOSED))
        late = max(ours.begin, closed.begin) - timetable.begin
        if late > MOST_LATE:
            raise OpsError("a load generator has begun late", f"{late:.2f} s", MEND)
        recorder = running.enter_context(_recorder(lab, name["recorder"], _recorder_plan(port, timetable)))
        _stop_for_a_while(server, timetable)
        left = timetable.begin + timetable.seconds - time.time() + TIMEOUT + END_SECONDS
        for one in (ours, closed):
            one.join(left)
        recorder.wait(left)
    outcome = lab.outcome(name["recorder"], _recorder_plan(port, timetable))
    return {
        "recorder": _of_recorder(outcome, timetable),
        **{side: _of_locust(lab.folder / name[side], timetable) for side in ("ours", "closed")},
    }


def _plan(port: int, timetable: Timetable) -> LoadPlan:
    phases = [Phase("all", timetable.seconds, 1)]
    return load.prepare(
        f"http://127.0.0.1:{port}", shape="pathologies", phases=phases, rate=RATE, timeout_s=TIMEOUT,
        begin=timetable.begin, connections=CONNECTIONS, reach=False,
    )  # fmt: skip


def _recorder_plan(port: int, timetable: Timetable) -> Plan:
    """Return the same requests for the recorder, each half a period later: two at one moment would be another load."""
    calls = tuple(request("probe", "GET", f"/?n={number}") for number in range(round(RATE * timetable.seconds)))
    begin = timetable.begin + 0.5 / RATE
    return Plan("127.0.0.1", port, "open", CONNECTIONS, timetable.seconds, calls, RATE, TIMEOUT, begin)


@contextmanager
def serving(timetable: Timetable, file: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Run the misbehaving server while the block runs; `file` takes the timetable. Yields its port and process."""
    port = ports.any_free(set())
    timetable.write(file)
    log = file.with_suffix(".log")
    process = run.spawn([sys.executable, "-m", "ops.bench.misbehaving", str(port), file], log=log)

    def listens() -> None:
        if process.poll() is not None:
            raise OpsError("the misbehaving server does not start", tail(log), MEND)
        try:
            Client(port).request("GET", "/?n=0")
        except OSError as error:
            raise wait.Pending(str(error)) from error

    try:
        wait.until(listens, "the misbehaving server to listen", seconds=END_SECONDS, mend=MEND)
        yield port, process
    finally:
        process.kill()
        process.wait()


@contextmanager
def _locust(plan: LoadPlan, folder: Path, locustfile: Path) -> Iterator[load.Running]:
    running = load.start(plan, folder, locustfile=locustfile)
    try:
        yield running
    finally:
        if running.poll() is None:
            running.stop()


@contextmanager
def _recorder(lab: Lab, name: str, plan: Plan) -> Iterator["subprocess.Popen[bytes]"]:
    process = run.spawn(lab.words(name, plan), log=lab.folder / f"{name}.log")
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def before_others() -> Iterator[None]:
    """Run what is started in the block before all else on the machine, where one may: the rest is not the subject.

    Being nice is not enough: the kernel weighs sessions against each other before it weighs processes.
    """
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def _stop_for_a_while(server: "subprocess.Popen[bytes]", timetable: Timetable) -> None:
    if moments := timetable.stop():
        for moment, number in zip(moments, (signal.SIGSTOP, signal.SIGCONT), strict=True):
            time.sleep(max(timetable.begin + moment - time.time(), 0.0))
            server.send_signal(number)


def _of_locust(folder: Path, timetable: Timetable) -> Spells:
    requests = read_requests(folder)
    rows = [Row(r.due - timetable.begin, r.latency_ms, r.kind, ((r.sent or r.done) - r.due) * 1e3) for r in requests]
    return _spells(timetable, rows)


def _of_recorder(outcome: Outcome, timetable: Timetable) -> Spells:
    rows = [
        Row(s.due_us / 1e6, s.latency_ms, next(iter(stats.failures([s])), ""), (s.sent_us - s.due_us) / 1e3)
        for s in outcome.samples
    ]
    return _spells(timetable, rows)


def _spells(timetable: Timetable, rows: Sequence[Row]) -> Spells:
    """Sort requests into the spells that they were due in."""
    found: dict[str, Spell] = {}
    for name in timetable.names:
        inside = [row for row in rows if timetable.during(name, row.due)]
        lag = stats.percentile([row.lag_ms for row in inside], 0.99) if inside else 0.0
        kinds = Counter(row.failure for row in inside if row.failure)
        found[name] = Spell([row.latency_ms for row in inside], kinds, lag)
    return found
