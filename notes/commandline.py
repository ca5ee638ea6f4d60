"""How the programs of the image end when they cannot do their work: one line for whoever called them."""

from __future__ import annotations

import sys
from collections.abc import Callable

from notes.settings import SettingsError
from notes.store.database import UNAVAILABLE, is_refused, reason


def run(service: str, main: Callable[[], object]) -> None:
    """Run the program of that service; wrong settings, or a database that is not to be had, end it with exit code 1."""
    try:
        main()
    except SettingsError as error:
        sys.exit(f"{service}: {error}")
    except UNAVAILABLE as error:
        what = "refuses us" if is_refused(error) else "does not answer"
        sys.exit(f"{service}: the database {what}: {reason(error)}")
