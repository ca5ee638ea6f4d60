"""The verdict on load tests over made-up histories: a good one, and one that is bad in each way."""

from typing import Any

import pytest

from loadtest.thresholds import Threshold
from ops.hpa import findings
from ops.hpa.findings import Finding
from ops.hpa.history import GREW, LOST_SECONDS, SHRANK, Kill, Phase
from ops.hpa.samples import Scale
from ops.hpa.verdict import Verdict, judge
from tests.support.histories import BEGIN, GROWN, LIMITS, PHASES, PODS, SHRUNK, answers, history, pod, request, scales

WANTED = Threshold(p95_ms=500, failure_share=0.001)
ALL = {
    findings.IN_TIME, findings.ONE_STEP, findings.ENOUGH, findings.STEADY, findings.BACK, findings.SHRINKING,
    findings.FAILED,
}  # fmt: skip


def verdict(**changed: object) -> Verdict:
    return judge(history(**changed), WANTED)


def bad(found: Verdict) -> set[str]:
    return set(found.bad)


def test_a_good_history_passes_and_was_asked_everything() -> None:
    found = verdict()
    assert found.result == "pass", found
    assert {finding.name for finding in found.findings} == ALL
    assert found.why == ""


def test_a_pod_that_is_ready_late_is_found() -> None:
    late = 40 + findings.FIRST_READY_SECONDS + 1
    found = verdict(pods=[*PODS[:2], pod("new", GROWN, late)])
    assert bad(found) == {findings.IN_TIME}
    assert found.result == "fail"
    assert found.why == findings.IN_TIME


def test_a_pod_that_is_ready_at_the_last_moment_is_in_time() -> None:
    assert bad(verdict(pods=[pod("new", GROWN, 40 + findings.FIRST_READY_SECONDS)])) == set()


@pytest.mark.parametrize(
    ("pods", "seen"), [(PODS[:2], "no pod was made"), ((pod("new", GROWN),), "1 pods were made, none was Ready")]
)
def test_without_an_extra_pod_it_did_not_scale_up(pods: tuple[object, ...], seen: str) -> None:
    found = verdict(pods=pods)
    assert findings.IN_TIME in bad(found)
    assert next(finding.seen for finding in found.findings if finding.name == findings.IN_TIME) == seen


def test_an_autoscaler_that_never_grows_is_found_though_all_else_is_quiet() -> None:
    found = verdict(scales=scales([(0, 2)]), pods=PODS[:2])
    assert bad(found) == {findings.IN_TIME, findings.ONE_STEP, findings.ENOUGH}


def test_answers_that_stay_slow_to_the_end_of_the_peak_are_not_enough() -> None:
    assert bad(verdict(requests=answers(slow=(41, 150)))) == {findings.ENOUGH}


def test_slow_answers_until_the_pods_are_there_are_forgiven() -> None:
    assert bad(verdict(requests=answers(slow=(41, 130)))) == set()


def test_pods_that_are_wanted_and_not_ready_are_not_enough() -> None:
    held = [look._replace(ready=3) if 62 < look.t - BEGIN < 150 else look for look in scales()]
    assert bad(verdict(scales=held)) == {findings.ENOUGH}


def test_a_cpu_that_nobody_knows_is_not_enough() -> None:
    assert bad(verdict(scales=scales(cpu=None))) == {findings.ENOUGH}


def test_an_autoscaler_that_goes_up_twice_is_not_in_one_step() -> None:
    assert bad(verdict(scales=scales([(0, 2), (60, 3), (75, 4), (SHRUNK, 2)]))) == {findings.ONE_STEP}


def test_too_many_at_first_is_not_the_right_count_and_turns_round() -> None:
    found = verdict(scales=scales([(0, 2), (60, 6), (100, 4), (SHRUNK, 2)]))
    assert bad(found) == {findings.ONE_STEP}  # it goes down once, as the load does
    again = verdict(scales=scales([(0, 2), (60, 6), (80, 4), (100, 6), (SHRUNK, 2)]))
    assert bad(again) == {findings.ONE_STEP, findings.STEADY}


def test_growing_again_after_the_load_went_is_flapping() -> None:
    found = verdict(scales=scales([(0, 2), (GROWN, 4), (190, 2), (200, 3), (220, 2)]))
    assert bad(found) == {findings.STEADY}


def test_pods_that_stay_too_long_are_found() -> None:
    late = 150 + LIMITS.window + findings.RETURN_SECONDS + 1
    assert bad(verdict(scales=scales([(0, 2), (GROWN, 4), (int(late), 2)]))) == {findings.BACK}
    assert bad(verdict(scales=scales([(0, 2), (GROWN, 4)]))) == {findings.BACK}


def test_a_failed_request_while_shrinking_is_one_too_many() -> None:
    found = verdict(requests=[*answers(), request(220.5, status=502)])
    assert bad(found) == {findings.SHRINKING}
    reset = verdict(requests=[*answers(), request(220.5, status=0, error="ConnectionResetError")])
    assert [f.seen for f in reset.findings if not f.ok] == ["1 of 1201: 1 x ConnectionResetError"]


def test_no_request_while_shrinking_proves_nothing() -> None:
    assert findings.SHRINKING in bad(verdict(requests=answers()[:1500]))


def test_failures_while_growing_count_against_the_threshold() -> None:
    few = [*answers(), request(45, status=503), request(46, status=503)]
    assert bad(verdict(requests=few)) == set()
    assert bad(verdict(requests=[*few, request(47, status=503)])) == {findings.FAILED}


def test_an_interrupted_run_is_no_pass_however_good() -> None:
    found = verdict(interrupted=True)
    assert found.result == "interrupted"
    assert not bad(found)


def test_a_generator_that_was_the_limit_makes_it_unknown() -> None:
    found = verdict(limited="its process used a whole core")
    assert found.result == "unknown"
    assert "its process used a whole core" in found.why


def test_a_time_without_a_look_at_the_autoscaler_makes_it_unknown_and_says_why() -> None:
    blind = [
        Scale(look.t, *[None] * 8, gap="ConnectError") if 100 <= look.t - BEGIN < 110 else look for look in scales()
    ]
    found = verdict(scales=blind)
    assert found.result == "unknown"
    assert found.why == "nobody looked at the autoscaler for 11 s, from second 99 (ConnectError)"


def test_a_short_gap_is_forgiven() -> None:
    assert verdict(scales=[look for look in scales() if not 100 <= look.t - BEGIN < 104]).result == "pass"


def test_nothing_recorded_is_unknown() -> None:
    assert verdict(scales=[], pods=[]).result == "unknown"
    assert verdict(requests=[]).result == "unknown"


def test_without_an_autoscaler_only_the_answers_are_judged() -> None:
    found = verdict(limits=None, scales=[], pods=[])
    assert found.result == "pass"
    assert {finding.name for finding in found.findings} == {findings.ENOUGH, findings.FAILED}
    slow = verdict(limits=None, scales=[], pods=[], requests=answers(slow=(41, 150)))
    assert bad(slow) == {findings.ENOUGH}


def test_a_load_that_does_not_rise_asks_for_no_scaling() -> None:
    flat = [Phase("soak", BEGIN, BEGIN + 270, 10, 10)]
    found = verdict(phases=flat, scales=scales([(0, 2)]), pods=PODS[:2], requests=answers())
    assert found.result == "pass", found
    assert {finding.name for finding in found.findings} == {findings.ENOUGH, findings.STEADY, findings.FAILED}


def test_a_load_that_rises_slowly_may_be_followed_in_several_steps() -> None:
    slope = [PHASES[0], PHASES[1]._replace(first=10), PHASES[2]]
    found = verdict(phases=slope, scales=scales([(0, 2), (60, 3), (75, 4), (SHRUNK, 2)]))
    assert found.result == "pass", found


def test_a_spike_that_is_gone_before_anything_could_scale_asks_for_no_scaling() -> None:
    spike = [PHASES[0], PHASES[1]._replace(end=BEGIN + 55), PHASES[2]._replace(begin=BEGIN + 55)]
    found = verdict(phases=spike, scales=scales([(0, 2)]), pods=PODS[:2])
    assert found.result == "pass", found
    assert not {findings.IN_TIME, findings.ONE_STEP, findings.ENOUGH} & {each.name for each in found.findings}


KILLS = (Kill(BEGIN + GROWN + 1, GREW, "old-1"), Kill(BEGIN + SHRUNK + 1, SHRANK, "old-2"))


def floor(**changed: Any) -> Finding:
    (found,) = [found for found in verdict(**{"kills": KILLS, **changed}).findings if found.name == findings.FLOOR]
    return found


def test_the_floor_is_asked_only_where_pods_were_to_be_killed() -> None:
    assert findings.FLOOR not in {found.name for found in verdict().findings}
    assert floor().ok


def test_more_missing_than_the_one_that_was_killed_is_below_the_floor() -> None:
    one = [look._replace(ready=1) if look.t == BEGIN + GROWN + 2 else look for look in scales()]
    assert floor(scales=one).ok
    none = [look._replace(ready=0) if look.t == BEGIN + GROWN + 2 else look for look in scales()]
    assert not floor(scales=none).ok
    assert floor(scales=none).seen.startswith("0 Ready at least")


def test_a_kill_that_did_not_come_about_proves_nothing() -> None:
    assert not floor(kills=KILLS[:1]).ok
    assert not floor(kills=()).ok


def test_only_edits_and_deletions_in_a_killed_pods_hands_are_excused() -> None:
    lost = request(SHRUNK + 1.5, status=502)
    assert bad(verdict(kills=KILLS, requests=[*answers(), lost])) == {findings.SHRINKING}
    edit = lost._replace(method="PUT", label="edit")
    assert bad(verdict(kills=KILLS, requests=[*answers(), edit])) == set()
    assert bad(verdict(requests=[*answers(), edit])) == {findings.SHRINKING}
    later = edit._replace(done=edit.done + LOST_SECONDS)
    assert bad(verdict(kills=KILLS, requests=[*answers(), later])) == {findings.SHRINKING}


def test_with_a_pod_killed_while_it_shrinks_the_window_counts_twice() -> None:
    late = [(0, 2), (GROWN, 4), (int(150 + LIMITS.window + findings.RETURN_SECONDS + 1), 2)]
    assert bad(verdict(scales=scales(late))) == {findings.BACK}
    assert findings.BACK not in bad(verdict(scales=scales(late), kills=KILLS))
