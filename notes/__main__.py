"""Commands beside the web process: `python -m notes migrate | purge | demo | seed`."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from notes import create_app
from notes.commandline import run
from notes.seed import MOST_ACCOUNTS, MOST_NOTES
from notes.serving.logs import get_logger

log = get_logger("notes")


def _instant(_context: click.Context, _option: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-11-21T10:30:00Z") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)


@click.group()
def main() -> None:
    """Commands of the notes application; configured by the same environment as the web process."""


@main.command()
def migrate() -> None:
    """Bring the database's schema up to date; safe to run from several places at once."""
    from notes import schema

    schema.upgrade(create_app())


@main.command()
@click.option("--now", metavar="TIME", callback=_instant, help="Present time as ISO 8601; UTC unless it says else.")
def purge(now: datetime | None) -> None:
    """Delete for good what has been in the trash for three years, one audit line each."""
    from notes.store import trash

    present = now or datetime.now(UTC)
    with create_app().app_context():
        count = 0
        for count, note in enumerate(trash.purge_notes(present), start=1):  # noqa: B007 - counted
            log.info("purged", note_id=note.id, user_id=note.user_id, deleted_at=note.deleted_at.isoformat())
        log.info("purge done", notes=count, expired=trash.purge_expired(present), now=present.isoformat())


@main.command()
def demo() -> None:
    """Make a demo account with pads and notes worth looking at; print how to sign in."""
    from notes import demo as content

    with create_app().app_context():
        print(json.dumps(content.seed()))


@main.command()
@click.option("--accounts", type=click.IntRange(1, MOST_ACCOUNTS), default=20, show_default=True, help="How many.")
@click.option("--notes", type=click.IntRange(0, MOST_NOTES), default=200, show_default=True, help="Of each account.")
def seed(accounts: int, notes: int) -> None:
    """Make accounts with tokens and notes for a load test, unless they are there; print them as JSON."""
    from notes.seed import seed as make

    app = create_app()
    with app.app_context():
        print(json.dumps(make(accounts, notes, str(app.config["SECRET_KEY"]))))


if __name__ == "__main__":
    run("notes", main)
