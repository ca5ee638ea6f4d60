"""Whether this container's service answers its probe: exit code 0 or 1, with the reason.

    python -I -S /app/notes/serving/probe.py [path]

Run as a file, for a container's health check: it imports nothing of the application and next to nothing of Python,
because it runs every few seconds.
"""

import os
import socket
import sys

SECONDS = 3.0


def answer(port: int, path: str) -> str:
    """Return the first line of the answer of the service on that port of loopback; raises `OSError`."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        connection.sendall(f"GET {path} HTTP/1.0\r\nHost: probe\r\n\r\n".encode())
        return connection.recv(64).partition(b"\r\n")[0].decode("latin-1")


if __name__ == "__main__":
    try:
        line = answer(int(os.environ["NOTES_BIND"].rpartition(":")[2]), *sys.argv[1:2] or ["/readyz"])
    except OSError as error:
        sys.exit(f"no answer: {error}")
    sys.exit(0 if line.split(" ")[1:2] == ["200"] else line)
