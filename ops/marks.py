"""Marks on the dashboards: what was done when, as lines in Loki. A load test, a deployment and chaos leave some."""

import json
import time
from dataclasses import dataclass
from typing import Literal, Protocol

from ops import console, http, run

SERVICE = "marks"
"""Label `service` of the lines, by which the dashboards find them."""

Kind = Literal["loadtest", "deploy", "chaos"]


class Marks(Protocol):
    """Where marks are kept."""

    def put(self, kind: Kind, text: str, **fields: str) -> None:
        """Keep that this happened now. `text` is what the mark is called; `fields` are more to tell, in its line."""


class NullMarks:
    """Where there is no Loki."""

    def put(self, kind: Kind, text: str, **fields: str) -> None:
        """Keep nothing."""


@dataclass(frozen=True)
class LokiMarks:
    """Lines in the Loki at that address, with the labels of every line: target, service, level.

    `host` is its name where the address is a gateway's. A mark that cannot be kept is said, and stops nobody.
    """

    url: str
    target: str
    host: str = ""

    def put(self, kind: Kind, text: str, **fields: str) -> None:
        """Send the line; nothing in a dry run."""
        if run.is_dry():
            return
        answer = http.post(
            f"{self.url}/loki/api/v1/push", self.body(time.time_ns(), kind, text, fields), host=self.host
        )
        if answer.status != 204:  # Loki's word for taken
            console.say(f"the mark '{text}' is not on the dashboards: Loki says {answer.status or answer.text.strip()}")

    def body(self, now: int, kind: Kind, text: str, fields: dict[str, str]) -> str:
        """What Loki is sent: one line at `now`, in nanoseconds since 1970."""
        line = json.dumps({"kind": kind, "text": text, **fields})
        labels = {"target": self.target, "service": SERVICE, "level": "info"}
        return json.dumps({"streams": [{"stream": labels, "values": [[str(now), line]]}]})
