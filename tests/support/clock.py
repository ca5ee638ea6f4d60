"""The present, for tests that compare calendar days and minutes."""

import time
from datetime import UTC, datetime


def steady_now(seconds: int = 10) -> datetime:
    """Now in UTC, after waiting out the end of a day, so that the day does not change under a test."""
    while (now := datetime.now(UTC)).hour == 23 and now.minute == 59 and now.second >= 60 - seconds:
        time.sleep(0.5)
    return now
