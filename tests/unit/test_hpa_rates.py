"""The rate of a load test, out of the HPA's own numbers: against the HPA's algorithm as its documentation gives it."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.hpa import findings, rates
from ops.hpa.autoscaler import limits, measured_from
from ops.hpa.history import Limits
from ops.hpa.lives import seconds
from ops.hpa.rates import Cost, Look
from ops.paths import ROOT
from tests.support import rendered

LIMITS = st.builds(
    Limits, st.integers(1, 10), st.just(100), st.integers(20, 90), st.just(60.0), st.sampled_from([0.0, 0.1, 0.5, 1.0])
)


def wanted(told: Limits, use: float) -> int:
    """How many pods the HPA wants when `least` of them use that: ceil(pods * use / target), within tolerance none."""
    ratio = use / told.target_percent
    return told.least if ratio <= 1 + told.tolerance + 1e-9 else math.ceil(told.least * ratio - 1e-9)


@given(LIMITS, st.floats(0, 1))
def test_every_use_within_the_band_asks_for_the_same_number(told: Limits, share: float) -> None:
    band = rates.band(told)
    use = band.low + (band.high - band.low) * max(share, 1e-3)
    assert wanted(told, use) == band.pods > told.least
    assert wanted(told, band.low * 0.999) == told.least
    assert wanted(told, band.high * 1.001) > band.pods


@given(LIMITS, st.floats(0, 20), st.floats(0.5, 20))
def test_the_peak_of_the_rate_brings_the_pods_to_the_middle_of_the_band(told: Limits, idle: float, each: float) -> None:
    band, request, factor = rates.band(told), 200.0, 4.0
    peak = factor * rates.rest_rate(told, request, Cost(idle, each), factor)
    use = 100 * (idle + peak * each / told.least) / request
    assert use == pytest.approx(band.goal)
    assert band.low < use < band.high


def test_a_pod_that_is_busy_with_nothing_leaves_no_rate() -> None:
    assert rates.rest_rate(Limits(2, 6, 60, 60), 100, Cost(idle=200, request=4), 4) == 0


MOMENTS = (0, 4, 10, 20)
DONE = [4 + n / 20 for n in range(320)]
"""Twenty requests a second, from second 4 to 20."""


def looks(*used: float, pods: tuple[str, ...] = ("a", "b")) -> list[Look]:
    """At these moments, with these processor seconds of each pod."""
    return [Look(t, dict.fromkeys(pods, seconds)) for t, seconds in zip(MOMENTS, used, strict=True)]


def test_what_idle_pods_use_is_not_the_requests() -> None:
    found = rates.cost(looks(5, 5.04, 5.5, 6.1), DONE)
    assert found == Cost(pytest.approx(10), pytest.approx(5))


def test_what_the_first_requests_cost_does_not_count() -> None:
    assert rates.cost(looks(5, 5.04, 9.5, 10.1), DONE) == rates.cost(looks(5, 5.04, 5.5, 6.1), DONE)
    assert rates.cost(looks(5, 5.04, 5.5, 6.1), [*DONE, *DONE[:100]]) == rates.cost(looks(5, 5.04, 5.5, 6.1), DONE)


def test_a_pod_that_has_just_started_is_not_taken_for_an_idle_one() -> None:
    found = rates.cost(looks(5, 6, 6.2, 6.65), DONE)  # 250m before, 45m with the load
    assert found == Cost(pytest.approx(9), pytest.approx(3.6))


def test_what_cannot_be_measured_has_no_cost() -> None:
    other = [*looks(1, 2, 3, 4)[:3], Look(20, {"a": 3.0, "c": 0.1})]
    assert rates.cost(other, DONE) is None  # a pod went, another came
    assert rates.cost(looks(1, 1, 1, 1), DONE) is None
    assert rates.cost(looks(1, 2, 3, 9), []) is None
    assert rates.cost(looks(1, 2, 3, 9, pods=()), DONE) is None


@pytest.mark.parametrize(("quantity", "number"), [("100m", 100), ("0.1", 100), ("1", 1000), ("1.5", 1500)])
def test_quantities_are_thousandths_of_a_core(quantity: str, number: float) -> None:
    assert rates.thousandths(quantity) == number


def hpa(**spec: object) -> dict[str, object]:
    return {"spec": {"maxReplicas": 6, **spec}}


def test_the_limits_are_what_the_hpa_was_told() -> None:
    metrics = [{"resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 55}}}]
    behavior = {"scaleUp": {"tolerance": "500m"}, "scaleDown": {"stabilizationWindowSeconds": 60}}
    assert limits(hpa(minReplicas=2, metrics=metrics, behavior=behavior)) == Limits(2, 6, 55, 60, 0.5)
    assert limits(hpa(behavior={"scaleUp": {"tolerance": "0"}})).tolerance == 0


def test_what_it_was_not_told_is_what_kubernetes_takes() -> None:
    assert limits(hpa()) == Limits(1, 6, 80, 300, 0.1)


def test_the_autoscaler_of_dev_is_the_one_that_the_docs_calculate_with() -> None:
    scaler = next(each for each in rendered.objects("dev") if each["kind"] == "HorizontalPodAutoscaler")
    told = limits(scaler)
    band = rates.band(told)
    docs = (ROOT / "docs/loadtest.md").read_text()
    assert f"{told.target_percent} % x {1 + told.tolerance} = {math.floor(band.low)} %" in docs
    assert f"= {band.pods} |" in docs
    assert f"| {band.high:.0f} % |" in docs
    assert f"| {band.goal:.0f} % |" in docs
    assert told.least < band.pods < told.most


def test_the_autoscaler_of_dev_acts_before_a_stock_one_would() -> None:
    scaler = next(each for each in rendered.objects("dev") if each["kind"] == "HorizontalPodAutoscaler")
    assert rates.band(limits(scaler)).low < rates.band(limits(hpa(minReplicas=2))).low == pytest.approx(88)


def test_the_docs_ask_the_questions_that_the_verdict_asks() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", (ROOT / "docs/loadtest.md").read_text(), re.MULTILINE)
    names = [findings.IN_TIME, findings.ONE_STEP, findings.ENOUGH, findings.STEADY, findings.BACK, findings.SHRINKING]
    assert rows[-len(names) - 2 :] == [*names, findings.FAILED, findings.FLOOR]


def test_a_measurement_says_from_when_on_it_is() -> None:
    for window, began in (("10.5s", "00:01:19.500000"), ("1m0.5s", "00:00:29.500000")):
        metrics = {"timestamp": "2026-01-01T00:01:30Z", "window": window}
        assert measured_from(metrics) == seconds(f"2026-01-01T{began}Z")
