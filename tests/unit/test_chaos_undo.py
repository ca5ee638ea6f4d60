"""Undo records: on the disk before the fault, gone after it, found by whoever comes next."""

import json
import os
import random
import signal
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops import console
from ops.chaos import injuring, undo
from ops.chaos.both import Both
from ops.chaos.drive import Options
from ops.chaos.fault import Record
from ops.errors import OpsError

pytestmark = pytest.mark.unit
CHANCE = random.Random(1)


class Wound:
    """A fault that is a file in a folder: injected when it is there."""

    lasts, rest = True, 0.0

    def __init__(self, folder: Path, name: str = "wound", error: BaseException | None = None) -> None:
        self.folder, self.name, self.error = folder, name, error
        self.undo_folder = folder / "undo"
        self.undone = 0

    def missing(self) -> str:
        return ""

    def plan(self, chance: random.Random) -> Record:
        return {"victim": f"file {chance.randrange(1000)}", "file": str(self.folder / self.name)}

    def inject(self, record: Record) -> None:
        assert undo.left(self.undo_folder), "the record must be on the disk before anything is broken"
        Path(record["file"]).touch()
        if self.error:
            raise self.error

    def undo(self, record: Record) -> None:
        self.undone += 1
        Path(record["file"]).unlink(missing_ok=True)

    def traces(self, record: Record) -> list[str]:
        return ["the file"] if Path(record["file"]).exists() else []


class Marked:
    """Marks that are kept in a list."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def put(self, kind: str, text: str, **_fields: str) -> None:
        self.texts.append(f"{kind} {text}")


def place(*faults: Any) -> Any:
    known = {fault.name: fault for fault in faults}
    return SimpleNamespace(folder=faults[0].undo_folder, faults=known, every=0.01, marks=Marked())


def test_a_fault_that_went_well_leaves_neither_trace_nor_record(tmp_path: Path) -> None:
    wound = Wound(tmp_path)
    site = place(wound)
    injury = injuring.injure(site, wound, CHANCE, 0)
    assert site.marks.texts == [f"chaos wound: {injury.victim}"]
    assert injury.healed is not None
    assert injury.healed >= injury.ended >= injury.began
    assert not (tmp_path / "wound").exists()
    assert undo.left(wound.undo_folder) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OpsError("no", "seen", "mend"), RuntimeError("a bug")])
def test_a_fault_is_undone_whatever_ends_it(tmp_path: Path, error: BaseException) -> None:
    wound = Wound(tmp_path, error=error)
    with pytest.raises(type(error)):
        injuring.injure(place(wound), wound, CHANCE, 0)
    assert not (tmp_path / "wound").exists()
    assert undo.left(wound.undo_folder) == []


def test_what_is_to_come_more_often_comes_in_several_rounds(tmp_path: Path) -> None:
    faults = [Wound(tmp_path, name) for name in "abc"]
    options = Options(faults, seed=1, times={"b": 3, "c": 2})
    assert [[fault.name for fault in each] for each in options.rounds] == [["a", "b", "c"], ["b", "c"], ["b"]]
    twice = Options(faults[:1], seed=1, count=2)
    assert [[fault.name for fault in each] for each in twice.rounds] == [["a"], ["a"]]
    assert Options([], seed=1).rounds == []


def test_what_was_left_is_undone_the_newest_first_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wounds = {name: Wound(tmp_path, name) for name in ("first", "second")}
    for number, (name, wound) in enumerate(wounds.items()):
        one = undo.remember(wound.undo_folder, name, wound.plan(CHANCE))
        wound.inject(one.record)
        one.path.rename(one.path.with_name(f"{number}-{name}.json"))
    assert undo.undo_left(tmp_path / "undo", wounds) == 2
    assert list(tmp_path.glob("*st")) == undo.left(tmp_path / "undo") == []
    said = capsys.readouterr().err
    assert said.index("undo 'second', left behind") < said.index("undo 'first', left behind")


def test_undoing_what_was_never_injected_does_no_harm(tmp_path: Path) -> None:
    """The tool was killed between writing the record and the fault."""
    wound = Wound(tmp_path)
    undo.remember(wound.undo_folder, "wound", wound.plan(CHANCE))
    assert undo.undo_left(wound.undo_folder, {"wound": wound}) == 1
    assert undo.undo_left(wound.undo_folder, {"wound": wound}) == 0


def test_all_that_was_left_is_undone_before_any_is_waited_for(tmp_path: Path) -> None:
    """While one is there, the target is well for none of them."""
    wounds = {name: Wound(tmp_path, name) for name in ("first", "second")}
    for name, wound in wounds.items():
        wound.traces = lambda _: [str(each) for each in tmp_path.glob("*st")]  # type: ignore[method-assign]
        one = undo.remember(wound.undo_folder, name, {"victim": "", "file": str(tmp_path / f"{name}-st")})
        wound.inject(one.record)
    assert undo.undo_left(tmp_path / "undo", wounds) == 2
    assert undo.left(tmp_path / "undo") == []


def test_a_trace_that_stays_keeps_its_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(undo.until_clean, "__defaults__", (0.1, 0.01))
    wound = Wound(tmp_path)
    wound.traces = lambda record: ["for ever"]  # type: ignore[method-assign]  # noqa: ARG005
    one = undo.remember(wound.undo_folder, "wound", wound.plan(CHANCE))
    with pytest.raises(OpsError, match="for ever"):
        undo.undo_left(wound.undo_folder, {"wound": wound})
    assert undo.left(wound.undo_folder) == [one]


def test_a_record_of_an_unknown_fault_is_an_error_that_names_it(tmp_path: Path) -> None:
    undo.remember(tmp_path, "from-the-future", {})
    with pytest.raises(OpsError, match="no fault 'from-the-future'"):
        undo.undo_left(tmp_path, {})


@pytest.mark.parametrize("text", ["no JSON", json.dumps({"fault": "x"})])
def test_a_damaged_record_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "1-x.json").write_text(text)
    with pytest.raises(OpsError, match="is no undo record"):
        undo.left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_undo_comes_to_its_end_before_an_interruption(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    masked = ["python3", "-c", "import signal; print(sorted(map(int, signal.pthread_sigmask(0, []))))"]
    told: list[str] = []

    def interrupted() -> None:
        with undo.unstoppable():
            os.kill(os.getpid(), number)
            told.append(subprocess.run(masked, capture_output=True, text=True, check=True).stdout)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert json.loads(told[0]) == [signal.SIGINT, signal.SIGTERM], "Ctrl-C would end what undoing needs"
    assert signal.getsignal(number) == before
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_without_an_interruption_nothing_is_raised() -> None:
    with undo.unstoppable():
        pass


def test_two_at_once_undoes_both_and_the_seed_repeats_the_choice(tmp_path: Path) -> None:
    others = [Wound(tmp_path, name) for name in "abcdef"]
    both = Both("two-at-once", others)
    record = both.plan(random.Random(7))
    assert record == both.plan(random.Random(7))
    assert len({json.dumps(both.plan(random.Random(seed)), sort_keys=True) for seed in range(20)}) > 5
    undo.remember(tmp_path / "undo", both.name, record)
    both.inject(record)
    assert len(both.traces(record)) == 2
    both.undo(json.loads(json.dumps(record)))
    assert both.traces(record) == []


def test_a_fault_that_does_not_heal_is_an_injury_without_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(undo.until_clean, "__defaults__", (0.05, 0.01))
    wound = Wound(tmp_path)
    wound.traces = lambda record: ["for ever"]  # type: ignore[method-assign]  # noqa: ARG005
    assert injuring.injure(place(wound), wound, CHANCE, 0).healed is None
    assert len(undo.left(wound.undo_folder)) == 1
    said = capsys.readouterr().err
    assert "for ever" in said
    assert f"{console.CROSS} wound" in said
