"""What the user sees: status on stderr, data on stdout; ticks and colours on a terminal, plain text through a pipe."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

TICK, CROSS = "✓", "✗"
STYLES = {"dim": "2", "red": "31", "green": "32", "yellow": "33", "bold": "1"}


def styled(text: str, style: str, stream: TextIO) -> str:
    """The text in that style where the stream is a terminal and NO_COLOR is not set; else as it is."""
    if stream.isatty() and not os.environ.get("NO_COLOR"):
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m"
    return text


def say(text: str, style: str | None = None) -> None:
    """One line of status."""
    print(styled(text, style, sys.stderr) if style else text, file=sys.stderr, flush=True)


def failure(error: Exception) -> None:
    """Say a foreseen failure, with what was seen and what mends it."""
    say(f"{CROSS} {error}", "red")


def echo(command: str) -> None:
    """A command that is about to run, as it can be pasted into a shell."""
    say(f"$ {command}", "dim")


def data(text: str) -> None:
    """One line of what the command was asked for."""
    print(text, flush=True)


class Step:
    """A step in progress; `note` is what its finished line says behind the name."""

    def __init__(self, name: str) -> None:
        self.name, self.note = name, ""
        self.started = time.monotonic()

    def line(self, mark: str) -> str:
        """The finished line: mark, name, note, seconds."""
        note = f": {self.note}" if self.note else ""
        return f"{mark} {self.name}{note} ({time.monotonic() - self.started:.1f} s)"


@contextmanager
def step(name: str) -> Iterator[Step]:
    """A named step: a spinner while it runs, on a terminal, then one line with a tick or a cross and its seconds."""
    current = Step(name)
    try:
        with _spinner(name):
            yield current
    except BaseException:
        say(current.line(CROSS), "red")
        raise
    say(current.line(TICK), "green" if not current.note else None)


@contextmanager
def _spinner(name: str) -> Iterator[None]:
    if not sys.stderr.isatty():
        yield
        return
    try:
        from rich.console import Console
    except ModuleNotFoundError:  # doctor runs before anything is installed
        yield
        return
    with Console(stderr=True).status(name):
        yield


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Data in aligned columns, the last one as long as it likes."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for number, row in enumerate([head, *rows]):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        data(styled(line, "bold", sys.stdout) if number == 0 else line)


def is_dialogue() -> bool:
    """Whether somebody sits at the terminal: input and output both."""
    return sys.stdin.isatty() and sys.stdout.isatty()
