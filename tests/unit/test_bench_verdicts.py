"""bench's verdicts over made-up histories, the bad ones too."""

import pytest

from ops.bench import verdicts
from ops.bench.samples import Sample


def sample(due_ms: float, latency_ms: float, status: int = 200, *, retry: bool = False, error: str = "") -> Sample:
    due, done = round(due_ms * 1000), round((due_ms + latency_ms) * 1000)
    return Sample("read", due, due, done, status, int(retry), 100, error)


def steady(count: int, latency_ms: float = 1.0) -> list[Sample]:
    return [sample(number, latency_ms) for number in range(count)]


def test_a_ratio_is_judged_by_the_median_of_its_pairs() -> None:
    assert verdicts.ratio("P1", "x", [0.1, 0.6, 0.7, 0.61, 0.9], "at least", 0.6).reached
    assert not verdicts.ratio("P1", "x", [0.59, 0.9, 0.58, 0.59, 0.9], "at least", 0.6).reached
    assert verdicts.ratio("P6", "x", [1.9] * 5, "at most", 2.0).reached
    assert not verdicts.ratio("P6", "x", [2.1] * 5, "at most", 2.0).reached


def test_a_ratio_that_is_not_reached_says_by_how_much() -> None:
    verdict = verdicts.ratio("P1", "x", [0.3, 0.2, 0.4, 0.3, 0.3], "at least", 0.6)
    assert verdict.why == "off by 50%"
    assert (verdict.median, verdict.low, verdict.high) == (0.3, 0.2, 0.4)


def test_four_pairs_are_not_enough_however_good() -> None:
    assert verdicts.ratio("P1", "x", [9.0] * 4, "at least", 0.6).why == "4 pairs, 5 are needed"
    assert not verdicts.ratio("P1", "x", [], "at least", 0.6).reached


def test_failed_requests_spoil_a_ratio_however_good() -> None:
    verdict = verdicts.ratio("P1", "x", [9.0] * 5, "at least", 0.6, spoilt="stock, round 1: 3 x 500")
    assert not verdict.reached
    assert verdict.why == "stock, round 1: 3 x 500"


def test_an_absolute_bound_is_judged_by_the_median_of_at_least_five_tries() -> None:
    assert verdicts.limit("P11", "start", [0.5, 0.5, 3.0, 0.6, 0.5], 1.0, "s").reached
    assert not verdicts.limit("P11", "start", [1.5, 1.5, 0.3, 1.6, 1.5], 1.0, "s").reached
    assert not verdicts.limit("P11", "start", [0.1] * 4, 1.0, "s").reached


def test_a_short_tail_without_errors_is_reached() -> None:
    assert all(verdict.reached for verdict in verdicts.tail(steady(10_000), 0.1))


def test_a_stall_that_a_p50_hides_is_found_in_the_tail() -> None:
    history = steady(19_700) + [sample(number, 1000 - number / 1000) for number in range(300)]
    p99, p999, errors = verdicts.tail(history, 0.1)
    assert not p99.reached
    assert not p999.reached
    assert errors.reached


def test_a_p999_may_be_missed_while_the_p99_is_reached() -> None:
    p99, p999, _ = verdicts.tail(steady(19_970) + [sample(0, 11)] * 30, 0.1)
    assert p99.reached
    assert not p999.reached
    assert p999.why == "off by 10%"


@pytest.mark.parametrize(
    "bad", [sample(0, 1, 500), sample(0, 1, 503, retry=True), sample(0, 9, 0, error="TimeoutError")]
)
def test_one_error_at_half_of_saturation_is_one_too_many(bad: Sample) -> None:
    assert not verdicts.tail([*steady(10_000), bad], 0.1)[-1].reached


def test_too_few_samples_prove_no_tail() -> None:
    assert not any(verdict.reached for verdict in verdicts.tail(steady(9_999), 0.1))


def test_a_generator_that_was_late_itself_proves_no_tail() -> None:
    p99, p999, _ = verdicts.tail(steady(10_000), lag_p99_ms=3.0)
    assert not p99.reached
    assert "late" in p999.why


def test_what_the_floor_had_is_told_beside_a_tail_and_excuses_nothing() -> None:
    slow = steady(9_800) + [sample(0, 30)] * 200
    p99, p999, _ = verdicts.tail(slow, 0.1, floor=slow)
    assert p99.measured.endswith("; floor 30.0 x")
    assert not p99.reached
    assert not p999.reached


def overloaded(good: int, refused: int, seconds: float, refusal: Sample | None = None) -> list[Sample]:
    step = seconds * 1000 / (good + refused)
    kinds = [True] * good + [False] * refused
    return [
        sample(number * step, 0.001) if is_good else (refusal or sample(number * step, 5, 503, retry=True))
        for number, is_good in enumerate(kinds)
    ]


def test_an_overload_that_keeps_its_goodput_and_refuses_at_once_is_reached() -> None:
    assert all(verdict.reached for verdict in verdicts.overload(overloaded(950, 3050, 1.0), 1.0, peak=1000))


def test_a_goodput_that_collapses_is_found() -> None:
    goodput, forms, times = verdicts.overload(overloaded(400, 3600, 1.0), 1.0, peak=1000)
    assert not goodput.reached
    assert goodput.why == "off by 56%"
    assert forms.reached
    assert times.reached


def test_too_little_load_is_no_overload() -> None:
    goodput, *_ = verdicts.overload(overloaded(950, 1000, 1.0), 1.0, peak=1000)
    assert goodput.why == "only 1950 requests a second were offered"


@pytest.mark.parametrize(
    "refusal", [sample(0, 5, 503), sample(0, 5, 500, retry=True), sample(0, 5, 0, error="ConnectionResetError")]
)
def test_the_rest_must_be_503_with_retry_after(refusal: Sample) -> None:
    _, forms, times = verdicts.overload(overloaded(950, 3050, 1.0, refusal), 1.0, peak=1000)
    assert not forms.reached
    assert times.reached


def test_a_refusal_after_50_ms_is_late() -> None:
    late = [*overloaded(950, 3050, 1.0), sample(999, 51, 503, retry=True)]
    assert verdicts.overload(late, 1.0, peak=1000)[-1].why == "1 were later"


def test_without_refusals_or_a_peak_nothing_is_proven() -> None:
    assert not any(verdict.reached for verdict in verdicts.overload(overloaded(4000, 0, 1.0), 1.0, peak=1000)[1:])
    assert not any(verdict.reached for verdict in verdicts.overload([], 1.0, peak=1000))
    assert not any(verdict.reached for verdict in verdicts.overload(overloaded(1, 1, 1.0), 1.0, peak=0))


ROWS = (1, 20)
BUDGETS = {"GET /api/v1/notes": 1, "GET /": 2}


def test_round_trips_within_their_budgets_are_reached() -> None:
    counts = {"GET /api/v1/notes": {1: 1, 20: 1}, "GET /": {1: 2, 20: 2}}
    assert all(verdict.reached for verdict in verdicts.round_trips(counts, BUDGETS, ROWS))


def test_a_query_a_row_is_found() -> None:
    counts = {"GET /api/v1/notes": {1: 1, 20: 21}, "GET /": {1: 2, 20: 2}}
    api, page = verdicts.round_trips(counts, BUDGETS, ROWS)
    assert api.why == "GET /api/v1/notes: 21"
    assert page.reached


@pytest.mark.parametrize("counts", [{"GET /": {1: 2, 20: 2}}, {"GET /": {1: 2, 20: 2}, "GET /api/v1/notes": {1: 1}}])
def test_a_route_that_is_not_exercised_with_all_numbers_of_rows_fails(counts: dict[str, dict[int, int]]) -> None:
    api, page = verdicts.round_trips(counts, BUDGETS, ROWS)
    assert api.why == "GET /api/v1/notes: not exercised"
    assert page.reached


def test_a_route_that_refuses_its_request_fails() -> None:
    counts = {"GET /api/v1/notes": {1: 1, 20: 1}, "GET /": {1: 0, 20: 0}}
    assert not verdicts.round_trips(counts, BUDGETS, ROWS, ["GET /: 404"])[-1].reached


def test_an_application_without_routes_fails() -> None:
    assert not verdicts.round_trips({}, {}, ROWS)[0].reached
