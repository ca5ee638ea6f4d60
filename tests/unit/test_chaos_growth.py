"""Pods killed while the autoscaler is at work: when, and that each is remembered until it is done."""

import random
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ops.chaos import growth, undo
from ops.chaos.fault import Record
from ops.chaos.growth import Kills
from ops.hpa.history import GREW, SHRANK
from tests.support.histories import scale

pytestmark = pytest.mark.unit


class Killed:
    """A fault that writes down its victims, and whether it was remembered."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.struck = folder, list[str]()

    def plan(self, _chance: random.Random) -> Record:
        return {"victim": f"pod-{len(self.struck)}"}

    def inject(self, record: Record) -> None:
        assert undo.left(self.folder)
        self.struck.append(record["victim"])

    def undo(self, _record: Record) -> None:
        assert undo.left(self.folder)


@pytest.fixture
def site(tmp_path: Path) -> Any:
    return SimpleNamespace(folder=tmp_path, faults={growth.FAULT: Killed(tmp_path)})


def test_one_pod_is_killed_in_each_direction_at_the_first_look_that_wants_another_number(site: Any) -> None:
    kills = Kills(site)
    for second, desired in enumerate([2, 2, 4, 4, 6, 6, 4, 2, 2]):
        kills.look(scale(second, desired))
        assert len(kills.kills) == (second >= 2) + (second >= 6)
    assert [(kill.when, kill.pod) for kill in kills.kills] == [(GREW, "pod-0"), (SHRANK, "pod-1")]
    assert site.faults[growth.FAULT].struck == ["pod-0", "pod-1"]
    assert undo.left(site.folder) == []


def test_a_look_that_saw_nothing_is_no_change(site: Any) -> None:
    kills = Kills(site)
    for look in (scale(0, 2), scale(1, 2)._replace(desired=None), scale(2, 2)):
        kills.look(look)
    assert kills.kills == []
