"""Shapes of load as data: phases with a factor of the plan's rate at rest, and when each request of them falls due."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Phase(NamedTuple):
    """A stretch of a shape: `factor` times the rate at rest all along, or, `linear`, reached at its end.

    A linear phase begins where the phase before it ended; as a first phase it begins at nothing.
    """

    name: str
    seconds: float
    factor: float
    linear: bool = False


class Stretch(NamedTuple):
    """A phase with its place in time: it begins `start` seconds after the run did, at `first` requests a second."""

    name: str
    start: float
    seconds: float
    first: float
    last: float


SHAPES: dict[str, tuple[Phase, ...]] = {
    # Rest long enough to be a baseline; four times that, at once and long enough to scale out and settle; rest long
    # enough for a downscale window of a minute and the HPA's own delays behind it.
    "steps": (Phase("rest", 40, 1), Phase("step", 110, 4), Phase("back", 110, 1)),
    # A day of an office in ten minutes: 25 s an hour, from midnight to midnight.
    "business-day": (
        Phase("night", 150, 0.25),
        Phase("arrival", 50, 2, linear=True),
        Phase("morning", 75, 2),
        Phase("lunch", 25, 1, linear=True),
        Phase("rise", 25, 4, linear=True),
        Phase("peak", 75, 4),
        Phase("leaving", 50, 1, linear=True),
        Phase("evening", 100, 0.5, linear=True),
        Phase("late", 50, 0.25, linear=True),
    ),
    # Long enough for a leak to show: an hour at twice the rate at rest.
    "soak": (Phase("rise", 30, 2, linear=True), Phase("soak", 3540, 2), Phase("fall", 30, 0.5, linear=True)),
    # Gone before anything could scale: what is there has to bear it or refuse it.
    "spike": (Phase("rest", 30, 1), Phase("spike", 15, 8), Phase("after", 75, 1)),
}
DEFAULT = "steps"


def stretches(phases: Sequence[Phase], rate: float) -> list[Stretch]:
    """Return the phases with their place in time and their rates, for `rate` requests a second at factor 1."""
    found, start, before = [], 0.0, 0.0
    for phase in phases:
        last = phase.factor * rate
        found.append(Stretch(phase.name, start, phase.seconds, before if phase.linear else last, last))
        start, before = start + phase.seconds, last
    return found


def seconds(phases: Sequence[Phase]) -> float:
    """Return how long the phases take together."""
    return sum(phase.seconds for phase in phases)


def rate_at(phases: Sequence[Phase], rate: float, moment: float) -> float:
    """Return the requests a second due at `moment` seconds after the beginning; 0 outside the shape."""
    for part in stretches(phases, rate):
        if part.start <= moment < part.start + part.seconds:
            return part.first + (part.last - part.first) * (moment - part.start) / part.seconds
    return 0.0


def arrivals(phases: Sequence[Phase], rate: float) -> Iterator[float]:
    """Yield when each request falls due, in seconds after the beginning: as evenly as the rates allow.

    The n-th request (from 0) is due when the rates, added up over time, have reached n.
    """
    before = 0.0  # requests that the earlier stretches stand for
    index = 0
    for part in stretches(phases, rate):
        through = before + (part.first + part.last) / 2 * part.seconds
        while index < round(through, 9):
            yield part.start + _reached(part, index - before)
            index += 1
        before = through


def _reached(part: Stretch, count: float) -> float:
    """Return the seconds after which a stretch has had `count` requests: the root of first*t + slope/2*t² = count."""
    slope = (part.last - part.first) / part.seconds
    if slope == 0:
        return count / part.first
    return 2 * count / (part.first + math.sqrt(max(part.first**2 + 2 * slope * count, 0.0))) if count else 0.0
