"""hadolint reads the Dockerfile, dclint the files of Compose: neither finds anything, both would."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ops.paths import ROOT

pytestmark = pytest.mark.unit
HADOLINT = Path(sys.executable).with_name("hadolint")


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HADOLINT, file], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    done = hadolint(ROOT / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


def test_hadolint_would_find_something(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Dockerfile", tmp_path)
    with (tmp_path / "Dockerfile").open("a") as file:
        file.write("RUN cd /tmp && sudo true\n")
    done = hadolint(tmp_path / "Dockerfile")
    assert done.returncode == 1
    assert "DL3004" in done.stdout
