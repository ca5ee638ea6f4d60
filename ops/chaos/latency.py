"""Latency by the application's own fault switch, which is there only where a setting turns it on."""

import json
import random
from typing import Any
from urllib import error, request

from ops import http
from ops.chaos.fault import Hands, Record
from ops.chaos.spells import Spell
from ops.errors import OpsError

ADDED_MS = 300.0
SECONDS = 5.0
MEND = "NOTES_FAULTS=1 ./inv up"


class Latency(Spell):
    """Each request waits before it is served. Undoing puts the switches back to what they were."""

    def __init__(self, name: str, hands: Hands) -> None:
        super().__init__(name, hands)

    def missing(self) -> str:
        """Why the switch is not to be had."""
        status = http.get(self._place()).status
        return "" if status == 200 else f"the fault switches are off ({MEND})"

    def plan(self, _chance: random.Random) -> Record:
        """The switches as they are."""
        return {"victim": f"notes: {ADDED_MS:g} ms before each answer", "before": self._switches()}

    def inject(self, record: Record) -> None:
        """Add to what is switched on already."""
        self._switch({**record["before"], "latency_ms": ADDED_MS})

    def undo(self, record: Record) -> None:
        """Put the switches back; where notes has none any more, there is nothing to put back."""
        if http.get(self._place()).status != 404:
            self._switch(record["before"])

    def traces(self, record: Record) -> list[str]:
        """Switches that differ."""
        if http.get(self._place()).status == 404:
            return self.hands.unwell()
        now = self._switches()
        return [f"switches are {now}"] if now != record["before"] else self.hands.unwell()

    def _place(self) -> str:
        return f"{self.hands.url()}/faults/"

    def _switches(self) -> Any:
        answer = http.get(self._place())
        if answer.status != 200:
            raise OpsError("the fault switches cannot be read", str(answer.status or answer.text), MEND)
        return json.loads(answer.text)

    def _switch(self, switches: Any) -> None:
        told = request.Request(self._place(), json.dumps(switches).encode(), method="PUT")
        try:
            with request.build_opener(request.ProxyHandler({})).open(told, timeout=SECONDS):
                pass
        except (error.URLError, OSError) as reason:
            raise OpsError("the fault switches cannot be set", str(reason), MEND) from reason
