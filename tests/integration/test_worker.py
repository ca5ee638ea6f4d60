"""A worker process: what collections of its garbage may cost, and its share of the connections."""

import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import psutil

from tests.support.process import Server, python

HOLDS_BACK = """
import gc
from notes.serving import gunicorn_conf
import notes.factory
begun = gc.isenabled(), len(gc.get_objects())
gunicorn_conf.pre_fork(None, None)
print(*map(int, begun), int(gc.isenabled()), len(gc.get_objects()))
"""

ENDS = """
from types import SimpleNamespace
from notes.serving import gunicorn_conf
from notes.serving.worker import SEATS
seat = SEATS.take()
gunicorn_conf.child_exit(None, SimpleNamespace(pid=1, seat=seat))
gunicorn_conf.child_exit(None, SimpleNamespace(pid=2))
print(SEATS.take() == seat)
"""


def test_a_worker_that_ends_leaves_its_seat_and_one_of_another_class_has_none(tmp_path: Path) -> None:
    assert python("-c", ENDS, env={"NOTES_RUNTIME_DIR": str(tmp_path)}).stdout == "True\n"


def test_what_is_loaded_before_the_workers_begin_is_never_collected(tmp_path: Path) -> None:
    ended = python("-c", HOLDS_BACK, env={"NOTES_RUNTIME_DIR": str(tmp_path)})
    collects_at_first, loaded, collects, walked = (int(number) for number in ended.stdout.split())
    assert (collects_at_first, collects) == (False, True)
    assert loaded > 50_000
    assert walked < loaded / 20


def test_two_processes_share_the_connections_that_are_kept_open(server: Server) -> None:
    master = psutil.Process(server.process.pid)
    while len(workers := master.children()) < 2:  # it is open as soon as one of them is
        time.sleep(0.05)

    def held() -> list[int]:
        """How many connections of clients each process has."""
        own = [each.net_connections("tcp") for each in workers]
        return [sum(c.status == psutil.CONN_ESTABLISHED and c.laddr.port == server.port for c in each) for each in own]

    with ExitStack() as opened:
        for _ in range(16):
            connection = opened.enter_context(closing(HTTPConnection("127.0.0.1", server.port, timeout=10)))
            connection.request("GET", "/livez")
            assert connection.getresponse().read() == b"ok\n"
        shares = held()
    assert sum(shares) >= 16
    assert min(shares) >= 5
