"""A wait has a deadline and tells the last state it saw."""

import pytest

from ops import run, wait
from ops.errors import OpsError


def test_a_wait_ends_with_what_its_probe_returns() -> None:
    states = iter(["starting", "almost"])

    def probe() -> str:
        for state in states:
            raise wait.Pending(state)
        return "there"

    assert wait.until(probe, "it", seconds=5, mend="-", every=0.001) == "there"


def test_a_wait_that_gives_up_names_the_last_state_and_the_mend() -> None:
    def probe() -> None:
        raise wait.Pending("still starting")

    with pytest.raises(OpsError) as caught:
        wait.until(probe, "the server", seconds=0.05, mend="see its log", every=0.01)
    assert caught.value.what == "waited 0.05 s for the server"
    assert caught.value.seen == "last state: still starting"
    assert caught.value.mend == "see its log"


def test_a_probe_that_knows_better_ends_the_wait_at_once() -> None:
    def probe() -> None:
        raise OpsError("it died", "exit code 1", "see its log")

    with pytest.raises(OpsError, match="it died"):
        wait.until(probe, "the server", seconds=60, mend="-")


def test_a_dry_run_does_not_wait() -> None:
    def probe() -> None:
        raise AssertionError("asked in a dry run")

    run.set_dry(True)
    try:
        assert wait.until(probe, "it", seconds=60, mend="-") is None
    finally:
        run.set_dry(False)
