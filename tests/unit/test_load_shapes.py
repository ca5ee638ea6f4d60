"""Shapes of load: when each request falls due."""

from itertools import pairwise

import pytest

from loadtest.shapes import DEFAULT, SHAPES, Phase, arrivals, rate_at, seconds, stretches
from loadtest.thresholds import THRESHOLDS


def test_a_flat_phase_has_its_requests_at_equal_distances() -> None:
    assert list(arrivals([Phase("a", 2, 1)], 4)) == pytest.approx([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])


def test_a_factor_multiplies_the_rate_at_rest() -> None:
    times = list(arrivals([Phase("rest", 1, 1), Phase("step", 1, 4)], 5))
    assert [sum(1 for time in times if start <= time < start + 1) for start in (0, 1)] == [5, 20]
    assert times == sorted(times)


def test_a_linear_phase_rises_from_where_the_one_before_it_ended() -> None:
    phases = [Phase("rest", 1, 1), Phase("rise", 2, 3, linear=True), Phase("high", 1, 3)]
    times = list(arrivals(phases, 100))
    assert len(times) == 100 + 400 + 300
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps[50] == pytest.approx(0.01)
    assert gaps[-50] == pytest.approx(1 / 300)
    halfway = [time for time in times if 1.9 <= time < 2.1]
    assert len(halfway) == pytest.approx(0.2 * 200, abs=1)


def test_a_first_linear_phase_rises_from_nothing() -> None:
    times = list(arrivals([Phase("rise", 10, 1, linear=True)], 10))
    assert len(times) == 50
    assert sum(time < 5 for time in times) == 13  # a quarter of the requests, and the one at nothing


def test_fractions_of_a_request_are_carried_over_from_phase_to_phase() -> None:
    assert len(list(arrivals([Phase("a", 0.5, 1)] * 10, 1))) == 5


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_as_many_requests_as_its_rates_add_up_to_and_none_outside(shape: str) -> None:
    phases = SHAPES[shape]
    times = list(arrivals(phases, 20))
    total = sum((part.first + part.last) / 2 * part.seconds for part in stretches(phases, 20))
    assert abs(len(times) - total) <= 1
    assert times == sorted(times)
    assert times[0] == 0
    assert times[-1] < seconds(phases)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_has_named_phases_its_rest_and_a_threshold(shape: str) -> None:
    names = [phase.name for phase in SHAPES[shape]]
    assert len(set(names)) == len(names)
    assert all(phase.seconds > 0 and phase.factor > 0 for phase in SHAPES[shape])
    assert shape in THRESHOLDS


def test_the_default_steps_to_four_times_and_back_within_four_and_a_half_minutes() -> None:
    phases = SHAPES[DEFAULT]
    assert [(phase.factor, phase.linear) for phase in phases] == [(1, False), (4, False), (1, False)]
    assert 240 <= seconds(phases) <= 270


def test_a_business_day_peaks_at_four_times() -> None:
    assert max(phase.factor for phase in SHAPES["business-day"]) == 4


def test_the_rate_at_a_moment_is_that_of_its_phase() -> None:
    phases = [Phase("rest", 10, 1), Phase("rise", 10, 3, linear=True)]
    assert [rate_at(phases, 5, moment) for moment in (0, 9.9, 15, 20)] == [5, 5, 10, 0]
