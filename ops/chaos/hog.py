"""Takes processor time or memory for so long, then ends by itself; needs nothing but Python, so that it runs anywhere.

python hog.py cpu PROCESSES SECONDS TOKEN | memory MIB SECONDS TOKEN | end TOKEN | count TOKEN

`end` and `count` look through /proc for hogs with that token.
"""

import contextlib
import os
import signal
import sys
import threading
import time
from pathlib import Path

PAGE = 4096


def burn(processes: int, seconds: float) -> None:
    """Keep that many processors busy."""
    deadline = time.monotonic() + seconds
    for _ in range(processes - 1):
        if os.fork() == 0:
            break
    while time.monotonic() < deadline:
        pass


def hold(mib: int, seconds: float) -> None:
    """Hold that much memory, every page of it touched."""
    held = bytearray(mib << 20)
    for offset in range(0, len(held), PAGE):
        held[offset] = 1
    threading.Event().wait(seconds)


def found(token: str) -> list[int]:
    """The hogs with that token; this process, whose words differ, is none."""
    pids = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # it has just ended
        if token.encode() in words and (b"cpu" in words or b"memory" in words):
            pids.append(int(place.name))
    return pids


def end(token: str) -> None:
    """Kill the hogs with that token, and those that one of them has started meanwhile."""
    while pids := found(token):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    kind, *words = sys.argv[1:]
    if kind == "cpu":
        burn(int(words[0]), float(words[1]))
    elif kind == "memory":
        hold(int(words[0]), float(words[1]))
    elif kind == "end":
        end(words[0])
    else:
        print(len(found(words[0])))
