"""A worker process: what collections of its garbage may cost."""

from pathlib import Path

from tests.support.process import python

HOLDS_BACK = """
import gc
from notes.serving import gunicorn_conf
import notes.factory
begun = gc.isenabled(), len(gc.get_objects())
gunicorn_conf.pre_fork(None, None)
print(*map(int, begun), int(gc.isenabled()), len(gc.get_objects()))
"""


def test_what_is_loaded_before_the_workers_begin_is_never_collected(tmp_path: Path) -> None:
    ended = python("-c", HOLDS_BACK, env={"NOTES_RUNTIME_DIR": str(tmp_path)})
    collects_at_first, loaded, collects, walked = (int(number) for number in ended.stdout.split())
    assert (collects_at_first, collects) == (False, True)
    assert loaded > 50_000
    assert walked < loaded / 20
