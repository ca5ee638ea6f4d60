"""One fault from its plan to its end: remembered, injected, held, undone, waited for."""

import math
import random
import time
from contextlib import suppress

from ops import console, wait
from ops.chaos import undo
from ops.chaos.fault import Fault
from ops.chaos.recovery import Injury
from ops.chaos.site import Site
from ops.errors import OpsError


def injure(site: Site, fault: Fault, chance: random.Random, seconds: float) -> Injury:
    """One fault: recorded, injected, held, undone, waited for. Its undoing cannot be interrupted."""
    record = fault.plan(chance)
    site.marks.put("chaos", f"{fault.name}: {record['victim']}")
    one = undo.remember(site.folder, fault.name, record)
    began = ended = time.time()
    healed: float | None = None
    with suppress(_NotHealedError), console.step(fault.name) as step:
        step.note = record["victim"]
        try:
            fault.inject(record)
            if fault.lasts:
                wait.hold(max(seconds, record.get("least", 0.0)))
        finally:
            ended = time.time() if fault.lasts else began
            with undo.unstoppable():
                fault.undo(record)
                healed = _healed(fault, one, site.every)
    who = tuple(pod["uid"] for pod in record.get("pods", ()))
    times = one.written, began, ended, healed
    return Injury(fault.name, record["victim"], *times, until=math.inf, part=record.get("part", ""), pods=who)


class _NotHealedError(Exception):
    """A trace is still there."""


def _healed(fault: Fault, one: undo.Left, every: float) -> float:
    """When no trace was left. While one is, its record stays for `--undo`, and that is said."""
    try:
        undo.until_clean(fault, one, every=every)
    except OpsError as error:
        console.say(str(error), "red")
        raise _NotHealedError from error
    healed = time.time()
    undo.forget(one)
    return healed
