"""Faults that last until they are undone."""

import random
import secrets
import signal
from dataclasses import asdict

from ops.chaos.fault import Hands, Record
from ops.chaos.strikes import DATABASE, NOTES, processes, running

LONGEST_SECONDS = 60.0  # a hog ends by itself after that, should nobody be left to end it


class Spell:
    """What faults that last have in common."""

    lasts = True

    def __init__(self, name: str, hands: Hands) -> None:
        self.name, self.hands = name, hands
        self.rest = 1.0

    def missing(self) -> str:
        """Nothing is."""
        return ""


class Frozen(Spell):
    """SIGSTOP to all processes of a part, or to one worker of notes that the seed picks; SIGCONT undoes it."""

    def __init__(self, name: str, hands: Hands, part: str, *, one_worker: bool = False) -> None:
        super().__init__(name, hands)
        self.part, self.one_worker = part, one_worker

    def plan(self, chance: random.Random) -> Record:
        """Who is to be stopped."""
        group = running(self.hands, self.part)
        victims = [chance.choice(group[1:])] if self.one_worker else group
        which = f"worker {victims[0].pid}" if self.one_worker else f"{len(group)} processes"
        return {"victim": f"{which} of {self.part}", "group": [asdict(each) for each in victims]}

    def inject(self, record: Record) -> None:
        """Stop them."""
        self.hands.signal(processes(record), signal.SIGSTOP)

    def undo(self, record: Record) -> None:
        """Let them go on; to those that do, it means nothing."""
        self.hands.signal(processes(record), signal.SIGCONT)

    def traces(self, record: Record) -> list[str]:
        """Who is still stopped, or what does not answer."""
        stopped = self.hands.stopped(processes(record))
        return [f"process {each.pid} is stopped" for each in stopped] or self.hands.unwell()


class Halted(Spell):
    """A part stopped in order, and started again."""

    def __init__(self, name: str, hands: Hands, part: str = DATABASE) -> None:
        super().__init__(name, hands)
        self.part = part

    def plan(self, _chance: random.Random) -> Record:
        """The part."""
        return {"victim": self.part}

    def inject(self, _record: Record) -> None:
        """Stop it."""
        self.hands.halt(self.part)

    def undo(self, _record: Record) -> None:
        """Start it."""
        self.hands.resume(self.part)

    def traces(self, _record: Record) -> list[str]:
        """That it does not run, or what does not answer."""
        return self.hands.unwell() if self.hands.group(self.part) else [f"{self.part} does not run"]


class Pressure(Spell):
    """A helper beside notes takes its processors or its memory, within bounds."""

    def __init__(self, name: str, hands: Hands, kind: str, amount: int) -> None:
        super().__init__(name, hands)
        self.kind, self.amount = kind, amount

    def plan(self, _chance: random.Random) -> Record:
        """How much, and the token that the helper is known by, before there is one."""
        unit = "busy processes" if self.kind == "cpu" else "MiB"
        return {"victim": f"{NOTES}: {self.amount} {unit}", "token": f"notes-chaos-{secrets.token_hex(8)}"}

    def inject(self, record: Record) -> None:
        """Start the helper."""
        self.hands.press(self.kind, self.amount, LONGEST_SECONDS, record["token"])

    def undo(self, record: Record) -> None:
        """End it."""
        self.hands.release(record["token"])

    def traces(self, record: Record) -> list[str]:
        """Helpers that run, or what does not answer."""
        count = self.hands.pressing(record["token"])
        return [f"{count} helpers run"] if count else self.hands.unwell()
