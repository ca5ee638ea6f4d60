"""What `up --watch` runs in each container: it sees every change, and knows nothing of the code that it starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from notes.serving import reload
from ops.paths import ROOT

pytestmark = pytest.mark.unit
WATCHED = yaml.safe_load((ROOT / "compose.watch.yaml").read_text())["services"]


def test_a_change_within_the_same_second_and_of_the_same_size_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text("A = 1\n")
    os.utime(file, (1, 1))
    before = reload.look([tmp_path])
    file.write_text("A = 2\n")
    os.utime(file, (1, 1))
    assert reload.look([tmp_path]) != before


def test_files_that_come_and_go_are_seen_but_not_what_python_compiles(tmp_path: Path) -> None:
    before = reload.look([tmp_path])
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "page.html").touch()
    assert reload.look([tmp_path]).keys() == {str(tmp_path / "inner" / "page.html")}
    (tmp_path / "inner" / "page.html").unlink()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "code.pyc").touch()
    assert reload.look([tmp_path]) == before


def loaded_by(program: str) -> set[str]:
    """All modules that a fresh Python has after that program."""
    words = [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"]
    return set(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.split())


def test_nothing_of_the_code_is_imported_ahead_and_what_it_needs_is() -> None:
    file = "import runpy; it = runpy.run_path('notes/serving/reload.py')"
    modules = loaded_by(f"{file}\nit['import_what_others_wrote']([it['ROOT'] / name for name in it['CODE']])")
    assert not {name for name in modules if name.partition(".")[0] in {*reload.CODE, *reload.LATER}}
    assert {"flask", "sqlalchemy.orm", "gunicorn.workers.gthread", "structlog"} <= modules


@pytest.mark.parametrize("service", sorted(WATCHED.keys() - {"notes"}))
def test_a_small_service_is_sent_all_of_the_code_that_it_uses(service: str) -> None:
    unsent = [f"notes.{name.rstrip('/')}" for name in WATCHED[service]["develop"]["watch"][0]["ignore"]]
    used = loaded_by(f"import services.{service}")
    assert "notes.serving.edge" in used
    assert not [name for name in used if name.startswith(tuple(unsent))]
    others = [name.removesuffix(".py") for name in WATCHED[service]["develop"]["watch"][1]["ignore"]]
    assert not used & {f"services.{name}" for name in others}
