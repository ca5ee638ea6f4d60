"""What is recorded of an HPA, its pods and their events, and the CSV files that it is kept in."""

import csv
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

R = TypeVar("R", bound=tuple[Any, ...])


class Scale(NamedTuple):
    """One look at the autoscaler and its Deployment; times are unix seconds.

    None is what nobody knows: `cpu_percent` (of the request, as the HPA sees it) while it says <unknown>, all of it
    while the API did not answer; `gap` then says why.
    """

    t: float
    desired: int | None
    current: int | None
    ready: int | None
    available: int | None
    cpu_percent: int | None
    scaling_active: bool | None
    able_to_scale: bool | None
    scaling_limited: bool | None
    gap: str = ""


class Pod(NamedTuple):
    """The life of one pod, unix seconds; None for what has not happened, or was not seen."""

    pod: str
    zone: str
    node: str
    created: float
    scheduled: float | None
    started: float | None
    ready: float | None
    deleted: float | None


class Event(NamedTuple):
    """One event of the namespace, as often as it was counted until then."""

    t: float
    about: str
    reason: str
    message: str
    times: int


def write(path: Path, kind: type[R], rows: Iterable[R]) -> None:
    """Write records as CSV with a header line; what is not known is an empty field."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(kind._fields)  # type: ignore[attr-defined]
        writer.writerows(["" if value is None else value for value in row] for row in rows)


def read(path: Path, kind: type[R]) -> list[R]:
    """Return the records of a CSV file that `write` has written for that kind."""
    hints = get_type_hints(kind)
    with path.open(newline="") as file:
        return [kind(**{name: _value(hints[name], text) for name, text in row.items()}) for row in csv.DictReader(file)]


def _value(hint: Any, text: str) -> Any:
    if get_origin(hint) in (types.UnionType, Union):
        if not text:
            return None
        hint = get_args(hint)[0]
    return text == "True" if hint is bool else hint(text)
