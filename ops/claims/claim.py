"""A claim, and the answer that the newest run gives which says something of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ops.claims.runs import KINDS, Run, broken
from ops.claims.said import FAILS, HOLDS, LESS, NOT_RUN, UNKNOWN, Reader, Said


@dataclass(frozen=True)
class Claim:
    """A sentence of the README, the command that proves it, and how a result of that kind is read for it."""

    id: str
    sentence: str
    command: str
    kind: str
    read: Reader


@dataclass(frozen=True)
class Answer:
    """What is known of a claim: by which run, None where it was not run."""

    claim: Claim
    said: Said
    run: Run | None = None

    @property
    def holds(self) -> bool | None:
        """None where it was not run."""
        return None if self.run is None else self.said.word == HOLDS


def answer(claim: Claim, runs: Sequence[Run]) -> Answer:
    """The answer of the first of these runs, newest first, that is about the whole of the claim, or disproves it.

    Raises OpsError for a result that lacks what every run of its kind writes.
    """
    less = ""
    for run in runs:
        said = _said(claim, run)
        if said and said.word != LESS:
            return Answer(claim, said, run)
        if said and not less:
            less = f"{run.about('command')} of {run.about('began')} does not count: {said.why}"
    return Answer(claim, Said(NOT_RUN, "", less))


def _said(claim: Claim, run: Run) -> Said | None:
    try:
        return claim.read(run.told)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        seen = f"no claim '{claim.id}' can be read from it: {type(error).__name__}: {error}"
        raise broken(run.folder / KINDS[run.kind].result, seen) from error


def answers(claims: Sequence[Claim], runs: Mapping[str, Sequence[Run]]) -> list[Answer]:
    """The answer to each claim."""
    return [answer(claim, runs.get(claim.kind, ())) for claim in claims]


def summary(found: Sequence[Answer]) -> str:
    """How many hold, do not, and were not run."""
    words = Counter(each.said.word for each in found)
    unknown = f", {words[UNKNOWN]} unknown" if words[UNKNOWN] else ""
    return f"{words[HOLDS]} hold, {words[FAILS]} do not{unknown}, {words[NOT_RUN]} were not run"


def exit_code(found: Sequence[Answer], *, strict: bool) -> int:
    """1 when a claim that was run does not hold; with `strict` also when one was not run."""
    return int(any(each.holds is False or (strict and each.holds is None) for each in found))
