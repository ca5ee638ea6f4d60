"""The application's image: what is in it, what is not, how large it is, and that one commit makes one image."""

import json
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import image, versions
from ops.paths import ROOT
from tests.support.containers import docker

pytestmark = pytest.mark.timeout(900)

OVER_THE_BASE = 65_000_000  # P12
PUSHED_BY_CODE = 1_000_000  # P12, before compression
GOES_IN = ("Dockerfile", ".dockerignore", "notes", "services", "requirements")


@pytest.fixture(scope="module")
def built(engine: None) -> Iterator[str]:  # noqa: ARG001
    """The image of this checkout, under a name of its own."""
    name = image.build("notesapp:test")
    yield name
    docker("rmi", "--force", name)


def layers(name: str) -> list[str]:
    found: list[str] = json.loads(docker("image", "inspect", name))[0]["RootFS"]["Layers"]
    return found


def sizes(name: str) -> list[int]:
    """Bytes of each layer that is not empty, the base's first."""
    rows = docker("history", "--human=false", "--format", "{{.Size}}", name).split()
    return [int(row) for row in reversed(rows) if row != "0"]


def tars(name: str, saved: Path) -> dict[str, int]:
    """Bytes of each layer as it is pushed, before compression."""
    docker("save", "--output", str(saved), name)
    with tarfile.open(saved) as whole:
        read = whole.extractfile("manifest.json")
        assert read
        paths = json.load(read)[0]["Layers"]
        return {layer: whole.getmember(path).size for layer, path in zip(layers(name), paths, strict=True)}


def inside(name: str, *words: str) -> str:
    """What a container of the image says, as it is deployed: read-only, /tmp in memory, no capability."""
    closed = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "none"]
    return docker("run", "--rm", *closed, name, *words)


def test_the_layers_of_the_application_are_small(built: str) -> None:
    base = sizes(versions.PYTHON_IMAGE)
    assert sizes(built)[: len(base)] == base
    own = sizes(built)[len(base) :]
    print(f"\n{sum(own) / 1e6:.1f} MB over the base: {own}")
    assert sum(own) <= OVER_THE_BASE


def test_a_change_of_code_pushes_code_alone(built: str, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    folder.mkdir()
    for name in GOES_IN:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    with (folder / "notes/__main__.py").open("a") as out:
        out.write("# a change\n")
    changed = image.build("notesapp:test-changed", folder=folder)
    try:
        assert len(layers(changed)) == len(layers(built))
        known = layers(built)
        new = [size for layer, size in tars(changed, tmp_path / "saved.tar").items() if layer not in known]
        print(f"\na change of code pushes {new} bytes")
        assert len(new) == 1
        assert new[0] < PUSHED_BY_CODE
    finally:
        docker("rmi", "--force", changed)


def test_two_builds_of_one_commit_have_the_same_layers(built: str) -> None:
    again = image.build("notesapp:test-again", cache=False)
    try:
        assert layers(again) == layers(built)
    finally:
        docker("rmi", "--force", again)


def test_it_says_what_it_was_made_from(built: str) -> None:
    config = json.loads(docker("image", "inspect", built))[0]["Config"]
    prefix = "org.opencontainers.image"
    assert config["Labels"][f"{prefix}.version"] == image.version()
    assert config["Labels"][f"{prefix}.revision"] == image.commit()[0]
    assert config["User"] == "10001:10001"


def test_there_is_no_pip_no_compiler_and_no_test_in_it(built: str) -> None:
    looked = "; ".join(f"command -v {tool} || true" for tool in ("pip", "pip3", "gcc", "cc", "make", "ld", "strip"))
    assert inside(built, "sh", "-c", looked) == ""
    assert inside(built, "python", "-c", "import importlib.util as u; print(u.find_spec('pip'))").strip() == "None"
    assert inside(built, "find", "/app", "/venv", "-type", "d", "-name", "test*") == ""
    assert set(inside(built, "ls", "/app").split()) == {"notes", "services"}


def test_nothing_that_it_runs_is_compiled_anew_at_each_start(built: str) -> None:
    ask = (
        "import sys, importlib.util as u, os, notes, notes.factory, gunicorn.app.wsgiapp, gunicorn.workers.gthread\n"
        "files = [str(getattr(m, '__file__', '')) for m in list(sys.modules.values())]\n"
        "ours = [f for f in files if f.startswith(('/app', '/venv')) and f.endswith('.py')]\n"
        "print(*[f for f in ours if not os.path.exists(u.cache_from_source(f))])"
    )
    assert inside(built, "python", "-c", ask).split() == []
