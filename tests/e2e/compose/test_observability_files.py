"""The programs themselves accept our files: promtool with its cases, amtool, Loki, Alloy."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from ops import engine, observability
from ops.paths import ROOT
from ops.versions import IMAGES

pytestmark = [
    pytest.mark.skipif(engine.version() is None, reason="no Docker engine answers"),
]
ALLOY = ROOT / "observability" / "alloy"
SETTINGS = (
    "NOTES_TARGET",
    "COMPOSE_PROJECT_NAME",
    "DATABASE_USER",
    "DATABASE_HOST",
    "DATABASE_PASSWORD_FILE",
    "NODE_NAME",
)
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"  # promtool wants to see it


def tool(part: str, program: str, *words: str, folder: str = "", files: Path | None = None) -> str:
    """What a program of that part's image says of our files, mounted as the part has them; fails when it refuses."""
    mount = f"{files or ROOT / 'observability' / part}:/etc/{part}:ro"
    run = ["docker", "run", "--rm", "--network", "none", *(f"--env={name}=x" for name in SETTINGS)]
    token = f"/dev/null:{TOKEN}:ro"
    done = subprocess.run(
        [
            *run,
            "--volume",
            mount,
            "--volume",
            token,
            "--workdir",
            f"/etc/{part}{folder}",
            "--entrypoint",
            program,
            IMAGES[part],
            *words,
        ],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["prometheus", "kubernetes"])
def test_promtool_accepts_the_configuration_and_all_rules(name: str) -> None:
    files = sorted((observability.FOLDER / "rules").glob("*.yml"))
    said = tool("prometheus", "promtool", "check", "config", "--lint=all", f"/etc/prometheus/{name}.yml")
    assert f"{len(files)} rule files found" in said


def test_every_rule_fires_when_it_must_and_keeps_silent_when_it_must() -> None:
    cases = [path.name for path in sorted((observability.FOLDER / "tests").glob("*.yml"))]
    assert tool("prometheus", "promtool", "test", "rules", *cases, folder="/tests").count("SUCCESS") == len(cases)


def test_amtool_accepts_the_contacts() -> None:
    assert "SUCCESS" in tool("alertmanager", "amtool", "check-config", "/etc/alertmanager/alertmanager.yml")


def test_loki_accepts_its_configuration() -> None:
    tool("loki", "loki", "-config.file=/etc/loki/loki.yml", "-verify-config")


def test_alloy_accepts_its_configuration() -> None:
    tool("alloy", "alloy", "validate", "/etc/alloy")


def config_maps() -> dict[str, list[str]]:
    """The files of each ConfigMap that Alloy gets on Kubernetes."""
    made = yaml.safe_load((ALLOY / "kustomization.yaml").read_text())["configMapGenerator"]
    return {each["name"]: each["files"] for each in made}


@pytest.mark.parametrize("name", ["alloy-pods", "alloy-cluster"])
def test_alloy_accepts_what_it_gets_on_kubernetes(name: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for file in config_maps()[name]:
        shutil.copy(ALLOY / file, tmp_path)
    tool("alloy", "alloy", "validate", "/etc/alloy", files=tmp_path)


@pytest.mark.parametrize("path", sorted(ALLOY.rglob("*.alloy")), ids=lambda path: path.stem)
def test_alloy_files_are_formatted(path: Path) -> None:
    tool("alloy", "alloy", "fmt", "--test", f"/etc/alloy/{path.relative_to(ALLOY)}")
