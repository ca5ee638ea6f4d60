"""One run: writers write and a prober asks while faults come one after the other; then all is read back."""

import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from ops import console, wait
from ops.chaos import injuring, looks, probes, recovery, verdict
from ops.chaos.fault import Fault
from ops.chaos.probes import Probe
from ops.chaos.probing import probing
from ops.chaos.recovery import Injury, Recovery
from ops.chaos.site import Site
from ops.chaos.steady import Steady
from ops.chaos.verdict import Verdict
from ops.errors import OpsError
from ops.ledger import check, journal, readers, writers
from ops.ledger.check import Ledger
from ops.ledger.writers import Account, Manners, Writers
from ops.ledger.writes import Found, Write
from ops.targets.ready import until_ready
from ops.watchers import Alert

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
        looks.refuse_unwell(site)
        address = site.address
        own = writers.accounts(address, run, WRITERS)
        book = Writers(address, own, folder, seed=options.seed, manners=Manners(PAUSE_SECONDS, retries=options.retries))
        asking = probing(address, f"probe-{run}", folder / "requests.csv", site.folder, RATE)
        with asking as probe, site.watching(folder) as watch:
            before = looks.first_look(site, probe)
            book.start()
            try:
                wait.hold(looks.SECONDS)
                loaded = time.time()
                injuries = _injure_all(site, options, book)
                until_ready(site.target, WELL_SECONDS, mend="./inv up, then ./inv chaos")
                after = looks.look(probe, "steady state after")
                injuries = [watch.told(each) for each in injuries]
                ready = watch.ready()
            finally:
                book.stop()
        rows = probe.rows()
        base = probes.p95_ms(probes.between(rows, loaded - looks.SECONDS, loaded))
        ledger, writes = _account(site, folder, run, own)
        outcome = _judged(site, options, (before, after), injuries, base, ledger, rows, writes)
        return replace(outcome, ready=tuple(ready))


def _judged(
    site: Site,
    options: Options,
    seen: tuple[Steady, Steady],
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
    word = verdict.judge(ledger, recoveries, seen[1], sum(map(len, options.rounds)), late)
    return Outcome(*seen, recoveries, ledger, word, tuple(rows), tuple(writes))


def _injure_all(site: Site, options: Options, book: Writers) -> list[Injury]:
    injuries: list[Injury] = []
    for number, faults in enumerate(options.rounds):
        for fault in faults:
            chance = random.Random(f"{options.seed}/{number}/{fault.name}")
            injury = injuring.injure(site, fault, chance, options.seconds)
            injuries = [*(replace(each, until=min(each.until, injury.began)) for each in injuries), injury]
            if injury.healed is None:
                return injuries  # on a target that did not recover, nothing more can be measured
            book.check()
            wait.hold(fault.rest)
    return injuries


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
