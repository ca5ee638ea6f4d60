"""Whether a part does its work: what supervisord says of it, then what it answers itself."""

import time
from collections.abc import Mapping

from ops import http, wait
from ops.errors import OpsError
from ops.parts import DATABASE, Parts
from ops.supervisor import States
from ops.targets.base import DOWN, READY, Part

FAILING = ("backoff", "fatal")
ALIVE = ("STARTING", "RUNNING")
NOBODY = "unattended: supervisord is gone, ./inv up mends it"


def part(name: str, parts: Parts | None, states: States | None, *, is_left: bool) -> Part:
    """The part as it is now. `states` is None when no supervisord answers; `is_left`: its process runs all the same."""
    if parts is None or states is None:
        return Part(name, NOBODY if is_left else DOWN, parts.url(name) if parts else "-", "")
    row = states.get(name, {"statename": "UNKNOWN"})
    alive = row["statename"] in ALIVE
    answer = ask(name, parts) if alive else ""
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(row["start"])) if alive else ""
    return Part(name, verdict(row["statename"], row.get("spawnerr", ""), answer), parts.url(name), since)


def verdict(statename: str, reason: str, answer: str) -> str:
    """The state to show, from supervisord's word, its reason, and the part's own answer (READY or what is wrong)."""
    if statename == "RUNNING" or (statename == "STARTING" and answer == READY):
        return answer
    if statename == "STOPPED":
        return DOWN
    return f"{statename.lower()}: {reason}" if reason else statename.lower()


def ask(name: str, parts: Parts) -> str:
    """READY, or what is wrong: a query to the database, /readyz to a service."""
    if name == DATABASE:
        try:
            parts.cluster.ping()
        except wait.Pending as pending:
            return f"unreachable: {pending}"
        return READY
    answer = http.get(f"{parts.url(name)}/readyz")
    if answer.status == 200:
        return READY
    return f"not ready: /readyz says {answer.status}" if answer.status else f"unreachable: {answer.text}"


def fetched(addresses: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name, address and status of each, fetched now. Raises OpsError for the first that does not answer 200."""
    rows = []
    for name, address in addresses.items():
        answer = http.get(address)
        if answer.status != 200:
            raise OpsError(
                f"'{name}' does not answer", f"{address}: {answer.status or answer.text}", f"./inv logs {name}"
            )
        rows.append((name, address, str(answer.status)))
    return rows
