"""Faults that only containers have."""

import random
from typing import TYPE_CHECKING

from ops.chaos.fault import Record
from ops.chaos.spells import Spell
from ops.chaos.strikes import NOTES
from ops.errors import OpsError

if TYPE_CHECKING:
    from ops.chaos.faults_compose import Hands

BETWEEN = "_data"  # how compose names the network between the database and those that need it


class Paused(Spell):
    """The engine freezes the container of notes."""

    def __init__(self, name: str, hands: "Hands") -> None:
        super().__init__(name, hands)
        self.mine = hands

    def plan(self, _chance: random.Random) -> Record:
        """The container."""
        return {"victim": f"the container of {NOTES}", "container": self.mine.container(NOTES)}

    def inject(self, record: Record) -> None:
        """Pause it."""
        self.mine.docker("pause", record["container"])

    def undo(self, record: Record) -> None:
        """Let it go on, if it is paused."""
        if self._state(record) == "paused":
            self.mine.docker("unpause", record["container"])

    def traces(self, record: Record) -> list[str]:
        """That it is paused, or what does not answer."""
        return ["the container is paused"] if self._state(record) == "paused" else self.mine.unwell()

    def _state(self, record: Record) -> str:
        words = ("inspect", "--format", "{{.State.Status}}", record["container"])
        return self.mine.docker(*words, check=False).strip()


class NetworkCut(Spell):
    """Notes loses the network that it shares with the database: no answer, no reset, no name."""

    def __init__(self, name: str, hands: "Hands") -> None:
        super().__init__(name, hands)
        self.mine = hands

    def plan(self, _chance: random.Random) -> Record:
        """The network, and the names by which notes is known there."""
        found = {name: names for name, names in self.mine.networks(NOTES).items() if name.endswith(BETWEEN)}
        if not found:
            raise OpsError(f"'{NOTES}' cannot be cut off", f"it is in no network '*{BETWEEN}'", "./inv up")
        ((network, names),) = found.items()
        return {"victim": f"{NOTES} in network {network}", "network": network, "names": names}

    def inject(self, record: Record) -> None:
        """Take it out."""
        self.mine.docker("network", "disconnect", record["network"], self.mine.container(NOTES))

    def undo(self, record: Record) -> None:
        """Put it back under its names, if it is out."""
        if record["network"] not in self.mine.networks(NOTES):
            names = [word for name in record["names"] for word in ("--alias", name)]
            self.mine.docker("network", "connect", *names, record["network"], self.mine.container(NOTES))

    def traces(self, record: Record) -> list[str]:
        """That it is out, or known by other names, or what does not answer."""
        names = self.mine.networks(NOTES).get(record["network"])
        if names is None:
            return [f"{NOTES} is not in {record['network']}"]
        return self.mine.unwell() if names == record["names"] else [f"{NOTES} is known as {names}"]
