"""The parts of a healing, read out of made-up sights."""

from typing import Any

import pytest

from ops.chaos import recovery, sights
from ops.chaos.recovery import Budget, Injury
from ops.chaos.sights import ANSWER, EVENT, POD, SLICE, Sight

pytestmark = pytest.mark.unit
NOTES = "notes-stable"
LIVES = "scheduled started ready"


def pod(t: float, uid: str, words: str = LIVES, container: str = "c1", restarts: int = 0) -> Sight:
    return Sight(t, POD, f"{NOTES}-1-{uid}", uid, words, f"{uid}-{container}" if container else "", restarts)


def slice_(t: float, *uids: str) -> Sight:
    return Sight(t, SLICE, NOTES, "", " ".join(uids))


def answer(t: float, uid: str) -> Sight:
    return Sight(t, ANSWER, f"{NOTES}-1-{uid}")


BEFORE = [pod(1, "a"), pod(1, "b"), slice_(1, "a", "b"), answer(9.9, "a")]
REPLACED = [
    *BEFORE,
    pod(10.1, "a", f"deleting {LIVES}"),
    slice_(10.2, "b"),
    pod(10.3, "c", "", ""),
    pod(10.4, "c", "scheduled", ""),
    Sight(11, EVENT, f"{NOTES}-1-c", "c", "Pulled"),
    pod(12, "c", "scheduled started"),
    answer(12.5, "b"),
    pod(13, "c"),
    slice_(13.1, "b", "c"),
    answer(13.5, "c"),
    pod(16, "a", "gone"),
]


def test_a_pod_that_is_replaced_is_told_in_parts() -> None:
    told = sights.parts(REPLACED, 10, 99, ["a"], NOTES)
    assert {name: round(seconds, 3) for name, seconds in told.items()} == {
        "noticed": 0.1, "out": 0.2, "rescheduled": 0.4, "image": 1.0, "started": 2.0, "ready": 3.0, "answered": 3.5,
    }  # fmt: skip
    assert list(told) == list(sights.PARTS)


def test_what_was_not_seen_before_the_next_fault_is_left_out() -> None:
    told = sights.parts(REPLACED, 10, 12.5, ["a"], NOTES)
    assert set(told) == {"noticed", "out", "rescheduled", "image", "started"}


def test_a_container_that_starts_again_in_its_pod_is_no_other_pod() -> None:
    seen = [
        *BEFORE,
        Sight(2, EVENT, f"{NOTES}-1-a", "a", "Pulled"),
        pod(11, "a", "scheduled", "c1"),
        slice_(11.2, "b"),
        Sight(11.5, EVENT, f"{NOTES}-1-a", "a", "Pulled"),
        answer(11.6, "a"),
        pod(12, "a", "scheduled started", "c2", 1),
        pod(13, "a", LIVES, "c2", 1),
        answer(13.5, "a"),
        pod(14, "d"),
    ]
    told = sights.parts(seen, 10, 99, ["a"], NOTES)
    assert told == {"noticed": 1, "out": pytest.approx(1.2), "image": 1.5, "started": 2, "ready": 3, "answered": 3.5}


def test_of_several_the_slowest_counts_and_one_that_never_came_is_not_hidden() -> None:
    both = [*BEFORE, pod(10.1, "a", "deleting"), pod(10.5, "b", "deleting"), slice_(10.3, "b"), slice_(10.6)]
    one = [*both, pod(11, "c", "scheduled", ""), pod(13, "c")]
    assert sights.parts(one, 10, 99, ["a", "b"], NOTES) == {"noticed": 0.5, "out": pytest.approx(0.6)}
    two = [*one, pod(12, "d", "scheduled", ""), pod(15, "d")]
    told = sights.parts(two, 10, 99, ["a", "b"], NOTES)
    assert (told["rescheduled"], told["ready"]) == (2, 5)


def test_a_new_pod_of_another_part_takes_nobody_s_place() -> None:
    stranger = Sight(10.2, POD, "database-0", "x", LIVES, "x-c1")
    seen = sorted([*REPLACED, stranger])
    assert sights.parts(seen, 10, 99, ["a"], NOTES)["ready"] == 3


def test_a_pod_that_is_as_it_was_has_no_parts() -> None:
    assert sights.parts([*BEFORE, pod(11, "a"), answer(12, "a")], 10, 99, ["a"], NOTES) == {}


def test_the_floor_is_the_least_number_that_served_at_any_moment() -> None:
    assert sights.floor(REPLACED, 10, 99, NOTES) == 1
    assert sights.floor(REPLACED, 13.2, 99, NOTES) == 2
    assert sights.floor([*BEFORE, slice_(11)], 10, 99, NOTES) == 0
    assert sights.floor([], 10, 99, NOTES) is None


def test_a_pod_that_is_told_to_end_serves_on_until_everybody_has_heard() -> None:
    runs = pod(10.1, "a", f"deleting {LIVES}")
    told = [*BEFORE, runs, slice_(10.2, "b"), pod(15.3, "a", "deleting scheduled"), pod(15.4, "a", "gone")]
    assert sights.grace(told, 10, 99, ["a"], NOTES) == pytest.approx(5.1)
    assert sights.grace(told[:-2], 10, 13, ["a"], NOTES) == pytest.approx(2.8), "it still serves"
    hasty = [*BEFORE, runs, pod(10.3, "a", "deleting scheduled"), slice_(10.4, "b")]
    assert sights.grace(hasty, 10, 99, ["a"], NOTES) == pytest.approx(-0.1)
    killed = [*BEFORE, pod(10.3, "a", "scheduled"), slice_(10.4, "b")]
    assert sights.grace(killed, 10, 99, ["a"], NOTES) is None, "nobody told it to end"
    assert sights.grace([*BEFORE, runs], 10, 99, ["a"], NOTES) is None


def test_the_node_knows_better_than_the_api_when_a_pod_has_ended() -> None:
    told = [*BEFORE, pod(10.1, "a", f"deleting {LIVES}"), slice_(10.2, "b"),
            pod(16, "a", "deleting scheduled")._replace(ended=12.0), pod(17, "a", "gone")]  # fmt: skip
    assert sights.grace(told, 10, 99, ["a"], NOTES) == pytest.approx(2.8)


def test_a_pod_that_takes_nobody_new_serves_no_more_though_it_runs() -> None:
    told = [*BEFORE, pod(10.1, "a", f"deleting {LIVES}"), slice_(10.2, "b"),
            pod(13, "a", "deleting scheduled started"), pod(17, "a", "gone")]  # fmt: skip
    assert sights.grace(told, 10, 99, ["a"], NOTES) == pytest.approx(2.8)


def test_restarts_of_those_that_were_not_hit_are_counted_in_their_span_only() -> None:
    seen = [
        pod(1, "a", restarts=3), pod(1, "b"), pod(5, "b", restarts=1), pod(11, "b", restarts=2),
        pod(12, "b", restarts=4), pod(12, "a", restarts=4), pod(12, "n", restarts=0), pod(50, "b", restarts=9),
    ]  # fmt: skip
    assert sights.restarts(seen, 10, 20, ["a"]) == 3
    assert sights.restarts(seen, 10, 20, []) == 4


def test_what_the_api_says_becomes_a_sight() -> None:
    raw: dict[str, Any] = {
        "metadata": {"name": "n", "uid": "u", "deletionTimestamp": "now"},
        "status": {
            "conditions": [{"type": "Ready", "status": "False"}, {"type": "PodScheduled", "status": "True"}],
            "containerStatuses": [{"containerID": "containerd://1", "restartCount": 2, "state": {"running": {}}}],
        },
    }
    assert sights.of_pod(1.5, raw) == Sight(1.5, POD, "n", "u", "deleting scheduled started", "containerd://1", 2)
    assert sights.of_pod(1.5, {"metadata": {"name": "n", "uid": "u"}}) == Sight(1.5, POD, "n", "u")
    over = {"state": {"terminated": {"finishedAt": "1970-01-01T00:00:07Z"}}}
    ended = sights.of_pod(9, {"metadata": {"name": "n", "uid": "u"}, "status": {"containerStatuses": [over]}})
    assert (ended.words, ended.ended) == ("", 7.0)
    endpoints = [
        {"conditions": {"ready": True}, "targetRef": {"uid": "b"}},
        {"conditions": {"ready": False, "serving": True}, "targetRef": {"uid": "a"}},
    ]
    assert sights.of_slice(2, {"endpoints": endpoints}, NOTES) == slice_(2, "b")
    assert sights.of_slice(2, {"endpoints": None}, NOTES) == slice_(2)


def healed(fault: str, **parts: float) -> recovery.Recovery:
    injury = Injury(fault, "pod", 0, 0, 0, 1, 9, parts)
    return recovery.judge(injury, [], 10, Budget(9, 9))


def test_the_p95_of_a_part_over_all_kills_is_held_to_its_budget() -> None:
    allowed = {"pod-killed": Budget(9, 9, parts={"ready": 5, "out": 1})}
    several = [healed("pod-killed", ready=each, out=0.5) for each in [4.0] * 19 + [30.0]]
    assert recovery.late(several, allowed) == []
    assert recovery.late([*several, healed("pod-killed", ready=8.0, out=0.5)], allowed) == [
        "pod-killed: p95 of 'ready' 8.0 s, budget 5 s"
    ]


def test_a_part_that_was_never_seen_is_over_its_budget() -> None:
    allowed = {"pod-killed": Budget(9, 9, parts={"ready": 5})}
    assert recovery.late([healed("pod-killed")], allowed) == ["pod-killed: 'ready' was never seen, budget 5 s"]
    assert recovery.late([healed("pod-killed", ready=1), healed("pod-killed", out=1)], allowed) == [
        "pod-killed: p95 of 'ready' inf s, budget 5 s"
    ]
    assert recovery.late([], allowed) == []


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ({"floor": 0}, "only 0 pods got requests, budget 1"),
        ({"restarts": 2}, "2 restarts of pods that were not hit, budget 0"),
        ({"grace": 0.25}, "a pod served 0.2 s after it left the endpoints, at least 2 s are due"),
    ],
)
def test_what_happens_to_the_others_is_held_to_the_budget(seen: dict[str, float], why: str) -> None:
    injury = Injury("pod-killed", "pod", 0, 0, 0, 1, 9, **seen)  # type: ignore[arg-type]
    assert why in recovery.judge(injury, [], 10, Budget(9, 9, floor=1, restarts=0, grace=2)).over
    assert why not in recovery.judge(injury, [], 10, Budget(9, 9)).over
