"""One run of `./inv chaos`: a folder for its files, the run itself, the tables, the report."""

import platform
import secrets
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ops import console, files, run, watchers
from ops.chaos import advice, drive, report, site, undo
from ops.chaos.drive import Options, Outcome
from ops.chaos.site import Site
from ops.errors import OpsError
from ops.ledger import writes
from ops.ledger.check import PASS
from ops.paths import REPORTS, ROOT
from ops.report import circumstances
from ops.targets.base import Target
from ops.watchers import Alert, Watchers

LOCKED = "wait for it, or end it with Ctrl-C: it undoes what it did"
NOTHING = "-"
LONGEST_SECONDS = 20.0  # gunicorn ends a worker that was frozen for 30


@dataclass(frozen=True)
class Asked:
    """What somebody asked for on the command line; no seed: one is drawn. `broken` is the control that this run is."""

    faults: str = ""
    count: int = 1
    seed: int | None = None
    seconds: float = 5.0
    retries: int = 0
    broken: str = ""


def chaos(target: Target, asked: Asked, *, state: Path | None = None, reports: Path = REPORTS) -> int:
    """Run, show, report; the exit code: 0 pass, 1 fail, 2 nothing is proved. Raises OpsError before the first fault."""
    if sys.platform != "linux":
        raise OpsError("'chaos' needs Linux", f"this is {platform.system()}", "run it in a Linux machine or container")
    place = site.site(target, state) if state else site.site(target)
    options = _options(place, asked)
    if run.is_dry():
        console.say(f"would inject {', '.join(fault.name for fault in options.faults)} on target {target.name}")
        return 0
    files.make_folder(place.folder)
    with files.locked(place.folder / "lock", mend=LOCKED):
        undo.undo_left(place.folder, place.faults)
        began, seen = datetime.now(UTC), watchers.of(target)
        folder = reports / "chaos" / began.strftime("%Y-%m-%dT%H%M%SZ")
        files.make_folder(folder, mode=0o755)
        name = f"chaos-{began:%Y%m%d%H%M%S}-{secrets.token_hex(3)}"
        outcome = drive.drive(replace(place, marks=seen.marks()), options, folder, name)
        outcome = replace(outcome, alerts=_alerts(seen, began))
        about = _about(place, asked, options, began)
        if outcome.verdict.word != PASS:
            outcome = replace(outcome, advice=tuple(advice.of(target, outcome.ledger, outcome.recoveries)))
        page = report.write(folder, outcome, about)
        _finish(place, name, outcome)
    show(outcome, about, page)
    return outcome.verdict.code


def _options(place: Site, asked: Asked) -> Options:
    if not 0 < asked.seconds <= LONGEST_SECONDS or asked.count < 1:
        seen = f"--seconds {asked.seconds:g} --count {asked.count}"
        raise OpsError("this cannot be run", seen, f"--seconds up to {LONGEST_SECONDS:g}, --count from 1")
    chosen = place.chosen(asked.faults)
    for name, fault in place.faults.items():
        if not asked.faults and (why := fault.missing()):
            console.say(f"left out: {name}, {why}")
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    times = {} if asked.faults else place.times
    return Options(chosen, seed, asked.count, asked.seconds, asked.retries, times)


def _alerts(seen: Watchers, began: datetime) -> tuple[Alert, ...] | None:
    """What fired since then; None, said aloud, when it cannot be asked."""
    try:
        found = seen.alerts(began.timestamp(), time.time())
    except OpsError as error:
        console.say(str(error), "yellow")
        return None
    return None if found is None else tuple(found)


def undo_only(target: Target, *, state: Path | None = None) -> None:
    """Undo what an earlier run has left, and say what that was."""
    place = site.site(target, state) if state else site.site(target)
    if not place.folder.is_dir():
        console.say("nothing to undo")
        return
    with files.locked(place.folder / "lock", mend=LOCKED):
        if not undo.undo_left(place.folder, place.faults):
            console.say("nothing to undo")


def _finish(place: Site, name: str, outcome: Outcome) -> None:
    """Remove what was written, unless somebody will want to look at it."""
    if outcome.verdict.word == PASS:
        drive.clean_up(place, name)
    else:
        console.say(f"kept for a look: the accounts {name}-*@example.com and their notes")


def _about(place: Site, asked: Asked, options: Options, began: datetime) -> dict[str, str]:
    target = place.target
    where = f"--break {asked.broken}" if asked.broken else f"--on {target.name}"
    faults = f" --fault {asked.faults}" if asked.faults else ""
    more = f" --count {asked.count} --seconds {asked.seconds:g} --seed {options.seed}"
    left = [name for name in place.faults if not asked.faults and name not in {each.name for each in options.faults}]
    return {
        "target": target.name,
        "command": f"./inv chaos {where}{faults}{more}",
        "broken": asked.broken or NOTHING,
        "chosen": asked.faults or NOTHING,
        "left out": ", ".join(left) or NOTHING,
        "seed": str(options.seed),
        "commit": circumstances.commit(),
        "image": target.digest(),
        "PostgreSQL": target.query("notes", "SHOW server_version").strip(),
        "machine": circumstances.machine(),
        "began": began.isoformat(timespec="seconds"),
    }


def show(outcome: Outcome, about: dict[str, str], page: Path) -> None:
    """Print recoveries, ledger and verdict, and where the report is."""
    console.table(report.HEAD, report.rows(outcome.recoveries))
    console.data("")
    if parts := report.parts(outcome.recoveries):
        console.table(report.PARTS, parts)
        console.data("")
    ledger = outcome.ledger.rows()
    console.table([name for name, _ in ledger], [[str(count) for _, count in ledger]])
    console.data("")
    for finding in outcome.ledger.findings[:10]:
        console.data(f"{finding.kind}: {finding.note}: {finding.what} ({', '.join(finding.seen_by)})")
    console.data(f"seed {about['seed']}, {writes.rate(outcome.writes):.0f} acknowledged writes a second")
    console.data(f"verdict: {outcome.verdict.word}")
    for reason in outcome.verdict.why:
        console.data(f"  {reason}")
    for text in outcome.advice:
        console.data(f"advice: {text}")
    place = page.relative_to(ROOT) if page.is_relative_to(ROOT) else page
    console.say(f"report: {place}")
