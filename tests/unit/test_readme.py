"""What the README lists is what there is."""

import re
import tomllib

import pytest

from notes import settings
from ops.bench import suite
from ops.claims import listed
from ops.paths import ROOT
from tasks import namespace

README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
pytestmark = pytest.mark.unit


def test_the_readme_lists_every_command_with_its_own_words() -> None:
    listed = dict(re.findall(r"^\| `\./inv (\S+)` \| (.+) \|$", README, re.MULTILINE))
    tasks = {name: (namespace[name].__doc__ or "").strip().splitlines()[0] for name in namespace.task_names}
    assert listed == tasks


def test_every_claim_is_the_readmes_and_every_figure_of_the_readme_is_a_claim() -> None:
    text = " ".join(README.split())
    assert not [each.id for each in listed.claims() if each.sentence not in text]
    assert dict(re.findall(r"^\| (P\d+) \| (.+?) \|", README, re.MULTILINE)) == listed.FIGURES
    assert listed.FIGURES.keys() == {*suite.KNOWN, *suite.ON_KIND}


def test_what_is_claimed_of_a_test_names_one_that_is_there() -> None:
    for _, test in listed.TESTS.values():
        file, _, function = test.partition("::")
        assert f"def {function or 'test_'}" in (ROOT / file).read_text(), test


def test_the_docs_list_every_setting_of_the_application_with_its_default() -> None:
    listed = dict(re.findall(r"^\| `NOTES_(\w+)` \| (.+?) \|", SETTINGS, re.MULTILINE))
    default = settings.Settings()
    known = {name.upper(): getattr(default, name) for name in settings.Settings.__dataclass_fields__}
    assert listed.keys() == known.keys() | {"DATABASE_PASSWORD"}
    for name, value in known.items():
        if f"`{value}`" != listed[name]:
            assert value in ("", False, default.runtime_dir), name


def test_links_of_the_docs_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) < 200


def test_the_package_takes_its_version_from_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "notes.__version__"}
