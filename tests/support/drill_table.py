"""Every alert, and the drill that trips it on a live stack; first those that spoil a budget, which mends slowly."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.support import drills, drills_stores
from tests.support.drills import Stack


@dataclass(frozen=True)
class Drill:
    """How to get a stack into trouble, and the alerts that must come of it.

    Those that are `late` look back so far that they are seen to clear at the end of all drills; those that are
    `unheard` cannot reach Alertmanager.
    """

    trip: Callable[[Stack], AbstractContextManager[None]]
    alerts: tuple[str, ...]
    late: tuple[str, ...] = ()
    unheard: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All alerts that must fire, in the order they are looked at."""
        return (*self.alerts, *self.unheard, *self.late)


DRILLS = {
    "half of the answers are errors": Drill(
        lambda stack: drills.faulty(stack, error_rate=0.5),
        ("AvailabilityBudgetBurnsFast",),
        late=("AvailabilityBudgetBurnsSlow",),
    ),
    "answers take half a second": Drill(
        lambda stack: drills.faulty(stack, latency_ms=500),
        ("LatencyBudgetBurnsFast",),
        late=("LatencyBudgetBurnsSlow",),
    ),
    "too many requests at once": Drill(drills.crowded, ("WorkersSaturated", "RequestsRejected")),
    "writers wait for a lock": Drill(drills.locked, ("PoolSaturated",)),
    "the database is stopped": Drill(lambda stack: drills.stopped(stack, "database"), ("DatabaseDown",)),
    "a service is stopped": Drill(lambda stack: drills.stopped(stack, "hello"), ("ServiceDown",)),
    "Loki is stopped": Drill(lambda stack: drills.stopped(stack, "loki"), ("MetricsMissing", "LogsNotArriving")),
    "connections are scarce": Drill(drills.connected, ("DatabaseConnectionsScarce",)),
    "a service restarts again and again": Drill(drills.restarted, ("RestartsOften",)),
    "the database's volume is filled": Drill(drills_stores.filled, ("DiskAlmostFull", "DiskFills")),
    "backups have stopped": Drill(drills_stores.not_backed_up, ("BackupTooOld",)),
    "two volumes say that they are one": Drill(drills_stores.contradicted, ("RulesFail",)),
    "lines are longer than Loki takes": Drill(drills_stores.long_winded, ("LogsDropped",)),
    "Alertmanager is stopped": Drill(
        lambda stack: drills.stopped(stack, "alertmanager"), (), unheard=("AlertsNotDelivered",)
    ),
}
