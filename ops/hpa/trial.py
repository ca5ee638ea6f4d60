"""One load test: load and looks together, and what comes of them."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from loadtest.plan import Plan
from loadtest.records import read_requests, read_seconds
from loadtest.shapes import Phase
from loadtest.thresholds import STEADY, THRESHOLDS, Threshold
from ops import console, wait
from ops.hpa import advice, live, rates, report
from ops.hpa.autoscaler import Autoscaler
from ops.hpa.history import History, Kill, phases
from ops.hpa.sampler import Sampler
from ops.hpa.samples import Scale
from ops.hpa.verdict import Verdict, judge
from ops.load import Running, prepare, start, summary
from ops.marks import Marks, NullMarks

LOOKED_SECONDS = 10.0  # the first look takes a second: kr8s is slow to import
LATE_SECONDS = 90.0  # beyond its plan: what a generator may need for its last answers on a busy machine
WARM_SECONDS = 10.0  # a pod's first requests cost twice what later ones do: statements are not prepared yet
MEASURED = (Phase("warm", WARM_SECONDS, 0.5), Phase("measure", 12.0, 1.0))
MEASURED_SHARE = 0.125
"""Requests a second for each thousandth of a core that a pod requests: 25 for two pods of dev, about half of what
brings them to their request, so that the HPA stays at rest. Looking costs a pod little: an exec, some 10 ms."""


@dataclass(frozen=True)
class Site:
    """Where the load goes. `host` is the name at a gateway; `accounts` the file with the tokens of its users.

    `target` is the target's name, `image` the digest that it runs; `-` for an address of which nobody knows that.
    """

    url: str
    host: str | None = None
    accounts: Path | None = None
    autoscaler: Autoscaler | None = None
    marks: Marks = field(default_factory=NullMarks)
    target: str = "-"
    image: str = "-"


class Killer(Protocol):
    """Kills pods at moments that it picks by what the autoscaler does."""

    @property
    def kills(self) -> Sequence[Kill]:
        """Those so far."""

    def look(self, scale: Scale) -> None:
        """Act, or not, on what was just seen."""


def run(site: Site, plan: Plan, folder: Path, killer: Killer | None = None) -> History:
    """Drive the load and look at the autoscaler until the plan is done, or until Ctrl-C; the raw files are in `folder`.

    The history says whether it was interrupted, and whether the generator was the limit.
    """
    site.marks.put("loadtest", f"load test {plan.shape} begins", rate=f"{plan.rate:g}")
    with ExitStack() as stack:
        sampler = stack.enter_context(site.autoscaler.sampler()) if site.autoscaler else None
        if sampler:
            wait.until(
                lambda: _looked(sampler), "a look at the HPA", seconds=LOOKED_SECONDS, mend="./inv cluster.status"
            )
        limits = site.autoscaler.limits() if site.autoscaler else None
        running = start(plan, folder)
        try:
            _follow(running, sampler, killer)
        except KeyboardInterrupt:
            console.say("interrupted: ending the load, then a report of what was measured")
        end = running.stop()
    site.marks.put("loadtest", f"load test {plan.shape} ends", ended=str(end["ended"]))
    if sampler:
        sampler.write(folder)
    return History(
        phases=phases(plan, running.begin),
        requests=read_requests(folder),
        scales=sampler.scales if sampler else (),
        pods=sampler.pods if sampler else (),
        events=sampler.events if sampler else (),
        kills=killer.kills if killer else None,
        limits=limits,
        limited="; ".join(summary(read_requests(folder), read_seconds(folder), plan).limits),
        interrupted=end["ended"] != "complete",
    )


def _looked(sampler: Sampler) -> None:
    if sampler.last is None:
        raise wait.Pending("none yet")


def _follow(running: Running, sampler: Sampler | None, killer: Killer | None) -> None:
    """Show the state once a second until the load has ended."""
    plan = running.plan
    planned = phases(plan, running.begin)
    with live.shown() as show:

        def probe() -> None:
            second = time.time() - planned[0].begin
            phase = next((each.name for each in planned if second < each.end - planned[0].begin), planned[-1].name)
            show.update(second, phase, running.live(), sampler.last if sampler else None)
            if killer and sampler and sampler.last:
                killer.look(sampler.last)
            if running.poll() is None:
                raise wait.Pending(f"second {second:.0f} of {plan.seconds:.0f}")

        seconds = plan.seconds + plan.timeout_s + LATE_SECONDS
        wait.until(probe, "the load to end", seconds=seconds, every=1.0, mend=f"see {running.folder}")


def conclude(
    site: Site, plan: Plan, history: History, folder: Path, facts: Sequence[tuple[str, str]], notes: Sequence[str] = ()
) -> tuple[Verdict, list[advice.Advice], Path]:
    """Judge the history, look for what to change when it is bad, and write the report; return all three."""
    wanted = threshold(plan)
    verdict = judge(history, wanted)
    found = []
    if site.autoscaler and verdict.result != "interrupted":
        found = advice.advise(verdict, history, site.autoscaler.setup())
    told = summary(history.requests, read_seconds(folder), plan)
    page = report.write(folder, history, wanted, report.Told(verdict, found, told, facts, notes))
    return verdict, found, page


def threshold(plan: Plan) -> Threshold:
    """What the answers are judged by."""
    return THRESHOLDS.get(plan.shape, STEADY)


def fitting_rate(site: Site, folder: Path, factor: float) -> tuple[float, str]:
    """Measure what a request costs a pod, and return the rate at rest that makes one step of the HPA right, and why.

    The load that this takes is written into `folder`. Without an autoscaler that knows what pods request there
    is nothing to measure; then the rate is 0.
    """
    scaler = site.autoscaler
    request = scaler.request() if scaler else None
    if scaler is None or request is None:
        return 0.0, "no CPU request to compare with"
    limits = scaler.limits()
    rate = MEASURED_SHARE * request * limits.least
    plan = prepare(site.url, phases=MEASURED, rate=rate, host_header=site.host, accounts=site.accounts, shape="measure")
    looks = [rates.Look(time.time(), scaler.used())]
    running = start(plan, folder)
    looks.append(rates.Look(time.time(), scaler.used()))
    wait.hold(max(running.begin + WARM_SECONDS - time.time(), 0.0))
    looks.append(rates.Look(time.time(), scaler.used()))
    running.join(plan.seconds + plan.timeout_s + LATE_SECONDS)
    looks.append(rates.Look(time.time(), scaler.used()))
    requests = read_requests(folder)
    failed = sum(request.failed for request in requests)
    cost = None if failed else rates.cost(looks, [request.done for request in requests])
    if cost is None:
        return 0.0, f"{failed} requests failed while it was measured" if failed else "pods came or went meanwhile"
    band = rates.band(limits)
    why = (
        f"a request costs {cost.request:.1f} ms of processor, an idle pod {cost.idle:.0f}m; {factor:g} times this rate "
        f"brings {limits.least} pods to {band.goal:.0f} % of their request, for which the HPA wants {band.pods}"
    )
    return rates.rest_rate(limits, request, cost, factor), why
