"""Makes a plan out of what somebody asked for, and refuses what could not be measured."""

import http.client
import json
import math
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from loadtest.plan import Mix, Plan
from loadtest.shapes import SHAPES, Phase, stretches
from ops.errors import OpsError

DEFAULT_RATE = 25.0
"""Requests a second at rest. The mix costs notes 3 to 4 ms of processor time a request (measured on a busy machine), so
that this is a tenth of a core, and four times that is more than a small pod has."""

MOST_RATE = 2000.0  # beyond it one Locust process is the limit, whatever the machine
MOST_SECONDS = 24 * 3600.0
MOST_TIMEOUT = 60.0
LEAST_CONNECTIONS, MOST_CONNECTIONS = 16, 4000  # a user of Locust is a greenlet of about 20 KB
REACH_SECONDS = 5.0
MEND = "./inv loadtest --help"


def prepare(
    url: str,
    *,
    shape: str = "steps",
    rate: float = DEFAULT_RATE,
    phases: Sequence[Phase] = (),
    host_header: str | None = None,
    accounts: Path | None = None,
    path: str = "/",
    seed: int = 1,
    connections: int = 0,
    timeout_s: float = 10.0,
    fresh_share: float = 0.5,
    begin: float = 0.0,
    reach: bool = True,
) -> Plan:
    """Return a plan that can be run. Raises OpsError for what cannot, or for an address where nothing answers.

    `phases` replaces those of `shape`, whose name is then free. Without `accounts` the users only GET `path`.
    `connections` is by default as many as the highest rate can have under way until their time is out. With `reach`
    off nothing is asked of the address.
    """
    chosen = tuple(phases) or _shape(shape)
    where = _address(url)
    _check(rate, chosen, timeout_s, fresh_share, connections)
    if accounts is not None:
        check_accounts(accounts)
    peak = max(max(part.first, part.last) for part in stretches(chosen, rate))
    most = connections or min(max(LEAST_CONNECTIONS, math.ceil(peak * timeout_s) + 1), MOST_CONNECTIONS)
    if reach:
        _reach(where, host_header, path)
    mix: Mix = "notes" if accounts else "probe"
    return Plan(
        url=f"{where.scheme}://{where.netloc}", shape=shape, phases=chosen, rate=rate, host_header=host_header,
        accounts=str(accounts.resolve()) if accounts else "", mix=mix, path=path, seed=seed, connections=most,
        timeout_s=timeout_s, fresh_share=fresh_share, begin=begin,
    )  # fmt: skip


def _shape(name: str) -> tuple[Phase, ...]:
    if name not in SHAPES:
        raise OpsError(f"no shape '{name}'", f"known: {', '.join(SHAPES)}", MEND)
    return SHAPES[name]


def _address(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise OpsError(f"'{url}' is no base address", "http://HOST:PORT is one", MEND)
    try:
        _ = parts.port
    except ValueError as error:
        raise OpsError(f"'{url}' is no base address", str(error), MEND) from error
    return parts


def _check(rate: float, phases: Sequence[Phase], timeout_s: float, fresh_share: float, connections: int) -> None:
    peak = max((part for phase in stretches(phases, rate) for part in (phase.first, phase.last)), default=0.0)
    total = sum(phase.seconds for phase in phases)
    checks = [
        ("rate", rate, math.isfinite(rate) and rate > 0, "above 0"),
        ("rate", peak, peak <= MOST_RATE, f"up to {MOST_RATE:g} a second at the shape's highest"),
        ("seconds", total, all(p.seconds > 0 for p in phases) and total <= MOST_SECONDS, f"0 .. {MOST_SECONDS:g}"),
        ("factor", 0, all(p.factor > 0 for p in phases), "above 0 in every phase"),
        ("timeout_s", timeout_s, 0 < timeout_s <= MOST_TIMEOUT, f"above 0, up to {MOST_TIMEOUT:g} s"),
        ("fresh_share", fresh_share, 0 <= fresh_share <= 1, "from 0 to 1"),
        ("connections", connections, 0 <= connections <= MOST_CONNECTIONS, f"up to {MOST_CONNECTIONS}"),
    ]
    for name, value, is_good, bound in checks:
        if not is_good:
            raise OpsError(f"'{name}' is out of bounds", f"{value:g}; it is {bound}", MEND)


def check_accounts(path: Path) -> None:
    """Raise OpsError unless the file holds a list of `{email, token}`."""
    mend = "python -m notes seed makes them"
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise OpsError(f"'{path}' is no file of accounts", str(error), mend) from error
    is_good = isinstance(found, list) and found and all(isinstance(one, dict) and one.get("token") for one in found)
    if not is_good:
        raise OpsError(f"'{path}' is no file of accounts", "not a list of accounts with their tokens", mend)


def _reach(where: SplitResult, host_header: str | None, path: str) -> None:
    """Ask once, whatever the answer: an address that nobody listens at is a mistake, not a measurement."""
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(where.hostname), where.port, timeout=REACH_SECONDS)
    try:
        connection.request("GET", path, headers={"Host": host_header} if host_header else {})
        connection.getresponse().read()
    except (OSError, http.client.HTTPException) as error:
        seen = f"{type(error).__name__}: {error}"
        raise OpsError(
            f"nothing answers at '{where.scheme}://{where.netloc}'", seen, "./inv up, ./inv status"
        ) from error
    finally:
        connection.close()
