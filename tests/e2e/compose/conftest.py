"""The whole compose stack for all tests of this folder, and one under watch, both gone when the last has ended."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops.targets.compose import Compose
from tests.support import containers
from tests.support.drills import Stack
from tests.support.drills_stores import small_volume
from tests.support.traffic import flowing, make_token
from tests.support.watchers import Watchers, until

# Some alerts take minutes to clear: meanwhile the other tests run. What the drills would disturb comes before them.
ORDER = {"test_observability.py": -2, "test_alerts.py": -1, "test_alerts_clear.py": 1}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of this folder run in that order, the others in between."""
    here = [index for index, item in enumerate(items) if item.path.parent == Path(__file__).parent]
    ordered = sorted((items[index] for index in here), key=lambda item: ORDER.get(item.path.name, 0))
    for index, item in zip(here, ordered, strict=True):
        items[index] = item


@dataclass
class Running:
    """A stack that is up, and how many seconds that took from nothing."""

    stack: Compose
    seconds: float


@pytest.fixture(scope="session")
def engine() -> None:
    """Skips, saying why, where no stack can run."""
    if reason := containers.why_not():
        pytest.skip(f"compose: {reason}")


@pytest.fixture(scope="package")
def running(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:  # noqa: ARG001
    """The whole stack, without Grafana where its image is not to be had. A cluster needs the room that it takes."""
    with containers.private(tmp_path_factory.mktemp("compose")) as stack:
        started = time.monotonic()
        stack.up(without=containers.to_be_left_out())
        yield Running(stack, time.monotonic() - started)


@pytest.fixture(scope="package")
def compose(running: Running) -> Compose:
    """The whole stack."""
    return running.stack


@pytest.fixture(scope="package")
def watched(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:  # noqa: ARG001
    """A stack of its own with traffic, whose rules are the same with minutes made seconds (ALERT_DRILL).

    Grafana is left out, as its image cannot be had everywhere; what it would ask is asked by the tests.
    """
    env = {
        "COMPOSE_PROJECT_NAME": f"notes-watch-{os.getpid()}",
        "ALERT_DRILL": "1",
        "NOTES_FAULTS": "1",
        "NOTES_WORKERS": "1",  # so that two dozen requests are too many
    }
    target = Compose(tmp_path_factory.mktemp("watch"), env, ports="free")
    small_volume(target.project)
    try:
        target.up(without=["grafana"])
        token, user = make_token(target.url("notes"))
        watchers = Watchers(*(target.url(part) for part in ("prometheus", "loki", "alertmanager")))
        with flowing(target.url, token):
            until("traffic in the metrics", lambda: watchers.value("sum(service:http_requests:rate5m)"), 30)
            until("traffic in the logs", lambda: watchers.lines('{service="notes"} | request_id!=""'), 30)
            yield Stack(target, watchers, token, user)
    finally:
        target.down(wipe=True)
