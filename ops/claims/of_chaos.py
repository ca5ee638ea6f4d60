"""What a run of `./inv chaos` says: of what was kept, of what healed, and of whether the proof can fail."""

import math
from dataclasses import replace

from ops.chaos.recovery import Spread
from ops.chaos.runner import NOTHING
from ops.claims.said import FAILS, HOLDS, LESS, UNKNOWN, Said, Told
from ops.ledger.check import FAIL, FATAL, PASS, UNDECIDED, Finding, Ledger

WORDS = {PASS: HOLDS, FAIL: FAILS, UNDECIDED: UNKNOWN}
SHOWN = 3  # findings; all of them are in the run's own report


def kept(target: str, told: Told) -> Said | None:
    """Whether every acknowledged write on that target was found again, by the ledger alone."""
    if not _is_proof_on(target, told):
        return None
    ledger = _ledger(told)
    counts = ", ".join(f"{ledger.count(kind)} {kind}" for kind in FATAL)
    seen = f"{ledger.acknowledged} writes acknowledged, {counts}; {_faults(told)}"
    why = [f"{each.note}: {each.what}" for each in ledger.findings[:SHOWN]]
    word = WORDS[ledger.verdict]
    if word == HOLDS and (open_ := _cut_short(told)):
        word, why = UNKNOWN, open_
    elif word == UNKNOWN:
        why = told["verdict"]["why"]
    return _narrowed(Said(word, seen, "; ".join(why)), told)


def healed(target: str, told: Told) -> Said | None:
    """Whether that target was well again after every fault, within its budget; what was lost is another claim."""
    if not _is_proof_on(target, told):
        return None
    ledger, verdict = _ledger(told), told["verdict"]
    lost = {f"{ledger.count(kind)} {kind}" for kind in FATAL}
    why = [reason for reason in verdict["why"] if reason not in lost]
    ready = [math.inf if each["ready"] is None else each["ready"] for each in told["recoveries"]]
    spread = Spread.of(ready)
    times = "/".join(
        f"{each:.1f}" if math.isfinite(each) else "never" for each in (spread.p50, spread.p95, spread.most)
    )
    word = HOLDS if verdict["word"] == FAIL and not why else WORDS[verdict["word"]]
    return _narrowed(Said(word, f"{_faults(told)}; ready after {times} s (p50/p95/max)", "; ".join(why)), told)


def caught(control: str, told: Told) -> Said | None:
    """Whether the proof on a copy that was broken in that way ended red."""
    if told["about"].get("broken") != control:
        return None
    verdict = told["verdict"]
    seen = "; ".join([f"ended with: {verdict['word']}", *verdict["why"][:SHOWN]])
    is_red = verdict["word"] == FAIL
    return Said(HOLDS if is_red else FAILS, seen, "" if is_red else f"it has to end with: {FAIL}")


def _is_proof_on(target: str, told: Told) -> bool:
    """Whether that target was meant as it is; results before there was a report do not tell what was broken."""
    return bool(told["about"]["target"] == target and told["about"].get("broken") == NOTHING)


def _ledger(told: Told) -> Ledger:
    counts = {name: told["ledger"][name] for name in ("attempted", "acknowledged", "rejected", "unknown", "recovered")}
    return Ledger(**counts, findings=tuple(Finding(**each) for each in told["findings"]), reads=told["final_reads"])


def _faults(told: Told) -> str:
    left = told["about"]["left out"]
    return f"{len(told['recoveries'])} faults" + ("" if left == NOTHING else f", left out: {left}")


def _cut_short(told: Told) -> list[str]:
    """Why not every fault was injected; nothing where every one was."""
    if told["verdict"]["word"] == UNDECIDED:
        return list(told["verdict"]["why"])
    last = [each["injury"]["fault"] for each in told["recoveries"] if each["injury"]["healed"] is None]
    return [f"it ended with {name}, which did not heal" for name in last]


def _narrowed(said: Said, told: Told) -> Said:
    """The same; of chosen faults only what they disproved counts."""
    chosen = told["about"]["chosen"]
    if chosen == NOTHING:
        return said
    only = f"only --fault {chosen}"
    return replace(said, why=f"{only}: {said.why}") if said.word == FAILS else replace(said, word=LESS, why=only)
