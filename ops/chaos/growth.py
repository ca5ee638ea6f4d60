"""Pods killed while the autoscaler is at work: one while it adds some, one while it takes some away."""

import random
import time

from ops import console
from ops.chaos import undo
from ops.chaos.site import Site
from ops.hpa.history import GREW, SHRANK, Kill
from ops.hpa.samples import Scale

FAULT = "pod-killed"


class Kills:
    """Kills a pod of notes once in each direction, as soon as another number of pods is wanted than before.

    Nothing has to be undone: the kill is remembered on disk as every fault is, until it is done.
    """

    def __init__(self, site: Site) -> None:
        self.kills: list[Kill] = []
        self._site, self._fault = site, site.faults[FAULT]
        self._wanted: int | None = None

    def look(self, scale: Scale) -> None:
        """Strike if that look is the first that wants more, or fewer; raises OpsError when that cannot be done."""
        if scale.desired is None:
            return
        before, self._wanted = self._wanted, scale.desired
        if before is None or before == scale.desired:
            return
        when = GREW if scale.desired > before else SHRANK
        if all(kill.when != when for kill in self.kills):
            self._strike(when, f"{before} to {scale.desired}")

    def _strike(self, when: str, way: str) -> None:
        record = self._fault.plan(random.Random())  # which of them does not matter: the pods are alike
        console.say(f"{when} from {way} pods: {FAULT}, {record['victim']}")
        one = undo.remember(self._site.folder, FAULT, record)
        self.kills.append(Kill(time.time(), when, str(record["victim"])))
        self._fault.inject(record)
        self._fault.undo(record)
        undo.forget(one)
