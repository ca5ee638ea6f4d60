"""Steady state, recovery, verdict, report: pure functions over made-up runs, good and bad ones."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ops.chaos import probes, recovery, report, site, steady, verdict
from ops.chaos.catalogue import CATALOGUE
from ops.chaos.drive import Outcome
from ops.chaos.probes import Probe, impact
from ops.chaos.recovery import Budget, Injury
from ops.chaos.verdict import Verdict
from ops.errors import OpsError
from ops.ledger.check import FAIL, LOST, PASS, UNDECIDED, Finding, Ledger
from ops.ledger.writes import ACKNOWLEDGED, CREATE, EDIT, REJECTED, UNKNOWN, Write
from ops.watchers import Alert

pytestmark = pytest.mark.unit
RATE = 40.0


def asked(begin: float, end: float, *, ms: float = 10, status: int = 200, error: str = "") -> list[Probe]:
    """The requests of that span, each answered after so long."""
    dues = [begin + n / RATE for n in range(round((end - begin) * RATE))]
    return [Probe(due, due, due + ms / 1000, "read", "GET", status, error, "fresh") for due in dues]


CALM = asked(0, 10)
OUTAGE = [*asked(0, 4), *asked(4, 5, status=503), *asked(5, 6, status=0, error="ConnectionRefusedError"), *asked(6, 10)]
INJURY = Injury("app-killed", "notes (pid 7)", 3.9, 4.0, 4.0, 6.5, 10.0)
READ = {"API": 3, "SQL": 3}
KEPT = Ledger(10, 9, 0, 1, 1, (), READ)
WELL = steady.judge(CALM, 0, 10, RATE)


def test_a_calm_target_is_well() -> None:
    assert WELL.is_well
    assert (WELL.requests, WELL.failed) == (400, 0)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([*CALM[:-1], CALM[-1]._replace(status=500)], "1 of 400 requests failed, the first with 500"),
        (asked(0, 10, ms=1500), "p95 is 1500 ms"),
        (CALM[::2], "200 requests ended of 400"),
        ([], "0 requests ended"),
    ],
)
def test_a_sick_target_is_not_and_it_is_said_why(rows: list[Probe], why: str) -> None:
    assert why in "; ".join(steady.judge(rows, 0, 10, RATE).why)


def test_what_a_fault_cost_its_users() -> None:
    cost = impact(OUTAGE, 4, 10, before_ms=8.0)
    assert cost.failed == 80
    assert cost.kinds == {"503": 40, "ConnectionRefusedError": 40}
    assert cost.first_failed == pytest.approx(4.01)
    assert cost.last_failed == pytest.approx(5.985)
    assert cost.added_ms == pytest.approx(2.0)


def test_a_request_in_hand_when_the_fault_strikes_is_put_down_to_it() -> None:
    hit = Probe(3.9, 3.9, 4.1, "read", "GET", 0, "IncompleteReadError", "fresh")
    assert impact([hit], 4, 10, 0).failed == 1
    assert impact([hit], 0, 4, 0).failed == 0


def test_latency_counts_from_due_and_only_of_those_that_succeeded() -> None:
    late = [Probe(0, 0.5, 0.6, "read", "GET", 200, "", "fresh"), *asked(0, 1, ms=9000, status=503)]
    assert probes.p95_ms(late) == pytest.approx(600)
    assert math.isnan(probes.p95_ms(asked(0, 1, status=503)))


def create(began: float, outcome: str = ACKNOWLEDGED, reason: str = "201", *, ended: float | None = None) -> Write:
    return Write("op", "a", "op", CREATE, "op", outcome, began, began + 0.1 if ended is None else ended, reason)


def test_writes_with_a_key_are_users_too_but_not_measured_for_latency() -> None:
    """One that the journal knows no end of was cut off with us; edits have no key."""
    writes = [
        create(4.0), create(4.2, UNKNOWN, "502"), create(4.4, REJECTED, "not sent: refused"), create(4.6, ended=0.0),
        Write("op", "a", "op", EDIT, "op", UNKNOWN, 4.0, 4.1, "502"),
    ]  # fmt: skip
    rows = probes.of_writes(writes)
    cost = impact([*CALM, *rows], 4, 6, before_ms=10)
    assert cost.kinds == {"POST 502": 1, "POST not sent: refused": 1}
    assert cost.requests == len(probes.between(CALM, 4, 6)) + 3
    assert cost.added_ms == pytest.approx(0)
    assert cost.last_failed == pytest.approx(4.5)


def judged(**budget: float) -> tuple[str, ...]:
    allowed = Budget(**{"ready": 3.0, "errors": 2.0, **budget})  # type: ignore[arg-type]
    return recovery.judge(INJURY, OUTAGE, 10.0, allowed).over


def test_within_its_budget_nothing_is_over() -> None:
    assert judged() == ()


def test_each_part_of_a_budget_is_held() -> None:
    assert judged(ready=2.4) == ("ready after 2.5 s, budget 2.4 s",)
    assert judged(errors=1.9) == ("errors until 2.0 s after its end, budget 1.9 s",)
    assert judged(failed=0) == ("80 failed requests, budget 0",)


def test_what_never_healed_and_what_nobody_looked_at_is_over() -> None:
    assert recovery.judge(replace(INJURY, healed=None), OUTAGE, 10.0, Budget(9, 9)).over == ("did not recover",)
    assert "nothing was measured" in recovery.judge(INJURY, [], 10.0, Budget(9, 9)).over[0]


def test_of_a_fault_that_lasts_the_time_after_its_end_counts() -> None:
    seen = recovery.judge(replace(INJURY, ended=6.0), OUTAGE, 10.0, Budget(9, 9))
    assert seen.ready == pytest.approx(0.5)
    assert seen.errors == 0.0


GOOD = recovery.judge(INJURY, OUTAGE, 10.0, Budget(9, 9))
OVER = recovery.judge(INJURY, OUTAGE, 10.0, Budget(1, 9))
SICK = steady.judge(OUTAGE, 0, 10, RATE)
BROKEN = replace(KEPT, findings=(Finding(LOST, "w-1", "not found", ("API", "SQL")),))


def test_the_verdict_of_a_good_run() -> None:
    assert verdict.judge(KEPT, [GOOD], WELL, 1) == Verdict(PASS)
    assert Verdict(PASS).code == 0


@pytest.mark.parametrize(
    ("ledger", "recoveries", "after", "why"),
    [
        (BROKEN, [GOOD], WELL, "1 lost"),
        (KEPT, [OVER], WELL, "app-killed: ready after 2.5 s"),
        (KEPT, [GOOD], SICK, "not well afterwards: 80 of 400"),
        (replace(BROKEN, reads={}), [], WELL, "1 lost"),  # a loss is a loss, whatever else is missing
    ],
)
def test_the_verdicts_of_bad_runs(
    ledger: Ledger, recoveries: list[recovery.Recovery], after: steady.Steady, why: str
) -> None:
    seen = verdict.judge(ledger, recoveries, after, 1)
    assert (seen.word, seen.code) == (FAIL, 1)
    assert why in "; ".join(seen.why)


@pytest.mark.parametrize(
    ("ledger", "recoveries", "planned", "why"),
    [
        (replace(KEPT, reads={"API": None, "SQL": 3}), [GOOD], 1, "no final read by API"),
        (replace(KEPT, reads={}), [GOOD], 1, "no final read by SQL"),
        (replace(KEPT, acknowledged=0), [GOOD], 1, "no write was acknowledged"),
        (KEPT, [GOOD], 2, "1 of 2 faults"),
        (KEPT, [], 0, "no fault was to be injected"),
    ],
)
def test_the_verdicts_of_runs_that_prove_nothing(
    ledger: Ledger, recoveries: list[recovery.Recovery], planned: int, why: str
) -> None:
    seen = verdict.judge(ledger, recoveries, WELL, planned)
    assert (seen.word, seen.code) == (UNDECIDED, 2)
    assert why in "; ".join(seen.why)


@pytest.mark.parametrize("target", site.TARGETS)
def test_every_fault_of_a_target_is_in_the_catalogue_and_has_a_budget(target: str) -> None:
    absent = set(site._module(target).NOT_HERE)
    assert absent <= CATALOGUE.keys()
    assert recovery.budgets(target).keys() == CATALOGUE.keys() - absent


def test_the_list_says_of_each_fault_where_it_is_and_why_it_is_not() -> None:
    rows = site.catalogue()
    assert [row[0] for row in rows] == list(CATALOGUE)
    assert all(all(row) for row in rows)


def outcome(ledger: Ledger = BROKEN) -> Outcome:
    write = Write("w-1", "a", "w-1", CREATE, "w-1", ACKNOWLEDGED, 1.0, 1.1, "201")
    return Outcome(WELL, WELL, (GOOD, OVER), ledger, Verdict(FAIL, ("1 <lost>",)), tuple(OUTAGE), (write,))


ABOUT = {"target": "embedded", "seed": "4711", "command": "./inv chaos & more"}


def test_the_page_is_one_file_that_fetches_nothing_and_shows_all(tmp_path: Path) -> None:
    (tmp_path / "requests.csv").touch()
    made = report.write(tmp_path, outcome(), ABOUT).read_text()
    assert made.count("<svg") == 3
    addresses = set(re.findall(r"https?://[^\s\"'<>]+", made))
    assert all(address.startswith("http://www.w3.org/") for address in addresses), addresses
    for text in ("4711", "1 &lt;lost&gt;", "./inv chaos &amp; more", "app-killed", "notes (pid 7)", "w-1", "recovered"):
        assert text in made, text
    assert "requests.csv" in made
    assert "result.json" in made


def test_the_page_shows_ready_pods_and_alerts_where_somebody_looked(tmp_path: Path) -> None:
    began = OUTAGE[0].due
    alerts = (Alert("NotesDown", began + 4, began + 6), Alert("PoolSaturated", began + 5, None))
    seen = replace(outcome(), ready=((began - 1, 2), (began + 4, 1)), alerts=alerts)
    made = report.write(tmp_path, seen, ABOUT).read_text()
    assert made.count("<svg") == 4
    for text in ("NotesDown</td><td>4</td><td>6", "PoolSaturated</td><td>5</td><td>still firing"):
        assert text in made
    assert json.loads((tmp_path / "result.json").read_text())["alerts"][1]["cleared"] is None
    assert "None fired" in report.write(tmp_path, replace(seen, alerts=()), ABOUT).read_text()
    assert "Prometheus does not watch" in report.write(tmp_path, outcome(), ABOUT).read_text()


def test_the_result_is_json_that_any_reader_takes(tmp_path: Path) -> None:
    report.write(tmp_path, replace(outcome(), recoveries=(replace(GOOD, ready=None),)), ABOUT)
    told = json.loads((tmp_path / "result.json").read_text(), parse_constant=lambda name: pytest.fail(name))
    assert told["verdict"]["word"] == FAIL
    assert told["ledger"]["lost"] == 1
    assert told["recoveries"][0]["ready"] is None


def test_the_table_has_a_row_for_each_fault_with_what_was_over() -> None:
    (row,) = report.rows([GOOD, OVER])
    assert row[:4] == ["NO", "app-killed", "2", "2.5/2.5/2.5"]
    assert row[-1] == "ready after 2.5 s, budget 1 s"


def test_a_row_of_the_prober_that_is_not_whole_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text("due,sent,done\n1.0,1.0,1.1,read,GET,200,,fresh,0\n2.0,2.0,2.")
    assert probes.read(path) == [Probe(1.0, 1.0, 1.1, "read", "GET", 200, "", "fresh")]
    assert probes.read(tmp_path / "none") == []


def test_a_target_without_faults_is_refused() -> None:
    class Other:
        name = "other"

    with pytest.raises(OpsError, match="no faults for target 'other'"):
        site.site(Other())  # type: ignore[arg-type]
