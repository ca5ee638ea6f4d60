"""`./inv loadtest`: the site, the rate, the load, the verdict, and what is shown of them."""

from datetime import UTC, datetime
from pathlib import Path

from loadtest.shapes import SHAPES
from ops import console, files, run
from ops.hpa import trial
from ops.hpa.advice import Advice
from ops.hpa.trial import Killer, Site
from ops.hpa.verdict import Result, Verdict
from ops.load import DEFAULT_RATE, prepare
from ops.paths import REPORTS, ROOT
from ops.report import circumstances

EXIT: dict[Result, int] = {"pass": 0, "fail": 1, "unknown": 1, "interrupted": 130}
MEASURED = "measure"  # folder of what the rate was found with
MEASURED_TIMES = 2  # the first time may fall into a rollout's end


def loadtest(
    site: Site, shape: str, rate: float, command: str, reports: Path = REPORTS, killer: Killer | None = None
) -> int:
    """Drive that shape at `rate` requests a second at rest (0: what suits the site); return the exit code.

    A `killer` strikes meanwhile. The report is in a folder of its own below `reports`, with the raw files.
    """
    if run.is_dry():
        console.say(f"would load {site.url} with shape '{shape}' and write a report below {reports / 'loadtest'}")
        return 0
    began = datetime.now(UTC)
    folder = reports / "loadtest" / began.strftime("%Y-%m-%dT%H%M%SZ")
    files.make_folder(folder, mode=0o755)
    notes = [] if site.autoscaler else ["This target has no autoscaler: only the answers are judged."]
    notes += _at_rest(site)
    chosen, why = (rate, "as asked for") if rate else _rate(site, shape, folder)
    plan = prepare(site.url, shape=shape, rate=chosen, host_header=site.host, accounts=site.accounts)
    for line in (*notes, f"shape {shape}: {plan.seconds:.0f} s at {chosen:.1f} requests/s at rest: {why}"):
        console.say(line)
    history = trial.run(site, plan, folder, killer)
    facts = [
        ("command", command), ("commit", circumstances.commit()), ("machine", circumstances.machine()),
        ("began", began.isoformat(timespec="seconds")), ("target", site.target), ("image", site.image),
        ("url", site.url), ("host", site.host or "-"),
        ("shape", shape), ("rate", f"{chosen:.1f} requests/s at rest: {why}"),
    ]  # fmt: skip
    facts += [(f"killed while {kill.when}", kill.pod) for kill in history.kills or ()]
    verdict, advice, page = trial.conclude(site, plan, history, folder, facts, notes)
    circumstances.link(folder)
    show(verdict, advice, page)
    return EXIT[verdict.result]


def _at_rest(site: Site) -> list[str]:
    """Wait for the autoscaler to be at rest; return what has to be known of it."""
    if site.autoscaler is None:
        return []
    with console.step("autoscaler at rest") as step:
        step.note = site.autoscaler.until_at_rest()
    return [step.note] if step.note else []


def _rate(site: Site, shape: str, folder: Path) -> tuple[float, str]:
    """The rate that suits the site, and why: fixed, or measured so that the peak asks for one step of the HPA."""
    if site.autoscaler is None:
        return DEFAULT_RATE, "the default"
    phases = SHAPES.get(shape, ())
    factor = max((phase.factor for phase in phases), default=1.0)
    with console.step("cost of a request") as step:
        for attempt in range(MEASURED_TIMES):
            rate, why = trial.fitting_rate(site, folder / f"{MEASURED}-{attempt + 1}", factor)
            if rate:
                break
        site.autoscaler.until_at_rest()
        step.note = f"{rate:.1f} requests/s at rest" if rate else why
    return (rate, why) if rate else (DEFAULT_RATE, f"the default: {why}")


def show(verdict: Verdict, advice: list[Advice], page: Path) -> None:
    """Print the findings, the advice, the verdict, and where the report is."""
    rows = [("yes" if f.ok else "NO", f.name, f.seen, f.wanted) for f in verdict.findings]
    console.table(("", "question", "seen", "wanted"), rows)
    for each in advice:
        console.say(f"look at {each.where}: {each.what}; {each.change}", "yellow")
    style = "green" if verdict.result == "pass" else "red"
    console.say(f"verdict: {verdict.result}{': ' if verdict.why else ''}{verdict.why}", style)
    console.say(f"report: {page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}")
