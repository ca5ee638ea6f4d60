"""What one result says of one claim: the good, the bad, the narrow, and what says nothing."""

from dataclasses import replace

import pytest

from ops.claims import of_bench, of_chaos, of_loadtest, of_tests
from ops.claims.said import FAILS, HOLDS, LESS, UNKNOWN, Said
from ops.hpa.findings import SHRINKING
from ops.tally import Tally
from tests.support import results
from tests.support.histories import answers, history, request, scales
from tests.support.results import GONE, KEPT, bench, chaos, figure, loadtest, recovered

pytestmark = pytest.mark.unit
NEVER = (recovered(), recovered(ready=None))
BLIND = replace(KEPT, reads={"API": None, "SQL": 3})


def word(said: Said | None) -> str | None:
    return said and said.word


def test_a_figure_holds_when_all_its_verdicts_are_reached() -> None:
    told = bench(figure("P1"), figure("P1", reached=False), figure("P2"))
    said = of_bench.figure("P1", told)
    assert said == Said(
        FAILS, "the P1: 2 x, wanted >= 1 x; the P1: 2 x, wanted >= 1 x", "the P1: off by 50%", ("P.csv",)
    )
    assert word(of_bench.figure("P2", told)) == HOLDS
    assert of_bench.figure("P10", told) is None


def test_a_quick_run_of_bench_proves_nothing_and_disproves_nothing() -> None:
    for reached in (True, False):
        assert word(of_bench.figure("P1", bench(figure("P1", reached=reached), evidence=False))) == LESS


@pytest.mark.parametrize(
    ("told", "kept", "healed"),
    [
        (chaos(), HOLDS, HOLDS),
        (chaos(ledger=GONE), FAILS, HOLDS),  # what was lost is no matter of healing
        (chaos(recoveries=NEVER, planned=5), UNKNOWN, FAILS),  # three faults never came
        (chaos(planned=2), UNKNOWN, UNKNOWN),
        (chaos(ledger=BLIND), UNKNOWN, UNKNOWN),
        (chaos(faults="app-killed"), LESS, LESS),
        (chaos(faults="app-killed", ledger=BLIND), LESS, LESS),
        (chaos(faults="app-killed", ledger=GONE), FAILS, LESS),
        (chaos(faults="app-killed", recoveries=NEVER), LESS, FAILS),
        (chaos("compose"), None, None),
        (chaos(broken="no-prestop", ledger=GONE), None, None),
    ],
)
def test_a_run_of_chaos_on_kind(told: results.Told, kept: str | None, healed: str | None) -> None:
    assert (word(of_chaos.kept("kind", told)), word(of_chaos.healed("kind", told))) == (kept, healed)


def test_a_run_of_chaos_tells_what_it_counted_and_what_it_left_out() -> None:
    said = of_chaos.kept("kind", chaos(ledger=GONE))
    assert said
    assert said.seen.startswith("9 writes acknowledged, 1 lost, 0 unexpected")
    assert said.seen.endswith("1 faults, left out: latency-added")
    assert said.why == "w-1: not found"
    healed = of_chaos.healed("kind", chaos(recoveries=NEVER))
    assert healed
    assert "ready after 2.5/never/never s" in healed.seen
    assert healed.why == "app-killed: did not recover"
    narrow = of_chaos.kept("kind", chaos(faults="app-killed", ledger=GONE))
    assert narrow
    assert narrow.why == "only --fault app-killed: w-1: not found"


def test_a_result_that_does_not_tell_what_was_broken_says_nothing() -> None:
    old = chaos(ledger=GONE)
    del old["about"]["broken"]
    assert of_chaos.kept("kind", old) is of_chaos.healed("kind", old) is of_chaos.caught("no-prestop", old) is None


def test_a_control_has_to_end_red() -> None:
    red, green = (chaos(broken="no-prestop", faults="pod-deleted", ledger=each) for each in (GONE, KEPT))
    assert word(of_chaos.caught("no-prestop", red)) == HOLDS
    assert word(of_chaos.caught("no-prestop", green)) == FAILS
    assert word(of_chaos.caught("no-prestop", chaos(broken="no-prestop", ledger=BLIND))) == FAILS
    assert of_chaos.caught("no-readiness", red) is None
    assert red["about"]["command"].startswith("./inv chaos --break no-prestop --fault pod-deleted --count 1")


SHRANK_BADLY = history(requests=[*answers(slow=(41, 66)), request(200, status=503)])


@pytest.mark.parametrize(
    ("told", "whole", "shrinking"),
    [
        (loadtest(), HOLDS, HOLDS),
        (loadtest(SHRANK_BADLY), FAILS, FAILS),
        (loadtest(history(scales=scales([(0, 2)]))), FAILS, HOLDS),
        (loadtest(history(limited="too slow")), UNKNOWN, UNKNOWN),
        (loadtest(history(interrupted=True)), LESS, LESS),
        (loadtest(target="compose"), None, None),
        (loadtest(shape="spike"), None, None),
    ],
)
def test_a_load_test(told: results.Told, whole: str | None, shrinking: str | None) -> None:
    assert (word(of_loadtest.verdict(told)), word(of_loadtest.finding(SHRINKING, told))) == (whole, shrinking)


def test_a_finding_that_the_load_did_not_raise_says_nothing() -> None:
    assert of_loadtest.finding("no such question", loadtest()) is None
    old = loadtest()
    del old["target"]
    assert of_loadtest.verdict(old) is None


A, B = "tests/unit/test_a.py::test_one", "tests/unit/test_a.py::test_two"
SKIPPED = Tally(skipped=2, reasons={"no engine": 2})


@pytest.mark.parametrize(
    ("told", "every", "file"),
    [
        (results.proof({A: Tally(2), B: SKIPPED}), HOLDS, HOLDS),
        (results.proof({A: Tally(2), B: Tally(failed=1)}, code=1), FAILS, FAILS),
        (results.proof({A: SKIPPED}), HOLDS, LESS),
        (results.proof({A: Tally(1)}, unit=True), LESS, HOLDS),
        (results.proof({A: Tally(1)}, select="one"), LESS, LESS),
        (results.proof({A: Tally(failed=1)}, select="one", code=1), FAILS, FAILS),
        (results.proof({}, select="none of that name", code=5), LESS, None),
        (results.proof({}, code=3), FAILS, None),  # pytest itself broke
        (results.proof({"tests/unit/test_ab.py::test_one": Tally(failed=1)}, code=1), FAILS, None),
    ],
)
def test_a_run_of_the_tests(told: results.Told, every: str, file: str | None) -> None:
    assert (word(of_tests.every(told)), word(of_tests.named("tests/unit/test_a.py", told))) == (every, file)


def test_one_test_is_a_claim_by_itself_and_skips_are_told_with_their_reason() -> None:
    told = results.proof({A: Tally(2), B: Tally(failed=1)}, code=1)
    assert word(of_tests.named(A, told)) == HOLDS
    assert word(of_tests.named(B, told)) == FAILS
    said = of_tests.every(results.proof({A: Tally(2), B: SKIPPED}))
    assert said
    assert said.seen == "2 passed, 0 failed, 2 skipped (2 x no engine)"


def test_checks_are_whole_however_the_tests_were_picked() -> None:
    said = of_tests.parts(("ruff", "mypy"), results.proof({}, select="x", mypy=2))
    assert said == Said(FAILS, "ruff, mypy", "mypy ended with exit code 2")
    assert word(of_tests.parts(("ruff", "mypy"), results.proof({}))) == HOLDS
