"""What the server of figure P9 does to its clients: eight pathologies, and none of them for comparison.

What happens to a request depends on its number and on the time alone, so that every client sees the same.
"""

import json
import math
import random
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

PATHOLOGIES = {
    "steady": "nothing goes wrong",
    "stall": "nothing is done for two seconds",
    "pauses": "nothing is done for a quarter of a second, again and again",
    "stopped": "the process is stopped for two seconds (SIGSTOP)",
    "resets": "one connection in twenty is reset",
    "ramp": "answers take longer and longer",
    "errors": "one answer in ten is a 500, one in twenty a 503",
    "silence": "one request in thirty is never answered",
    "slow bodies": "one body in ten comes in pieces",
}
"""In the order of a round. `stopped` is done to the server from outside; the rest it does itself."""

BASE_SECONDS, SPREAD = 0.05, 0.5
STALL_SHARE = 0.2  # of a spell: two seconds of ten
STALL_AT = 0.3
PAUSE_SECONDS, PAUSE_EVERY = 0.25, 1.5
RAMP_SECONDS = 0.8
BODY_SECONDS, BODY_PIECES = 1.2, 8
GUARD_SECONDS = 1.0
"""Between two spells, so that no request falls due in one and arrives in the other."""


@dataclass(frozen=True)
class Timetable:
    """When each pathology has its spell: `begin` is unix time, spells follow each other with a guard before each."""

    begin: float
    spell: float
    names: tuple[str, ...] = tuple(PATHOLOGIES)

    @property
    def seconds(self) -> float:
        """How long all spells take, with a guard behind the last."""
        return len(self.names) * (self.spell + GUARD_SECONDS) + GUARD_SECONDS

    def start(self, name: str) -> float:
        """Return the seconds from `begin` to the start of a spell."""
        return GUARD_SECONDS + self.names.index(name) * (self.spell + GUARD_SECONDS)

    def during(self, name: str, moment: float) -> bool:
        """Whether `moment`, seconds since `begin`, is in the spell of that pathology."""
        return 0 <= moment - self.start(name) < self.spell

    def at(self, moment: float) -> tuple[str, float]:
        """Return which pathology there is `moment` seconds after `begin`, half a guard around it, and how far it is."""
        index, since = divmod(moment - GUARD_SECONDS / 2, self.spell + GUARD_SECONDS)
        if 0 <= index < len(self.names):
            return self.names[int(index)], min(max((since - GUARD_SECONDS / 2) / self.spell, 0.0), 1.0)
        return "steady", 0.0

    def blocks(self) -> list[tuple[float, float]]:
        """Return when the server does nothing, in seconds since `begin`: (from, to)."""
        found = []
        if "stall" in self.names:
            stall = self.start("stall") + STALL_AT * self.spell
            found.append((stall, stall + STALL_SHARE * self.spell))
        if "pauses" in self.names:
            first = self.start("pauses")
            count = math.floor((self.spell - PAUSE_SECONDS) / PAUSE_EVERY)
            found += [(first + i * PAUSE_EVERY, first + i * PAUSE_EVERY + PAUSE_SECONDS) for i in range(1, count + 1)]
        return found

    def stop(self) -> tuple[float, float] | None:
        """Return from when to when the process is to be stopped, in seconds since `begin`; None when it is not."""
        if "stopped" not in self.names:
            return None
        first = self.start("stopped") + STALL_AT * self.spell
        return first, first + STALL_SHARE * self.spell

    def write(self, path: Path) -> None:
        """Write it as JSON."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "Timetable":
        """Return what `write` has written."""
        values = json.loads(path.read_text())
        return cls(values["begin"], values["spell"], tuple(values["names"]))


@dataclass(frozen=True)
class Answer:
    """What becomes of a request: after `seconds` an answer with `status`, or what `kind` says instead."""

    seconds: float
    status: int = 200
    kind: str = ""


@cache
def service_seconds(number: int) -> float:
    """Return how long the server works on a request when nothing goes wrong: 50 ms at the median, a tail behind it.

    A tail, so that the far percentiles are the server's and not a hiccup of the machine; and 50 ms, so that a
    twentieth of it is more than what a generator in Python takes for itself.
    """
    return BASE_SECONDS * math.exp(SPREAD * random.Random(number).gauss(0, 1))


def answer(number: int, name: str, progress: float) -> Answer:
    """Return what becomes of that request under a pathology that is so far (0..1)."""
    seconds = service_seconds(number)
    if name == "resets" and number % 20 == 7:
        return Answer(seconds, 0, "reset")
    if name == "silence" and number % 30 == 7:
        return Answer(seconds, 0, "silence")
    if name == "slow bodies" and number % 10 == 7:
        return Answer(seconds, 200, "pieces")
    if name == "errors" and number % 20 in (3, 13, 7):
        return Answer(0.0, 503 if number % 20 == 7 else 500)
    return Answer(seconds + (RAMP_SECONDS * progress if name == "ramp" else 0.0))
