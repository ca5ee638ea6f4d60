"""What the load generator is told: a plan, kept as JSON beside the samples that it led to."""

import base64
import ipaddress
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple

# Bounds of one run: a typing error must not become a flood or an endless process.
MOST_SECONDS, MOST_SAMPLES, MOST_CONNECTIONS = 600, 2_000_000, 4096


class Call(NamedTuple):
    """One request of a plan: a label for the report and the bytes that go over the wire."""

    label: str
    data: bytes


def request(label: str, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Call:
    """Return a call whose bytes are a whole HTTP/1.1 request; the connection is kept alive."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return Call(label, "\r\n".join([*lines, "", ""]).encode() + body)


@dataclass(frozen=True)
class Plan:
    """One run of the generator.

    `closed`: each of `connections` sends its next request when the last one is answered (capacity).
    `open`: requests are due at `rate` a second whatever the answers do; `connections` is the most that may be open.
    `begin` is the unix time at which the first one is; 0 is at once.
    """

    host: str
    port: int
    mode: Literal["closed", "open"]
    connections: int
    seconds: float
    calls: tuple[Call, ...]
    rate: float = 0.0
    timeout: float = 10.0
    begin: float = 0.0

    def __post_init__(self) -> None:
        """Refuse any address but loopback, and a run without bounds."""
        if not ipaddress.ip_address(self.host).is_loopback:
            raise ValueError(f"'{self.host}' is not a loopback address: bench loads only this machine")
        if not (0 < self.seconds <= MOST_SECONDS and 0 < self.connections <= MOST_CONNECTIONS and self.calls):
            raise ValueError(f"a run has 1..{MOST_CONNECTIONS} connections, at most {MOST_SECONDS} s and some calls")
        if self.mode == "open" and not 0 < self.rate * self.seconds <= MOST_SAMPLES:
            raise ValueError(f"an open-loop run has a rate and at most {MOST_SAMPLES} requests")

    def write(self, path: Path) -> None:
        """Write the plan as JSON; bytes as base64."""
        calls = [[call.label, base64.b64encode(call.data).decode()] for call in self.calls]
        path.write_text(json.dumps({**asdict(self), "calls": calls}))

    @classmethod
    def read(cls, path: Path) -> "Plan":
        """Return the plan that `write` has written; raises ValueError when it is out of bounds."""
        values = json.loads(path.read_text())
        calls = tuple(Call(label, base64.b64decode(data)) for label, data in values.pop("calls"))
        return cls(calls=calls, **values)
