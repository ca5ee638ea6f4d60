"""What one run says of one claim."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

HOLDS, FAILS, UNKNOWN, NOT_RUN = "holds", "does not hold", "unknown", "not run"
LESS = "less"
"""A run of less than the claim is about: it could have disproved the claim, and did not."""

Told = Mapping[str, Any]
"""The JSON of a run's result."""


@dataclass(frozen=True)
class Said:
    """One of these words, with what was seen, why it is no better, and the raw files that a reader wants first."""

    word: str
    seen: str
    why: str = ""
    raw: tuple[str, ...] = ()


Reader = Callable[[Told], Said | None]
"""What a result says of a claim; None where it says nothing. A result that is not whole raises what Python raises."""
