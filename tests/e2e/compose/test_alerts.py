"""Every alert fires, is heard and clears on a live stack."""

import pytest

from tests.support.drill_table import DRILLS
from tests.support.drills import LATE_CLEARS, Stack, clears
from tests.support.watchers import until

pytestmark = pytest.mark.timeout(900)
FIRES = 45.0
CLEARS = 75.0  # the longest window of a fast burn is 30 s in a drill


@pytest.mark.parametrize("name", DRILLS)
def test_an_alert_fires_reaches_alertmanager_and_clears(watched: Stack, name: str) -> None:
    drill, watchers = DRILLS[name], watched.watchers
    for alert in drill.all:  # what an earlier drill, or a slow start, has stirred up
        until(f"{alert} keeps silent", lambda alert=alert: not watchers.firing(alert), LATE_CLEARS)
    with drill.trip(watched):
        for alert in drill.all:
            _, fired = until(f"{alert} fires", lambda alert=alert: watchers.firing(alert), FIRES)
            print(f"{alert} fired after {fired:.1f} s")
            if alert not in drill.unheard:
                found, _ = until(f"{alert} in Alertmanager", lambda alert=alert: watchers.received(alert), FIRES)
                assert found[0]["labels"]["target"] == "compose"
                assert found[0]["annotations"]["runbook_url"].startswith("docs/runbooks/")
    watched.to_clear.extend(drill.late)
    for alert in (*drill.alerts, *drill.unheard):
        clears(watched, alert, CLEARS)
