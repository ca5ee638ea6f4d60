"""The checker: a pure function over what writers were told and what final reads found.

Each note has one writer, who waits for the end of a write before the next one, edits and deletes with If-Match, and
leaves a note alone once a write on it has an unknown outcome. So the states that a note may be found in follow from
its writes alone:

- an acknowledged write takes each possible state to the state after it;
- a write of unknown outcome adds the states after it to the possible ones;
- a rejected write changes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ops.ledger.writes import ACKNOWLEDGED, CREATE, DELETE, REJECTED, UNKNOWN, Found, Write

LOST, UNEXPECTED, DUPLICATED, STALE = "lost", "unexpected", "duplicated", "stale"
FATAL = (LOST, UNEXPECTED, DUPLICATED, STALE)
PASS, FAIL, UNDECIDED = "pass", "fail", "unknown"
READERS = ("API", "SQL")

State = tuple[str, bool] | None
"""Text and whether it is in the trash; None for a note that is not there."""


@dataclass(frozen=True)
class Finding:
    """Something that a correct service cannot show: which of FATAL, which note, what exactly, and who read it."""

    kind: str
    note: str
    what: str
    seen_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """The account of one run, in Jepsen's words. Numbers of writes:

    attempted: intents in the journal. acknowledged: answered with success. rejected: answered with a definite no, or
    never sent. unknown: no answer or one that does not tell, whatever is found. recovered: those of the unknown ones
    whose effect is found.

    Numbers of notes, each with a finding: lost: an acknowledged creation that is not found, or an acknowledged deletion
    whose note is found out of the trash. stale: found with a text older than one that was acknowledged. duplicated: a
    second note under one key (each counts). unexpected: found though no write explains it: a note nobody made, the
    effect of a rejected write, a text nobody wrote, in the trash though nobody deleted it.
    """

    attempted: int
    acknowledged: int
    rejected: int
    unknown: int
    recovered: int
    findings: tuple[Finding, ...] = ()
    reads: Mapping[str, int | None] = field(default_factory=dict)
    """Notes found by each reader; None for a read that was not made."""

    def count(self, kind: str) -> int:
        """How many notes have a finding of that kind."""
        return sum(finding.kind == kind for finding in self.findings)

    @property
    def verdict(self) -> str:
        """FAIL with any finding; UNDECIDED without both final reads or without one acknowledged write; else PASS."""
        if self.findings:
            return FAIL
        whole = all(self.reads.get(reader) is not None for reader in READERS)
        return PASS if whole and self.acknowledged else UNDECIDED

    def rows(self) -> list[tuple[str, int]]:
        """The account as name and number, in the order to show it."""
        first = [(name, getattr(self, name)) for name in ("attempted", "acknowledged", "rejected")]
        kinds = [(kind, self.count(kind)) for kind in FATAL]
        return [*first, kinds[0], ("recovered", self.recovered), *kinds[1:], ("unknown", self.unknown)]


def check(writes: Sequence[Write], api: Sequence[Found] | None, sql: Sequence[Found] | None) -> Ledger:
    """The account of these writes, of which those of one note are in the order they were tried.

    `api` and `sql` are all notes of the writers' accounts, trash and all, as the two final reads found them; None for
    a read that failed.
    """
    by_note: dict[str, list[Write]] = {}
    for write in writes:
        by_note.setdefault(write.note, []).append(write)
    reads = dict(zip(READERS, (api, sql), strict=True))
    seen: dict[tuple[str, str, str], list[str]] = {}
    for reader, found in reads.items():
        for finding in _findings(by_note, found) if found is not None else ():
            seen.setdefault((finding.kind, finding.note, finding.what), []).append(reader)
    outcomes = Counter(write.outcome for write in writes)
    return Ledger(
        len(writes),
        outcomes[ACKNOWLEDGED],
        outcomes[REJECTED],
        outcomes[UNKNOWN],
        _recovered(by_note, [note for found in reads.values() for note in found or ()]),
        tuple(Finding(*what, tuple(readers)) for what, readers in _merged(seen).items()),
        {reader: None if found is None else len(found) for reader, found in reads.items()},
    )


def _merged(seen: Mapping[tuple[str, str, str], list[str]]) -> dict[tuple[str, str, str], list[str]]:
    """One finding for a note and a kind where the two readers differ in the words only, except for duplicates."""
    merged: dict[tuple[str, str, str], list[str]] = {}
    first: dict[tuple[str, str], tuple[str, str, str]] = {}
    for key, readers in seen.items():
        kind, note, _ = key
        same = key if kind in (DUPLICATED, UNEXPECTED) else first.setdefault((kind, note), key)
        merged.setdefault(same, []).extend(readers)
    return merged


def _findings(by_note: Mapping[str, Sequence[Write]], found: Sequence[Found]) -> Iterable[Finding]:
    rows: dict[str, list[Found]] = {}
    for row in found:
        rows.setdefault(row.name, []).append(row)
    for name, several in rows.items():
        if name not in by_note:
            yield from (Finding(UNEXPECTED, name, f"note {row.id}, which nobody made") for row in several)
    for name, writes in by_note.items():
        allowed = possible(writes)
        several = sorted(rows.get(name, []), key=lambda row: ((row.text, row.trashed) not in allowed, row.id))
        for row in several[1:]:
            yield Finding(DUPLICATED, name, f"note {row.id} beside note {several[0].id}, one key")
        state = (several[0].text, several[0].trashed) if several else None
        if state not in allowed:
            yield Finding(*_classified(name, writes, state))


def possible(writes: Iterable[Write]) -> set[State]:
    """The states that a note with these writes, in this order, may be found in."""
    states: set[State] = {None}
    for write in writes:
        after = {_after(state, write) for state in states} - {None}
        if write.outcome == ACKNOWLEDGED:
            states = after or states
        elif write.outcome == UNKNOWN:
            states |= after
    return states


def _after(state: State, write: Write) -> State:
    """The state after a write that took effect; None where it cannot have taken effect."""
    if write.verb == CREATE:
        return (write.text, False) if state is None else None
    if state is None or state[1]:
        return None
    return (state[0], True) if write.verb == DELETE else (write.text, False)


def _classified(name: str, writes: Sequence[Write], state: State) -> tuple[str, str, str]:
    """Kind, note and words for a note that is found in a state that its writes cannot explain."""
    told = [write for write in writes if write.outcome == ACKNOWLEDGED]
    if state is None:
        return LOST, name, f"not found, though {told[-1].verb} {told[-1].op} was acknowledged"
    text, trashed = state
    deletions = [write for write in writes if write.verb == DELETE]
    if trashed and all(write.outcome == REJECTED for write in deletions):
        return UNEXPECTED, name, "in the trash, though no deletion explains it"
    wrote = [write for write in writes if write.verb != DELETE and write.text == text]
    if not wrote:
        return UNEXPECTED, name, "a text that nobody wrote"
    if wrote[0].outcome == REJECTED:
        return UNEXPECTED, name, f"the text of {wrote[0].verb} {wrote[0].op}, which was rejected"
    if not trashed and any(write.outcome == ACKNOWLEDGED for write in deletions):
        return LOST, name, "out of the trash, though its deletion was acknowledged"
    return STALE, name, f"the text of {wrote[0].op}, older than one that was acknowledged"


def _recovered(by_note: Mapping[str, Sequence[Write]], found: Iterable[Found]) -> int:
    """How many writes of unknown outcome have left their effect."""
    rows: dict[str, list[Found]] = {}
    for row in found:
        rows.setdefault(row.name, []).append(row)
    return sum(
        write.outcome == UNKNOWN and any(_shows(row, write) for row in rows.get(name, ()))
        for name, writes in by_note.items()
        for write in writes
    )


def _shows(row: Found, write: Write) -> bool:
    if write.verb == DELETE:
        return row.trashed
    return write.verb == CREATE or row.text == write.text
