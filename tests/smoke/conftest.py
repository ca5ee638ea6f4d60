"""Where the smoke suite finds its target: told by options or the environment, else a private embedded one."""

import os
import socket
from collections.abc import Iterator

import pytest

from tests.support.wire import Http

PARTS = {"notes": "base", "hello": "hello", "jobs": "jobs", "auth": "auth"}
VARIABLES = {
    "notes": "NOTES_SMOKE_URL",
    **{part: f"NOTES_SMOKE_{part.upper()}_URL" for part in ("hello", "jobs", "auth")},
}


@pytest.fixture(scope="session", autouse=True)
def resolved(request: pytest.FixtureRequest) -> Iterator[None]:
    """With --connect-to every name leads there, as with curl's --resolve: a gateway tells services apart by name."""
    address = request.config.getoption("--connect-to")
    with pytest.MonkeyPatch.context() as patch:
        if address:
            lookup = socket.getaddrinfo
            patch.setattr(socket, "getaddrinfo", lambda _host, *words, **options: lookup(address, *words, **options))
        yield


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The base URL of each part that is there."""
    told = {
        part: url
        for part, option in PARTS.items()
        if (url := request.config.getoption(f"--{option}-url") or os.environ.get(VARIABLES[part]))
    }
    if told:
        yield told
        return
    from ops.targets.embedded import Embedded

    embedded = Embedded(tmp_path_factory.mktemp("smoke") / "state", env={}, ports="free")
    try:
        embedded.up()
        yield {part: embedded.url(part) for part in PARTS}
    finally:
        embedded.down(wipe=True)


def wire(target: dict[str, str], part: str) -> Http:
    """A way to this part; skips, saying so, when the target was given without it."""
    if part not in target:
        pytest.skip(f"no address of {part}: give --{PARTS[part]}-url or {VARIABLES[part]}")
    return Http(target[part])


@pytest.fixture
def notes(target: dict[str, str]) -> Http:
    return wire(target, "notes")


@pytest.fixture
def hello(target: dict[str, str]) -> Http:
    return wire(target, "hello")


@pytest.fixture
def jobs(target: dict[str, str]) -> Http:
    return wire(target, "jobs")


@pytest.fixture
def auth(target: dict[str, str]) -> Http:
    return wire(target, "auth")
