"""Faults on the compose target: each leaves no trace, and a short run ends green."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.chaos import injuring, recovery, runner, undo
from ops.chaos import site as sites
from ops.chaos.runner import Asked
from ops.chaos.site import Site
from ops.ledger.check import FATAL
from ops.targets.compose import Compose
from ops.targets.ready import until_ready
from tests.support import containers

READY_SECONDS = 180.0  # a machine may be several times as busy as usual
NAMES = [name for name in recovery.budgets("compose") if name != "two-at-once"]
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stack(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:  # noqa: ARG001
    with containers.private(tmp_path_factory.mktemp("compose-chaos"), NOTES_FAULTS="1") as made:
        containers.minimal(made)
        yield made


@pytest.fixture
def site(stack: Compose) -> Site:
    found = sites.site(stack, stack.folder.parent)
    until_ready(found.target, READY_SECONDS)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_leaves_no_trace(site: Site, name: str) -> None:
    fault = site.faults[name]
    before = containers.ids(site.target)  # type: ignore[arg-type]
    injury = injuring.injure(site, fault, random.Random(1), 1.0)
    assert injury.healed is not None
    assert undo.left(site.folder) == []
    until_ready(site.target, READY_SECONDS)
    assert containers.ids(site.target) == before  # type: ignore[arg-type]


def test_what_was_left_is_undone_by_another_run(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    """As after kill -9: records and faults are there, whoever made them is not."""
    left = [site.faults[name] for name in ("container-paused", "cpu-pressure", "network-cut")]
    for fault in reversed(left):
        one = undo.remember(site.folder, fault.name, fault.plan(random.Random(1)))
        fault.inject(one.record)
    records = [one.record for one in undo.left(site.folder)]
    assert [bool(fault.traces(record)) for fault, record in zip(left, records, strict=True)] == [True] * 3
    runner.undo_only(site.target, state=site.folder.parents[1])
    said = capsys.readouterr().err
    assert all(f"undo '{fault.name}', left behind" in said for fault in left)
    assert [fault.traces(record) for fault, record in zip(left, records, strict=True)] == [[], [], []]


def test_a_short_run_loses_nothing(site: Site, tmp_path: Path) -> None:
    """Whether it is quick enough depends on who else is on the machine: of all reasons, only time may be one here."""
    asked = Asked("worker-killed,database-killed", seed=1, seconds=2)
    code = runner.chaos(site.target, asked, state=site.folder.parents[1], reports=tmp_path)
    told = json.loads((tmp_path / "chaos/latest/result.json").read_text())
    assert code == int(bool(told["verdict"]["why"]))
    assert all(" s, budget " in reason for reason in told["verdict"]["why"]), told["verdict"]
    assert [told["ledger"][kind] for kind in FATAL] == [0] * len(FATAL)
    assert told["ledger"]["acknowledged"] > 50
    assert len(told["recoveries"]) == 2
