"""Alerts that look back for hours clear when these are over: the last tests of this folder."""

import pytest

from tests.support.drills import LATE_CLEARS, Stack, clears


@pytest.mark.timeout(1_000)
def test_what_looks_back_for_hours_clears_when_they_are_over(watched: Stack) -> None:
    if not watched.to_clear:
        pytest.skip("no alert that looks back for hours was fired: tests/e2e/compose/test_alerts.py does")
    while watched.to_clear:
        clears(watched, watched.to_clear.pop(), LATE_CLEARS)
