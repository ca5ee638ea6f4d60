"""Figure P9's verdict and its pathologies, on made-up samples: it can fail, and for the right reasons."""

import random

import pytest

from ops.bench.agreement import LATE_MS, Pair, Spell, agreement, control
from ops.bench.misbehaviour import PATHOLOGIES, Timetable, answer, service_seconds

STALL = 2000.0
PERIOD = 10.0  # ms between two requests


def spell(scale: float = 1.0, failures: dict[str, int] | None = None, count: int = 1000) -> Spell:
    return Spell([scale * 1e3 * service_seconds(n) for n in range(count)], failures or {}, 0.5)


def pairs(one: Spell, other: Spell, rounds: int = 5) -> list[Pair]:
    return [(one, other)] * rounds


def stalled(*, closed: bool, users: int = 20) -> Spell:
    """A stall of two seconds in ten, as seen by requests that fall due, and by users who wait for their answers."""
    latencies, when = [], 0.0
    while when < 10_000:
        latency = 3000 + STALL - when if 3000 <= when < 3000 + STALL else 50.0
        latencies.append(latency)
        when += max(PERIOD, latency / users) if closed else PERIOD
    return Spell(latencies, {}, 0.5)


def test_two_that_say_the_same_agree() -> None:
    verdict = agreement("steady", pairs(spell(1.02, {"500": 50}), spell(1.0, {"500": 50})))
    assert verdict.reached
    assert verdict.median == pytest.approx(1.02)
    assert "50 and 50" not in verdict.measured
    assert "250 and 250 failed" in verdict.measured


@pytest.mark.parametrize("scale", [1.06, 0.94])
def test_percentiles_that_are_off_by_more_than_a_twentieth_do_not_agree(scale: float) -> None:
    verdict = agreement("steady", pairs(spell(scale), spell()))
    assert not verdict.reached
    assert "p50 off by" in verdict.why


def test_one_far_percentile_is_enough_to_fail() -> None:
    longer = spell()
    longer = Spell([*sorted(longer.latencies)[:-2], 9000.0, 9000.0], {}, 0.5)
    verdict = agreement("steady", pairs(longer, spell()))
    assert "p99.9 off by" in verdict.why
    assert "p50" not in verdict.why


def test_a_single_bad_round_of_five_is_the_machines_and_three_are_not() -> None:
    good, bad = (spell(), spell()), (spell(1.5), spell())
    assert agreement("steady", [good, good, good, good, bad]).reached
    assert not agreement("steady", [good, good, bad, bad, bad]).reached


def test_failures_of_another_number_or_kind_do_not_agree() -> None:
    assert not agreement("x", pairs(spell(failures={"500": 20}), spell(failures={"500": 50}))).reached
    other = agreement("x", pairs(spell(failures={"TimeoutError": 50}), spell(failures={"500": 50})))
    assert "0 500, not 250" in other.why
    assert "250 TimeoutError, not 0" in other.why


def test_requests_that_were_never_sent_are_found_out() -> None:
    assert "requests" in agreement("x", pairs(spell(count=900), spell())).why


@pytest.mark.parametrize("rounds", [0, 4])
def test_too_few_rounds_prove_nothing(rounds: int) -> None:
    assert not agreement("steady", pairs(spell(), spell(), rounds)).reached


def test_rounds_in_which_the_recorder_was_late_do_not_count_and_those_in_which_ours_was_do() -> None:
    late = spell()._replace(lag_p99_ms=LATE_MS + 1)
    assert not agreement("steady", pairs(spell(), late)).reached
    assert agreement("steady", pairs(late, spell())).reached  # its lateness is in its latencies, which are judged


def test_too_few_requests_prove_nothing() -> None:
    assert "are needed" in agreement("x", pairs(spell(count=100), spell(count=100))).why
    assert not agreement("x", pairs(Spell([], {}), spell())).reached


def test_a_closed_loop_does_not_agree_about_a_stall() -> None:
    verdict = agreement("stall", pairs(stalled(closed=True, users=2), stalled(closed=False)))
    assert not verdict.reached
    assert "p99 off by" in verdict.why
    assert agreement("stall", pairs(stalled(closed=False), stalled(closed=False))).reached


def test_a_check_that_finds_no_closed_loop_out_has_failed() -> None:
    same = agreement("steady", pairs(spell(), spell()))
    off = agreement("stall", pairs(spell(0.5), spell()))
    fewer = agreement("stall", pairs(spell(count=900), spell()))
    assert control([same, off]).reached
    assert "stall" in control([same, off]).measured
    assert not control([same, same]).reached
    assert not control([]).reached
    # that it has sent less is not what hides a stall: its percentiles must be seen to be wrong
    assert control([fewer]).reached == ("off by" in fewer.why)


def test_there_are_eight_pathologies_and_a_comparison() -> None:
    assert len(PATHOLOGIES) == 9
    assert len(set(PATHOLOGIES.values())) == 9


def test_each_spell_is_what_it_is_called() -> None:
    table = Timetable(0.0, 10.0)
    for name in PATHOLOGIES:
        assert table.at(table.start(name) + 5)[0] == name
        assert table.during(name, table.start(name))
        assert not table.during(name, table.start(name) + 10)
    assert table.at(table.start("ramp") + 5)[1] == pytest.approx(0.5)
    assert table.at(-1)[0] == table.at(table.seconds + 1)[0] == "steady"


def test_the_server_does_nothing_for_two_seconds_and_again_and_again() -> None:
    table = Timetable(0.0, 10.0)
    (begin, end), *pauses = table.blocks()
    assert end - begin == pytest.approx(2)
    assert table.during("stall", begin)
    assert table.during("stall", end)
    assert len(pauses) == 6
    assert all(table.during("pauses", moment) for pause in pauses for moment in pause)
    stop = table.stop()
    assert stop is not None
    assert all(table.during("stopped", moment) for moment in stop)


def test_what_happens_depends_on_the_number_alone() -> None:
    for name in PATHOLOGIES:
        assert [answer(n, name, 0.3) for n in range(100)] == [answer(n, name, 0.3) for n in range(100)]
    shares = {
        name: sum(answer(n, name, 0.5) != answer(n, "steady", 0.5) for n in range(600)) / 600 for name in PATHOLOGIES
    }
    assert shares["resets"] == pytest.approx(1 / 20)
    assert shares["errors"] == pytest.approx(3 / 20)
    assert shares["silence"] == pytest.approx(1 / 30)
    assert shares["slow bodies"] == pytest.approx(1 / 10)
    assert shares["ramp"] == 1


def test_service_times_have_a_tail_of_their_own() -> None:
    times = sorted(service_seconds(n) for n in random.Random(1).sample(range(100_000), 5000))
    assert times[2500] == pytest.approx(0.05, rel=0.05)
    assert times[4950] > 2.5 * times[2500]
