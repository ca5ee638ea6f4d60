"""What every target can do. Commands know only this."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

READY = "ready"
DOWN = "down"
NO_IMAGE = "-"
LAST_LINES = "50"
"""How many lines of each log `logs` begins with."""
PLAIN_ROWS = ("--no-psqlrc", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1")
"""Words for psql whose answer a program reads."""


@dataclass(frozen=True)
class Part:
    """One part of a target: `state` is `ready`, `down` or what is wrong with it; `since` is empty when unknown."""

    name: str
    state: str
    address: str
    since: str

    @property
    def is_ready(self) -> bool:
        """Whether it was seen to do its work a moment ago."""
        return self.state == READY


class Target(Protocol):
    """A place the project runs at. Methods raise OpsError for whatever a user can mend."""

    name: str

    def up(self, *, demo: bool = False, without: Collection[str] = (), watch: bool = False) -> None:
        """Bring every part but those in `without` up and prove it; quick when all is well already.

        `demo` seeds an account and shows it; `watch` goes on to bring changed code in until Ctrl-C.
        """

    def down(self, *, wipe: bool = False) -> None:
        """Stop every part; with `wipe` also remove the data."""

    def status(self) -> list[Part]:
        """Each part as it is found to be now."""

    def logs(self, part: str | None = None, *, follow: bool = False) -> None:
        """Show the last lines of a part's log, or of all; with `follow` also what comes."""

    def url(self, part: str) -> str:
        """Address of a part."""

    def digest(self) -> str:
        """Digest of the image that notes runs, such as sha256:1f..; `-` where none runs."""

    def psql(self, database: str, words: Sequence[str] = ()) -> int:
        """Run psql on that database as the application's role, on the user's terminal; returns its exit code."""

    def query(self, database: str, statement: str) -> str:
        """Run one statement on that database as the application's role; its rows as lines, columns parted by `|`."""

    def shell(self, part: str) -> int:
        """Open a shell where that part runs, on the user's terminal; returns its exit code."""

    def run_in(self, part: str, words: Sequence[str]) -> str:
        """Run a command such as `python -m notes seed` where that part runs, with its settings; return its output."""
