"""Made-up histories of load tests: one that is good in every way, to be spoilt by the tests."""

from collections.abc import Sequence
from typing import Any

from loadtest.records import Request
from ops.hpa.history import History, Limits, Phase
from ops.hpa.samples import Pod, Scale

BEGIN = 1_800_000_000.0
LIMITS = Limits(least=2, most=6, target_percent=60, window=60)
PHASES = (
    Phase("rest", BEGIN, BEGIN + 40, 10, 10),
    Phase("step", BEGIN + 40, BEGIN + 150, 40, 40),
    Phase("back", BEGIN + 150, BEGIN + 270, 10, 10),
)
GROWN, SHRUNK = 62, 215  # seconds: when the good autoscaler changed its mind


def request(at: float, ms: float = 20, status: int = 200, error: str = "") -> Request:
    due = BEGIN + at
    return Request(due, due, due + ms / 1000, "read", "GET", status, error, "keepalive")


def answers(slow: tuple[float, float] = (0, 0), ms: float = 900) -> list[Request]:
    """Ten requests a second; those due in `slow` take `ms`."""
    return [request(n / 10, ms if slow[0] <= n / 10 < slow[1] else 20) for n in range(2700)]


def scale(second: float, desired: int, current: int | None = None, cpu: int | None = 30, **changed: Any) -> Scale:
    has = desired if current is None else current
    known = cpu is not None
    return Scale(BEGIN + second, desired, has, has, has, cpu, known, True, False)._replace(**changed)


def scales(path: Sequence[tuple[int, int]] = ((0, 2), (GROWN, 4), (SHRUNK, 2)), cpu: int | None = 30) -> list[Scale]:
    """A look a second: `path` is from which second which number is desired; what is there follows 2 s later."""
    found = []
    for second in range(285):
        desired = [count for since, count in path if since <= second][-1]
        there = [count for since, count in path if since + 2 <= second or since == 0][-1]
        found.append(scale(second, desired, there, cpu))
    return found


def pod(name: str, created: float, ready: float | None = None, deleted: float | None = None) -> Pod:
    """A pod that was scheduled at once and started after a second."""
    at = BEGIN + created
    later = [None if second is None else BEGIN + second for second in (ready, deleted)]
    return Pod(name, "a", "one", at, at, at + 1, *later)


PODS = (
    pod("old-1", -100, -98), pod("old-2", -100, -98),
    pod("new-1", GROWN + 0.5, GROWN + 3, SHRUNK + 1), pod("new-2", GROWN + 0.5, GROWN + 4, SHRUNK + 1),
)  # fmt: skip


def history(**changed: Any) -> History:
    """A good history, with these members changed."""
    good: dict[str, Any] = {
        "phases": PHASES, "requests": answers(slow=(41, 66)), "scales": scales(), "pods": PODS, "limits": LIMITS,
    }  # fmt: skip
    return History(**(good | changed))
