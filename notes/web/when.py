"""When something happened, as people say it, in UTC calendar days."""

from __future__ import annotations

from datetime import UTC, datetime

WEEK = 7


def when(time: datetime, now: datetime | None = None) -> str:
    """Return "Today at HH:MM", "Yesterday at HH:MM", "N days ago" for 2 to 7 days, else the date."""
    time = time.astimezone(UTC)
    days = ((now or datetime.now(UTC)).astimezone(UTC).date() - time.date()).days
    if days <= 0:
        return f"Today at {time:%H:%M}"
    if days == 1:
        return f"Yesterday at {time:%H:%M}"
    return f"{days} days ago" if days <= WEEK else f"{time:%Y-%m-%d}"
