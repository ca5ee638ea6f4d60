"""Faults that strike once: what they break must come back by itself."""

import random
import signal
from dataclasses import asdict

from ops.chaos.fault import Hands, Process, Record
from ops.errors import OpsError

NOTES, DATABASE = "notes", "database"


class Strike:
    """What faults that strike once have in common: there is nothing to put back, only to wait for."""

    lasts = False

    def __init__(self, name: str, hands: Hands) -> None:
        self.name, self.hands = name, hands
        self.rest = hands.rest_seconds

    def missing(self) -> str:
        """Nothing is."""
        return ""

    def undo(self, record: Record) -> None:
        """Do nothing: what was killed is not ours to bring back, or no healing would be measured."""


class Killed(Strike):
    """SIGKILL to the main process of a part; with `whole` to all its processes at once, so that none can tidy up."""

    def __init__(self, name: str, hands: Hands, part: str, *, whole: bool = False) -> None:
        super().__init__(name, hands)
        self.part, self.whole = part, whole

    def plan(self, _chance: random.Random) -> Record:
        """The part's processes as they are now, its main one first."""
        group = running(self.hands, self.part)
        return {"victim": f"{self.part} (pid {group[0].pid})", "group": [asdict(each) for each in group]}

    def inject(self, record: Record) -> None:
        """Kill the main one, and the others find out by themselves; or freeze all, those of now, then kill them."""
        if not self.whole:
            self.hands.signal(processes(record)[:1], signal.SIGKILL)
            return
        group = self.hands.group(self.part)
        for number in (signal.SIGSTOP, signal.SIGKILL):  # as a power cut would: nobody goes on when the first is gone
            self.hands.signal(group, number)

    def traces(self, record: Record) -> list[str]:
        """The part as it was, no process of it, or what does not answer."""
        now = self.hands.group(self.part)
        if not now:
            return [f"{self.part} does not run"]
        if now[0] == processes(record)[0]:
            return [f"{self.part} was not killed yet"]
        return self.hands.unwell()


class WorkersKilled(Strike):
    """SIGKILL to one worker of notes, which the seed picks, or to all of them at once."""

    def __init__(self, name: str, hands: Hands, *, every: bool) -> None:
        super().__init__(name, hands)
        self.every = every
        self.rest = 1.0  # gunicorn starts a worker again at once, every time

    def plan(self, chance: random.Random) -> Record:
        """The victims, and how many workers there are."""
        main, *workers = running(self.hands, NOTES)
        victims = workers if self.every else [chance.choice(workers)]
        which = f"all {len(workers)} workers" if self.every else f"worker {victims[0].pid}, 1 of {len(workers)}"
        group = [asdict(each) for each in victims]
        return {"victim": f"{which} of notes", "group": group, "count": len(workers), "main": asdict(main)}

    def inject(self, record: Record) -> None:
        """Kill them."""
        self.hands.signal(processes(record), signal.SIGKILL)

    def traces(self, record: Record) -> list[str]:
        """Victims that live, workers that lack, or what does not answer."""
        workers = self.hands.group(NOTES)[1:]
        if alive := [each.pid for each in workers if each in processes(record)]:
            return [f"worker {alive[0]} was not killed yet"]
        if len(workers) < record["count"]:
            return [f"{len(workers)} of {record['count']} workers"]
        return self.hands.unwell()


class ConnectionsCut(Strike):
    """The database ends every connection of the application, once."""

    STATEMENT = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'notes' "
        "AND usename = current_user"
    )

    def __init__(self, name: str, hands: Hands) -> None:
        super().__init__(name, hands)
        self.rest = 1.0

    def plan(self, _chance: random.Random) -> Record:
        """All of them."""
        return {"victim": "every connection of notes to its database"}

    def inject(self, _record: Record) -> None:
        """End them."""
        self.hands.query(self.STATEMENT)

    def traces(self, _record: Record) -> list[str]:
        """What does not answer."""
        return self.hands.unwell()


def running(hands: Hands, part: str) -> list[Process]:
    """The processes of a part that is to be hit. Raises OpsError for one that does not run."""
    group = hands.group(part)
    if not group:
        raise OpsError(f"'{part}' cannot be hit", "it does not run", "./inv up")
    return group


def processes(record: Record) -> list[Process]:
    """The processes that a record names."""
    return [Process(**each) for each in record["group"]]
