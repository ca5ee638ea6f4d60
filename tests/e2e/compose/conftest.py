"""One whole compose stack for all tests of this folder, gone when the last of them has ended."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ops.targets.compose import Compose
from tests.support import containers


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
