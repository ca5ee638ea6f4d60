"""Two faults at once."""

import random
from collections.abc import Sequence

from ops.chaos.fault import Fault, Record, by_name


class Both:
    """Two of the others, which the seed picks, injected one right after the other."""

    lasts = True

    def __init__(self, name: str, others: Sequence[Fault]) -> None:
        self.name, self.others = name, by_name(others)
        self.rest = max(fault.rest for fault in others)

    def missing(self) -> str:
        """Nothing is, as long as two others can be had."""
        return ""

    def plan(self, chance: random.Random) -> Record:
        """Two of them, each with its own plan. Both are planned before either is injected."""
        there = [name for name, fault in self.others.items() if not fault.missing()]
        # what lasts first: it is put in place by ways that a part that was just killed may not have
        chosen = sorted(chance.sample(there, 2), key=lambda name: not self.others[name].lasts)
        records = {name: self.others[name].plan(chance) for name in chosen}
        victim = " and ".join(f"{name} ({record['victim']})" for name, record in records.items())
        return {"victim": victim, "records": records}

    def inject(self, record: Record) -> None:
        """Inject both."""
        for name, own in record["records"].items():
            self.others[name].inject(own)

    def undo(self, record: Record) -> None:
        """Undo both, the last one first."""
        for name, own in reversed(record["records"].items()):
            self.others[name].undo(own)

    def traces(self, record: Record) -> list[str]:
        """What either has left."""
        return [trace for name, own in record["records"].items() for trace in self.others[name].traces(own)]
