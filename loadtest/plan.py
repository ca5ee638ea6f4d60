"""One run of the load as it is written down: plan.json, made and checked by ops, read by Locust's process."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from loadtest.shapes import Phase, arrivals, seconds

PLAN = "plan.json"
Mix = Literal["notes", "probe"]


@dataclass(frozen=True)
class Plan:
    """What is sent where, when, and how long an answer is waited for.

    `rate` is the requests a second at factor 1 of the phases. `mix` is what the users do: `notes` uses the API with
    the tokens of `accounts` (a file, a list of `{email, token}`), `probe` only GETs `path`, with its number as `?n=`.
    `fresh_share` of the requests open a connection of their own, the others share connections that are kept alive.
    `connections` is the most requests at once, `timeout_s` counts from when a request was due. `begin` is the unix
    time of the first request; 0 is as soon as the generator is ready.
    """

    url: str
    shape: str
    phases: tuple[Phase, ...]
    rate: float
    host_header: str | None = None
    accounts: str = ""
    mix: Mix = "notes"
    path: str = "/"
    seed: int = 1
    connections: int = 512
    timeout_s: float = 10.0
    fresh_share: float = 0.5
    begin: float = 0.0

    @property
    def seconds(self) -> float:
        """How long requests fall due."""
        return seconds(self.phases)

    def due(self) -> int:
        """Return how many requests fall due in all."""
        return sum(1 for _ in arrivals(self.phases, self.rate))

    def write(self, folder: Path) -> Path:
        """Write plan.json into `folder` and return its path; a phase's `rate` is requests a second, by its end."""
        phases = [{**phase._asdict(), "rate": phase.factor * self.rate} for phase in self.phases]
        path = folder / PLAN
        path.write_text(json.dumps({**asdict(self), "phases": phases}, indent=1) + "\n")
        return path

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Return the plan that `write` has written."""
        values = json.loads(path.read_text())
        phases = tuple(Phase(*(each[name] for name in Phase._fields)) for each in values.pop("phases"))
        return cls(phases=phases, **values)
