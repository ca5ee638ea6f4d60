"""dclint, an npm package, reads the files of Compose."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ops.paths import ROOT
from ops.versions import DCLINT

FILES = ("compose.yaml", "compose.watch.yaml")
SECONDS = 60.0
Lint = Callable[[Path], subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def dclint() -> Lint:
    """Runs it on the files in a folder. Skips, saying why, where it cannot be had."""
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("dclint: no npx here; it comes with Node.js")

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        words = (str(npx), "--yes", f"dclint@{DCLINT}", *words)
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)

    try:
        there = run("--version")
    except subprocess.TimeoutExpired:
        pytest.skip(f"dclint: npx has not fetched it within {SECONDS:g} s")
    if there.returncode or there.stdout.strip() != DCLINT:
        pytest.skip(f"dclint: npx cannot fetch it: {there.stderr.strip()[-300:]}")
    config = ROOT / ".dclintrc.yaml"
    return lambda folder: run("--config", config, "--max-warnings", "0", *(folder / name for name in FILES))


def test_dclint_finds_nothing_in_our_files(dclint: Lint) -> None:
    done = dclint(ROOT)
    assert done.returncode == 0, done.stdout


def test_dclint_would_find_something(dclint: Lint, tmp_path: Path) -> None:
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path)
    text = (ROOT / "compose.yaml").read_text()
    (tmp_path / "compose.yaml").write_text(text.replace('"127.0.0.1:${HELLO_PORT:-8001}:8000"', '"8001:8000"'))
    done = dclint(tmp_path)
    assert done.returncode
    assert "no-unbound-port-interfaces" in done.stdout
