"""Ports on loopback: which are free, and who sits on one that is not."""

import random
import socket
from collections.abc import Mapping

from ops.errors import OpsError

HOST = "127.0.0.1"
PRIVATE = range(20_000, 32_000)  # below those that Linux gives to outgoing connections, which take one at any moment


def is_free(port: int) -> bool:
    """Whether a server could listen on that port now; connections of a server just stopped do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def next_free(first: int, taken: set[int]) -> int:
    """The first free port from `first` on that is not in `taken`."""
    for port in range(first, min(first + 200, 65_536)):
        if port not in taken and is_free(port):
            return port
    raise OpsError(f"no free port from {first} on", "200 ports are taken", "./inv doctor shows who listens")


def any_free(taken: set[int]) -> int:
    """A random free port, for a database or a private target."""
    return next_free(random.choice(PRIVATE), taken)


def owner(port: int) -> str:
    """Who listens on that port, such as "python3 (pid 123)"; "another program" where we may not see it."""
    import psutil

    try:
        connections = psutil.net_connections("inet")
    except psutil.AccessDenied:
        connections = []
    for connection in connections:
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
        if listens and connection.pid:
            try:
                return f"'{psutil.Process(connection.pid).name()}' (pid {connection.pid})"
            except psutil.NoSuchProcess:
                break
    return "another program"


def allot(
    defaults: Mapping[str, int], fixed: Mapping[str, int], remembered: Mapping[str, int]
) -> tuple[dict[str, int], list[str]]:
    """A free port for each name, and a sentence for each that had to give way.

    A fixed one is taken as it is, else last time's, else the default; the next free one where that is taken.
    Raises OpsError for a fixed one that is taken.
    """
    chosen = {name: fixed.get(name, remembered.get(name, default)) for name, default in defaults.items()}
    said = []
    for name, port in chosen.items():
        if is_free(port):
            continue
        if name in fixed:
            mend = f"stop that program, or set another port for {name} in .env"
            raise OpsError(f"port {port}, set for '{name}', is taken", f"{owner(port)} listens on it", mend)
        others = {default for other, default in defaults.items() if other != name}
        chosen[name] = next_free(defaults[name], {*chosen.values(), *others})
        said.append(f"port {port} is taken by {owner(port)}: {name} gets {chosen[name]}")
    return chosen, said
