"""The checker finds exactly what went wrong in made-up histories, and accuses no correct store."""

import random
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.ledger.check import DUPLICATED, FAIL, FATAL, LOST, PASS, STALE, UNDECIDED, UNEXPECTED, Ledger, check
from ops.ledger.writes import ACKNOWLEDGED, CREATE, DELETE, EDIT, REJECTED, UNKNOWN, Found, Write

OUTCOMES = (ACKNOWLEDGED, REJECTED, UNKNOWN)
ACCOUNT = "w@example.com"


@dataclass(frozen=True)
class Step:
    """A write of a made-up history: how it ended, and whether the store carried it out all the same."""

    verb: str
    outcome: str
    done: bool


@st.composite
def steps(draw: st.DrawFn) -> list[Step]:
    """What one writer does with one note: nothing after an unknown outcome, a deletion, or a creation that failed."""
    made: list[Step] = []
    verb = CREATE
    while True:
        outcome = draw(st.sampled_from(OUTCOMES))
        done = outcome == ACKNOWLEDGED or (outcome == UNKNOWN and draw(st.booleans()))
        made.append(Step(verb, outcome, done))
        over = outcome == UNKNOWN or (verb in (CREATE, DELETE) and (verb == DELETE or outcome == REJECTED))
        if over or not draw(st.integers(0, 3)):
            return made
        verb = draw(st.sampled_from((EDIT, EDIT, DELETE)))


class Store:
    """A correct store, fed with histories: `writes` is the journal, `found` what a read gives."""

    def __init__(self, histories: list[list[Step]]) -> None:
        self.writes: list[Write] = []
        self.found: dict[str, Found] = {}
        self.texts: dict[str, list[str]] = {}  # acknowledged or carried out, the oldest first
        for number, history in enumerate(histories):
            name = f"note-{number}"
            for count, step in enumerate(history):
                text = "" if step.verb == DELETE else f"{name}-{count}"
                op = f"{name}-{count}"
                self.writes.append(Write(op, ACCOUNT, name, step.verb, text, step.outcome))
                if step.done:
                    self._carry_out(number, name, step.verb, text)

    def _carry_out(self, number: int, name: str, verb: str, text: str) -> None:
        if verb == CREATE:
            self.found[name] = Found(number + 1, ACCOUNT, name, text, False)
        elif verb == EDIT:
            self.found[name] = replace(self.found[name], text=text)
        else:
            self.found[name] = replace(self.found[name], trashed=True)
        if text:
            self.texts.setdefault(name, []).append(text)

    def of(self, name: str) -> list[Write]:
        return [write for write in self.writes if write.note == name]

    def told(self, name: str, verb: str) -> list[Write]:
        return [write for write in self.of(name) if write.verb == verb and write.outcome == ACKNOWLEDGED]

    def check(self) -> Ledger:
        rows = list(self.found.values())
        return check(self.writes, rows, rows)


stores = st.lists(steps(), min_size=1, max_size=12).map(Store)
chances = st.integers(0, 2**32).map(random.Random)


def counted(ledger: Ledger) -> dict[str, int]:
    return {kind: ledger.count(kind) for kind in FATAL if ledger.count(kind)}


@given(stores)
@settings(max_examples=300, deadline=None)
def test_a_correct_store_is_never_accused(store: Store) -> None:
    ledger = store.check()
    assert not ledger.findings
    assert ledger.verdict == (PASS if ledger.acknowledged else UNDECIDED)


@given(stores)
@settings(deadline=None)
def test_the_account_adds_up(store: Store) -> None:
    ledger = store.check()
    assert ledger.attempted == len(store.writes) == ledger.acknowledged + ledger.rejected + ledger.unknown
    assert ledger.recovered <= ledger.unknown
    assert ledger.reads == {"API": len(store.found), "SQL": len(store.found)}


@given(stores)
@settings(deadline=None)
def test_recovered_are_the_unknown_writes_that_were_carried_out(store: Store) -> None:
    carried_out = 0
    for write in store.writes:
        row = store.found.get(write.note)
        if write.outcome == UNKNOWN and row is not None:
            carried_out += row.trashed if write.verb == DELETE else row.text == write.text
    assert store.check().recovered == carried_out


def inject(store: Store, chance: random.Random) -> dict[str, int]:
    """Break some notes of a correct store, each in one way; what the checker has to report."""
    injected = dict.fromkeys(FATAL, 0)
    for number, name in enumerate({write.note: None for write in store.writes}):
        ways = [way for way in (lose, age, double, undelete, show_rejected, trash, garble) if chance.random() < 0.2]
        for way in ways[:1]:
            if kind := way(store, name, 1000 + number):
                injected[kind] += 1
    if chance.random() < 0.3:
        store.found["stranger"] = Found(9999, ACCOUNT, "stranger", "?", False)
        injected[UNEXPECTED] += 1
    return {kind: count for kind, count in injected.items() if count}


def lose(store: Store, name: str, _id: int) -> str:
    if not store.told(name, CREATE):
        return ""
    del store.found[name]
    return LOST


def age(store: Store, name: str, _id: int) -> str:
    edits = store.told(name, EDIT)
    if not edits:
        return ""
    older = store.of(name)[0].text
    store.found[name] = replace(store.found[name], text=older)
    # a deletion of unknown outcome may have been carried out, one that was acknowledged stays so
    return STALE


def double(store: Store, name: str, number: int) -> str:
    if name not in store.found:
        return ""
    store.found[f"{name}, again"] = replace(store.found[name], id=number)
    return DUPLICATED


def undelete(store: Store, name: str, _id: int) -> str:
    if not store.told(name, DELETE):
        return ""
    store.found[name] = replace(store.found[name], trashed=False)
    return LOST


def show_rejected(store: Store, name: str, number: int) -> str:
    refused = [write for write in store.of(name) if write.verb != DELETE and write.outcome == REJECTED]
    if not refused:
        return ""
    row = store.found.get(name, Found(number, ACCOUNT, name, "", False))
    store.found[name] = replace(row, text=refused[0].text)
    return UNEXPECTED


def trash(store: Store, name: str, _id: int) -> str:
    deletions = [write for write in store.of(name) if write.verb == DELETE and write.outcome != REJECTED]
    if name not in store.found or deletions:
        return ""
    store.found[name] = replace(store.found[name], trashed=True)
    return UNEXPECTED


def garble(store: Store, name: str, _id: int) -> str:
    if name not in store.found:
        return ""
    store.found[name] = replace(store.found[name], text="nobody wrote this")
    return UNEXPECTED


@given(stores, chances)
@settings(max_examples=500, deadline=None)
def test_exactly_what_was_injected_is_found(store: Store, chance: random.Random) -> None:
    injected = inject(store, chance)
    ledger = store.check()
    assert counted(ledger) == injected, ledger.findings
    if injected:
        assert ledger.verdict == FAIL


@given(stores, chances)
@settings(deadline=None)
def test_what_only_one_reader_sees_counts_too_and_is_named(store: Store, chance: random.Random) -> None:
    right = list(store.found.values())
    injected = inject(store, chance)
    wrong = list(store.found.values())
    by_api, by_sql = check(store.writes, wrong, right), check(store.writes, right, wrong)
    assert counted(by_api) == counted(by_sql) == injected
    assert {finding.seen_by for finding in by_api.findings} <= {("API",)}
    assert {finding.seen_by for finding in by_sql.findings} <= {("SQL",)}


@given(stores)
@settings(deadline=None)
def test_without_both_final_reads_nothing_is_green(store: Store) -> None:
    rows = list(store.found.values())
    for ledger in (check(store.writes, None, rows), check(store.writes, rows, None), check(store.writes, None, None)):
        assert ledger.verdict == UNDECIDED


def test_one_missing_read_does_not_hide_a_loss() -> None:
    write = Write("w-1", ACCOUNT, "w-1", CREATE, "w-1", ACKNOWLEDGED)
    assert check([write], None, []).verdict == FAIL


def test_nothing_written_proves_nothing() -> None:
    assert check([], [], []).verdict == UNDECIDED


@pytest.mark.parametrize("done", [True, False])
def test_a_delayed_deletion_of_unknown_outcome_may_show_or_not(done: bool) -> None:
    writes = [
        Write("w-1", ACCOUNT, "w-1", CREATE, "w-1", ACKNOWLEDGED),
        Write("w-2", ACCOUNT, "w-1", EDIT, "w-2", ACKNOWLEDGED),
        Write("w-3", ACCOUNT, "w-1", DELETE, "", UNKNOWN),
    ]
    row = [Found(1, ACCOUNT, "w-1", "w-2", done)]
    ledger = check(writes, row, row)
    assert (ledger.verdict, ledger.recovered) == (PASS, int(done))
    older = [Found(1, ACCOUNT, "w-1", "w-1", done)]
    assert counted(check(writes, older, older)) == {STALE: 1}


def test_the_account_is_shown_in_jepsens_words() -> None:
    names = [name for name, _ in check([], [], []).rows()]
    assert names == [
        "attempted", "acknowledged", "rejected", "lost", "recovered", "unexpected", "duplicated", "stale", "unknown",
    ]  # fmt: skip
