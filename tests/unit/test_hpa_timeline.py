"""The instants of a load test, read from made-up histories."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.hpa import timeline as timeline_
from ops.hpa.history import Phase, Point, points
from ops.hpa.timeline import DOWN, UP, Instant, quiet
from tests.support.histories import BEGIN, GROWN, PHASES, PODS, SHRUNK, answers, history, pod, request, scales


def seconds(instants: tuple[Instant, ...]) -> list[float | None]:
    """The instants in seconds since the load began."""
    return [None if instant.t is None else round(instant.t - BEGIN, 3) for instant in instants]


def test_the_five_instants_of_both_ways_are_found() -> None:
    found = timeline_.timeline(history(), p95_ms=500)
    assert [instant.name for instant in found.up] == list(UP)
    assert [instant.name for instant in found.down] == list(DOWN)
    # slow until second 66, and the window of a p95 holds 5 s: from 71 on it is the good ones alone
    assert seconds(found.up) == [40, GROWN, GROWN + 0.5, GROWN + 3, 71]
    assert seconds(found.down) == [150, SHRUNK, SHRUNK + 1, SHRUNK + 2, 150]


def test_what_did_not_happen_has_no_time() -> None:
    found = timeline_.timeline(history(scales=scales([(0, 2)]), pods=PODS[:2], requests=answers((41, 270))), 500)
    assert seconds(found.up) == [40, None, None, None, None]
    assert seconds(found.down)[1:3] == [None, None]


def test_pods_from_before_the_step_and_from_after_the_peak_do_not_count() -> None:
    found = timeline_.timeline(history(pods=[pod("early", 30, 45), pod("after", 160, 162)]), p95_ms=500)
    assert seconds(found.up)[2:4] == [None, None]


def test_the_first_pod_that_is_ready_need_not_be_the_first_that_was_made() -> None:
    found = timeline_.timeline(history(pods=[pod("slow", 60, 90), pod("quick", 61, 63)]), p95_ms=500)
    assert seconds(found.up)[2:4] == [60, 63]


def test_nothing_is_made_before_it_was_wanted_though_looks_come_once_a_second() -> None:
    quick = history(pods=[pod("quick", GROWN - 0.6, GROWN + 2, SHRUNK - 0.3)])
    found = timeline_.timeline(quick, p95_ms=500)
    assert seconds(found.up)[1:3] == [GROWN - 0.6, GROWN - 0.6]
    assert seconds(found.down)[1:3] == [SHRUNK - 0.3, SHRUNK - 0.3]


def test_back_to_min_is_from_when_it_stays_there() -> None:
    path = [(0, 2), (GROWN, 4), (190, 2), (200, 3), (220, 2)]
    assert seconds(timeline_.timeline(history(scales=scales(path)), 500).down)[3] == 222


def test_a_load_without_a_peak_has_no_instants() -> None:
    flat = history(phases=[Phase("soak", BEGIN, BEGIN + 270, 10, 10)])
    assert timeline_.timeline(flat, 500) == ((), ())
    rising = history(phases=PHASES[:2])
    assert timeline_.timeline(rising, 500).down == ()


def test_without_an_autoscaler_the_latency_is_told_all_the_same() -> None:
    found = timeline_.timeline(history(scales=[], pods=[], limits=None), p95_ms=500)
    assert seconds(found.up) == [40, None, None, None, 71]
    assert seconds(found.down) == [150, None, None, None, 150]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1000)), max_size=40))
def test_it_is_quiet_from_there_to_the_end_and_no_sooner(latencies: list[float | None]) -> None:
    measured = [Point(float(second), p95, 10, 0) for second, p95 in enumerate(latencies, 1)]
    since = quiet(measured, 0, len(latencies), p95_ms=500)
    known = [(point.t, point.p95) for point in measured if point.p95 is not None]
    if since is None:
        assert not known or known[-1][1] > 500
    else:
        assert all(p95 <= 500 for t, p95 in known if t >= since)
        assert since == 0 or [p95 for t, p95 in known if t < since][-1] > 500


def test_quick_failures_are_no_quick_answers() -> None:
    refused = [request(n / 10, ms=1, status=503 if 400 <= n < 900 and n % 10 == 0 else 200) for n in range(2700)]
    assert (
        seconds(timeline_.timeline(history(requests=refused), 500).up)[4] == 93
    )  # in the 5 s before it 2 of 50 failed
    assert seconds(timeline_.timeline(history(requests=answers()), 500).up)[4] == 40


def test_a_point_tells_the_window_before_it() -> None:
    rows = [request(n / 10, ms=n) for n in range(100)] + [request(3.05, status=500)]
    found = points(rows, BEGIN, BEGIN + 10)
    assert [point.t - BEGIN for point in found] == list(range(1, 11))
    assert tuple(found[0]) == pytest.approx((BEGIN + 1, 9, 10, 0), rel=1e-9, abs=1e-3)
    assert tuple(found[-1]) == pytest.approx((BEGIN + 10, 97, 10, 0), rel=1e-9, abs=1e-3)
    assert [point.failed for point in found] == [0, 0, 0, 1, 1, 1, 1, 1, 0, 0]


@given(st.lists(st.floats(0, 59.99), max_size=60))
def test_every_request_is_in_as_many_points_as_the_window_is_long(dues: list[float]) -> None:
    found = points([request(due) for due in dues], BEGIN, BEGIN + 64)
    assert sum(point.rate * min(5, point.t - BEGIN) for point in found) == pytest.approx(5 * len(dues))
