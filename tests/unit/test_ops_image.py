"""Two checkouts of one version name their images the same: each starts what it has built itself."""

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from ops import engine, image, run
from ops.errors import OpsError
from ops.kubectl import Kubectl
from ops.settings import STACK_PORTS
from ops.stack import Plan
from ops.targets.base import NO_IMAGE
from ops.targets.compose import Compose
from ops.targets.embedded import Embedded
from ops.targets.kind import Kind
from ops.versions import IMAGES

pytestmark = pytest.mark.unit


class Builder:
    """An engine with one name for images; a build gives it the next digest."""

    def __init__(self) -> None:
        self.digest, self.builds = "", 0

    def build(self, name: str) -> str:
        self.builds += 1
        self.digest = f"sha256:own-{self.builds}"
        return name


@pytest.fixture
def builder(monkeypatch: pytest.MonkeyPatch) -> Builder:
    fake = Builder()
    monkeypatch.setattr(image, "build", fake.build)
    monkeypatch.setattr(engine, "image_id", lambda _name: fake.digest)
    monkeypatch.setattr(engine, "missing_images", lambda _names: [])
    return fake


def up(folder: Path, *, is_current: bool) -> None:
    compose = Compose(folder, env={})
    compose.folder.mkdir(exist_ok=True)
    compose._images(Plan(compose.folder, STACK_PORTS, {}), is_current=is_current)


def test_an_image_that_is_still_ours_is_not_built_again(builder: Builder, tmp_path: Path) -> None:
    up(tmp_path, is_current=False)
    up(tmp_path, is_current=True)
    assert builder.builds == 1
    up(tmp_path, is_current=False)
    assert builder.builds == 2


@pytest.mark.parametrize("digest", ["", "sha256:of-another-checkout"])
def test_an_image_that_is_gone_or_anothers_is_built_again(builder: Builder, tmp_path: Path, digest: str) -> None:
    up(tmp_path, is_current=False)
    builder.digest = digest
    up(tmp_path, is_current=True)
    assert builder.digest == "sha256:own-2"


def test_a_stack_with_a_name_of_its_own_has_an_image_of_its_own(tmp_path: Path) -> None:
    plain, mine = Plan(tmp_path, STACK_PORTS, {}), Plan(tmp_path, STACK_PORTS, {"COMPOSE_PROJECT_NAME": "mine"})
    version = image.version()
    assert f"IMAGE_TAG='{version}'\n" in plain.write()
    assert f"IMAGE_TAG='{version}-mine'\n" in mine.write()
    assert (image.tag(), image.tag("mine")) == (f"notesapp:{version}", f"notesapp:{version}-mine")


@pytest.mark.parametrize(("said", "digest"), [("sha256:1f", "sha256:1f"), (None, NO_IMAGE)])
def test_compose_tells_the_digest_of_what_runs_not_of_what_was_built_last(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str | None, digest: str
) -> None:
    asked: list[Sequence[str]] = []
    running = SimpleNamespace(id="container-of-notes")
    monkeypatch.setattr(engine, "containers", lambda _project: {"notes": running})
    monkeypatch.setattr(engine, "answer", lambda words: asked.append(words) or said)
    assert Compose(tmp_path, env={}).digest() == digest
    assert asked[0][-1] == running.id
    monkeypatch.setattr(engine, "containers", lambda _project: {})
    assert Compose(tmp_path, env={}).digest() == NO_IMAGE


def test_kind_tells_the_digest_that_was_deployed_and_embedded_has_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    images = ["registry/notes@sha256:1f", "registry/notes:0.1"]
    specs = [{"spec": {"template": {"spec": {"containers": [{"image": image}]}}}} for image in images]
    monkeypatch.setattr(Kubectl, "get", lambda *_words, **_options: specs)
    assert Kind(tmp_path, env={}).digest() == "sha256:1f"
    monkeypatch.setattr(Kubectl, "get", lambda *_words, **_options: [])
    assert Kind(tmp_path, env={}).digest() == Embedded(tmp_path, env={}).digest() == NO_IMAGE


def test_of_an_image_that_cannot_be_had_is_said_whether_one_can_do_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "run", lambda *_words, **_more: run.Result(1, "", "no such host"))
    with pytest.raises(OpsError, match="cannot be had") as caught:
        image.pull([IMAGES["grafana"]])
    assert f"docker pull {IMAGES['grafana']}" in caught.value.mend
    assert "./inv up --without grafana" in caught.value.mend
    with pytest.raises(OpsError) as caught:
        image.pull([IMAGES["database"]])
    assert "--without" not in caught.value.mend
