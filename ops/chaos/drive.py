"""One run: writers write and a prober asks while faults come one after the other; then all is read back."""

import math
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from ops import console, wait
from ops.chaos import probes, recovery, steady, undo, verdict
from ops.chaos.fault import Fault
from ops.chaos.probes import Probe
from ops.chaos.probing import Probing, probing
from ops.chaos.recovery import Injury, Recovery
from ops.chaos.site import Site
from ops.chaos.steady import Steady
from ops.chaos.verdict import Verdict
from ops.errors import OpsError
from ops.ledger import check, journal, readers, writers
from ops.ledger.check import Ledger
from ops.ledger.writers import Account, Manners, Writers
from ops.ledger.writes import ACKNOWLEDGED, Found, Write
from ops.watchers import Alert

LOOK_SECONDS = 3.0  # each look at the steady state: 120 requests of the prober
LOOKS = 3
WELL_SECONDS = 60.0  # for all parts to say that they are ready: Loki takes longest, and a health check up to 10
WRITERS = 4
PAUSE_SECONDS = 0.05  # after each write: some 40 writes a second in all, which leaves two cores room to heal
RATE = 20.0  # requests a second of the prober on kept connections, and as many on fresh ones


@dataclass(frozen=True)
class Options:
    """What to do: each fault `count` times, or as often as `times` has it by name; what lasts is held for `seconds`."""

    faults: Sequence[Fault]
    seed: int
    count: int = 1
    seconds: float = 5.0
    retries: int = 0
    times: Mapping[str, int] = field(default_factory=dict)

    @property
    def rounds(self) -> list[list[Fault]]:
        """The faults of each round, in their order: what comes more than once comes in several rounds."""
        often = {fault.name: self.count * self.times.get(fault.name, 1) for fault in self.faults}
        return [[each for each in self.faults if often[each.name] > n] for n in range(max(often.values(), default=0))]


@dataclass(frozen=True)
class Outcome:
    """What a run has come to, with all that a report shows."""

    before: Steady
    after: Steady
    recoveries: tuple[Recovery, ...]
    ledger: Ledger
    verdict: Verdict
    probes: tuple[Probe, ...]
    writes: tuple[Write, ...]
    ready: tuple[tuple[float, int], ...] = ()
    """How many pods of notes got requests, from each of these moments on; empty where nobody counts them."""
    advice: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] | None = None
    """Which alerts fired meanwhile; None where nobody watches."""


def drive(site: Site, options: Options, folder: Path, run: str) -> Outcome:
    """Inject the faults and judge; raw files go to `folder`, accounts are named after `run`.

    Raises OpsError when the target is not well to begin with. Ctrl-C and SIGTERM undo what is injected, then raise
    KeyboardInterrupt.
    """
    with _interruptible():
        refuse_unwell(site)
        address = site.address
        own = writers.accounts(address, run, WRITERS)
        book = Writers(address, own, folder, seed=options.seed, manners=Manners(PAUSE_SECONDS, retries=options.retries))
        asking = probing(address, f"probe-{run}", folder / "requests.csv", site.folder, RATE)
        with asking as probe, site.watching(folder) as watch:
            before = _first_look(site, probe)
            book.start()
            try:
                wait.hold(LOOK_SECONDS)
                loaded = time.time()
                injuries = _injure_all(site, options, book)
                until_ready(site, WELL_SECONDS)
                after = _look(probe, "steady state after")
                injuries = [watch.told(each) for each in injuries]
                ready = watch.ready()
            finally:
                book.stop()
        rows = probe.rows()
        base = probes.p95_ms(probes.between(rows, loaded - LOOK_SECONDS, loaded))
        ledger, writes = _account(site, folder, run, own)
        outcome = _judged(site, options, (before, after), injuries, base, ledger, rows, writes)
        return replace(outcome, ready=tuple(ready))


def _judged(
    site: Site,
    options: Options,
    looks: tuple[Steady, Steady],
    injuries: Sequence[Injury],
    base: float,
    ledger: Ledger,
    rows: Sequence[Probe],
    writes: Sequence[Write],
) -> Outcome:
    allowed = recovery.budgets(site.target.name)
    asked = [*rows, *probes.of_writes(writes)]
    recoveries = tuple(recovery.judge(each, asked, base, allowed[each.fault]) for each in injuries)
    late = recovery.late(recoveries, allowed)
    word = verdict.judge(ledger, recoveries, looks[1], sum(map(len, options.rounds)), late)
    return Outcome(*looks, recoveries, ledger, word, tuple(rows), tuple(writes))


def _injure_all(site: Site, options: Options, book: Writers) -> list[Injury]:
    injuries: list[Injury] = []
    for number, faults in enumerate(options.rounds):
        for fault in faults:
            chance = random.Random(f"{options.seed}/{number}/{fault.name}")
            injury = injure(site, fault, chance, options.seconds)
            injuries = [*(replace(each, until=min(each.until, injury.began)) for each in injuries), injury]
            if injury.healed is None:
                return injuries  # on a target that did not recover, nothing more can be measured
            book.check()
            wait.hold(fault.rest)
    return injuries


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


def refuse_unwell(site: Site) -> None:
    """Raise OpsError unless every part says that it is ready: on a sick target a fault proves nothing."""
    if unwell := [f"{part.name} {part.state}" for part in site.target.status() if not part.is_ready]:
        mend = f"./inv up --on {site.target.name}, then ./inv chaos --on {site.target.name}"
        raise OpsError(f"target {site.target.name} is not well", ", ".join(unwell), mend)


def until_ready(site: Site, seconds: float) -> None:
    """Return when every part says that it is ready; raise OpsError with those that do not after so long."""

    def probe() -> None:
        if waiting := [part for part in site.target.status() if not part.is_ready]:
            raise wait.Pending(", ".join(f"{part.name} {part.state}" for part in waiting))

    what = f"target {site.target.name} to be well"
    wait.until(probe, what, seconds=seconds, every=0.3, mend="./inv up, then ./inv chaos")


def _first_look(site: Site, probe: Probing) -> Steady:
    """The steady state before, looked at again a few times: what has just come up is slow at first."""
    for _ in range(LOOKS):
        before = _look(probe, "steady state before")
        if before.is_well:
            return before
    raise OpsError(f"target {site.target.name} is not well", "; ".join(before.why), "./inv status")


def _look(probe: Probing, name: str) -> Steady:
    with console.step(name) as step:
        began = time.time()
        wait.hold(LOOK_SECONDS)
        ended = time.time()
        wait.hold(steady.LIMIT_MS / 1000)  # so that those due last have ended
        seen = steady.judge(probe.rows(), began, ended, probe.rate)
        step.note = f"{seen.requests} requests, {seen.failed} failed, p95 {seen.p95_ms:.0f} ms"
    return seen


def _account(site: Site, folder: Path, run: str, own: Sequence[Account]) -> tuple[Ledger, list[Write]]:
    writes = journal.read(folder)
    with console.step("final reads") as step:
        by_api = _attempted(lambda: readers.by_api(site.address, own))
        by_sql = _attempted(lambda: readers.by_sql(lambda statement: site.target.query("notes", statement), run))
        ledger = check.check(writes, by_api, by_sql)
        step.note = ", ".join(f"{reader} {'failed' if n is None else n}" for reader, n in ledger.reads.items())
    return ledger, writes


def _attempted(read: Callable[[], list[Found]]) -> list[Found] | None:
    """What a final read found; None, said aloud, when it failed: the verdict is then never green."""
    try:
        return read()
    except OpsError as error:
        console.say(str(error), "red")
        return None


def clean_up(site: Site, run: str) -> None:
    """Remove the run's accounts with all their notes, the prober's too."""
    for name in (run, f"probe-{run}"):
        readers.forget(lambda statement: site.target.query("notes", statement), name)


@contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM does what Ctrl-C does."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def rate(writes: Sequence[Write]) -> float:
    """Acknowledged writes a second, from the first intent to the last outcome."""
    times = [time for write in writes for time in (write.began, write.ended) if time]
    told = sum(write.outcome == ACKNOWLEDGED for write in writes)
    return told / (max(times) - min(times)) if len(times) > 1 else 0.0
