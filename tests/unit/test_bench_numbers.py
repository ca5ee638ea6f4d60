"""bench's percentiles, rates and pairs."""

import pytest

from ops.bench import pairs, stats
from ops.bench.samples import Sample


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]
    assert stats.percentile(values, 0.5) == 50
    assert stats.percentile(values, 0.99) == 99
    assert stats.percentile(values, 0.999) == 100
    assert stats.percentile(values, 1.0) == 100
    assert stats.percentile([7.0], 0.5) == 7


def test_a_percentile_does_not_depend_on_the_order() -> None:
    assert stats.percentile([3.0, 1.0, 2.0], 0.5) == 2


@pytest.mark.parametrize("share", [0.9, 0.99, 0.999, 0.9999])
def test_a_percentile_has_its_share_of_the_values_at_or_below_it_and_no_value_more(share: float) -> None:
    values = [float(number) for number in range(10_000)]
    found = stats.percentile(values, share)
    assert sum(value <= found for value in values) == round(share * 10_000)


def test_no_values_have_no_percentile_and_no_median() -> None:
    with pytest.raises(ValueError, match="no values"):
        stats.percentile([], 0.5)
    with pytest.raises(ValueError, match="no values"):
        stats.median([])


def test_a_median_of_an_even_number_is_between_the_two_middle_values() -> None:
    assert stats.median([1.0, 9.0, 2.0, 4.0]) == 3


def test_a_rate_counts_good_answers_within_its_time_only() -> None:
    def done(second: float, status: int = 200, error: str = "") -> Sample:
        return Sample("read", 0, 0, round(second * 1e6), status, 0, 1, error)

    samples = [done(0.5), done(1.5), done(2.5), done(2.6, 503), done(2.7, 0, "TimeoutError"), done(3.5)]
    assert stats.rate(samples, 1, 3) == 1
    assert stats.failures(samples) == {"503": 1, "TimeoutError": 1}


def test_sides_are_interleaved_a_b_b_a() -> None:
    assert list(pairs.order("AB", 3)) == [(0, "A"), (0, "B"), (1, "B"), (1, "A"), (2, "A"), (2, "B")]


def test_a_machine_that_slows_down_steadily_favours_nobody() -> None:
    speed = iter(range(100, 60, -1))
    results = pairs.measure(["A", "B"], 10, lambda _index, _side: float(next(speed)))
    assert stats.median(pairs.ratios(results, "A", "B")) == pytest.approx(1, abs=0.002)


def test_ratios_pair_what_was_measured_in_the_same_round() -> None:
    assert pairs.ratios({"ours": [2.0, 9.0], "floor": [4.0, 3.0]}, "ours", "floor") == [0.5, 3.0]
    assert pairs.ratios({"ours": [2.0], "floor": [0.0]}, "ours", "floor") == []
