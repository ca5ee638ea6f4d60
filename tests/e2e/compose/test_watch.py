"""`up --watch`: what is changed in a checkout, a copy of this one, is what the containers answer with."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops import image, ports
from ops.paths import ROOT
from ops.settings import PORT_NAMES, PORTS, PROJECT
from tests.support import containers
from tests.support.drills import KILL_WORKERS
from tests.support.wire import Http

pytestmark = pytest.mark.timeout(400)

UP_SECONDS = 240.0  # on a machine busy with other stacks
SEEN_SECONDS = 30.0  # until a change must have come; how long it takes is printed
NEEDED = ("notes", "services", "ops", "database", "observability", "requirements")
FILES = ("tasks.py", "Dockerfile", ".dockerignore", "compose.yaml", "compose.watch.yaml")


@dataclass
class Watch:
    """A command `up --watch` at work in a copy of the checkout."""

    folder: Path
    process: subprocess.Popen[str]
    log: Path
    urls: dict[str, str]
    project: str

    def container(self, part: str) -> str:
        return f"{self.project}-{part}-1"

    def change(self, path: str, before: str, after: str) -> None:
        file = self.folder / path
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))

    def until(self, part: str, path: str, expected: str) -> float:
        """Seconds until the part answers this path with that text, and with nothing else three times after."""
        started = time.monotonic()
        while True:
            answer = self.ask(part, path)
            seconds = time.monotonic() - started
            if expected in answer and all(expected in self.ask(part, path) for _ in range(3)):
                return seconds
            assert seconds < SEEN_SECONDS, f"{part}{path} says {answer!r}, not {expected!r}\n{self.log.read_text()}"
            time.sleep(0.02)

    def until_logged(self, part: str, text: str) -> None:
        deadline = time.monotonic() + SEEN_SECONDS
        words = ["docker", "logs", self.container(part)]
        while text not in subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout:
            assert time.monotonic() < deadline, f"{part} has not logged {text!r}"
            time.sleep(0.1)

    def ask(self, part: str, path: str) -> str:
        try:
            return Http(self.urls[part]).send("GET", path).text
        except OSError as error:
            return repr(error)


@pytest.fixture(scope="module")
def watch(engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:  # noqa: ARG001
    """The command itself, up, with a stack of its own."""
    folder = tmp_path_factory.mktemp("watch")
    for name in NEEDED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy2(ROOT / name, folder / name)
    project, log = f"notes-test-{uuid.uuid4().hex[:8]}", folder / "watch.log"
    chosen: dict[str, int] = {}
    for part in ("database", *PORTS):
        chosen[part] = ports.any_free(set(chosen.values()))
    env = {name: value for name, value in os.environ.items() if not name.startswith("NOTES_")}
    env |= {PROJECT: project, **{PORT_NAMES[part]: str(port) for part, port in chosen.items()}}
    words = [sys.executable, "-P", "-m", "invoke", "--search-root", str(folder)]
    words += ["up", "--on", "compose", "--minimal", "--watch"]
    with log.open("w") as out:
        process = subprocess.Popen(
            words, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, text=True,
            start_new_session=True,
        )  # fmt: skip
    try:
        started = time.monotonic()
        while "Watch enabled" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() - started < UP_SECONDS, log.read_text()
            time.sleep(0.1)
        yield Watch(folder, process, log, {part: f"http://127.0.0.1:{chosen[part]}" for part in PORTS}, project)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # with what Compose started, which else would watch for ever
            process.wait()
        containers.docker("compose", "--project-name", project, "down", "--volumes", "--timeout", "5")
        containers.docker("image", "rm", image.tag(project), check=False)


@pytest.mark.parametrize("number", range(3))
def test_a_change_of_what_all_services_share_reaches_all_of_them(watch: Watch, number: int) -> None:
    init = watch.folder / "notes" / "__init__.py"
    version = f"9.9.{number}"
    init.write_text(re.sub(r'__version__ = ".+"', f'__version__ = "{version}"', init.read_text()))
    started = time.monotonic()
    for part in PORTS:
        watch.until(part, "/version", version)
        print(f"{part} has what was changed in notes/ after {time.monotonic() - started:.2f} s")


@pytest.mark.parametrize("number", range(3))
def test_a_change_of_a_page_is_on_the_page(watch: Watch, number: int) -> None:
    before = "</h1>" if not number else f"mark-{number - 1}</h1>"
    watch.change("notes/web/templates/sign_in.html", before, f"mark-{number}</h1>")
    print(f"the page is another after {watch.until('notes', '/signin/', f'mark-{number}'):.2f} s")


@pytest.mark.parametrize("number", range(3))
def test_a_change_of_a_service_reaches_it_and_leaves_the_others(watch: Watch, number: int) -> None:
    before = "/hello" if not number else f"/hello{number - 1}"
    watch.change("services/jobs.py", f'"{before}"', f'"/hello{number}"')
    print(f"jobs has what was changed after {watch.until('jobs', f'/hello{number}', 'ello'):.2f} s")


def test_a_mistake_in_the_code_lasts_until_it_is_mended(watch: Watch) -> None:
    watch.change("notes/settings.py", "import os\n", "import os, (\n")  # what gunicorn's own settings import
    watch.until_logged("notes", "waits for a change of the code")
    watch.change("notes/settings.py", "import os, (\n", "import os\n")
    for part in PORTS:
        print(f"{part} is back after {watch.until(part, '/readyz', 'ready'):.2f} s")


def test_a_new_file_comes_and_a_removed_one_goes(watch: Watch) -> None:
    (watch.folder / "services" / "extra.py").write_text("SAID = 'a new file'\n")
    watch.change("services/hello.py", "import os\n", "import os\nfrom services.extra import SAID\n")
    watch.change("services/hello.py", '"Hello World!"', "SAID")
    watch.until("hello", "/", "a new file")
    watch.change("services/hello.py", "from services.extra import SAID", 'SAID = "without it"')
    (watch.folder / "services" / "extra.py").unlink()
    watch.until("hello", "/", "without it")
    deadline = time.monotonic() + SEEN_SECONDS
    while "extra.py" in containers.docker("exec", watch.container("hello"), "ls", "services"):
        assert time.monotonic() < deadline, watch.log.read_text()
        time.sleep(0.1)


def test_no_request_is_refused_while_code_changes(watch: Watch) -> None:
    served, over = [], threading.Event()

    def visit() -> None:
        while not over.is_set():
            served.append(Http(watch.urls["hello"]).send("GET", "/livez").status)

    thread = threading.Thread(target=visit)
    thread.start()
    try:
        watch.change("services/hello.py", "without it", "with visitors")
        watch.until("hello", "/", "with visitors")
    finally:
        over.set()
        thread.join()
    assert len(served) > 10
    assert set(served) == {200}


def test_a_killed_server_comes_back(watch: Watch) -> None:
    containers.docker("exec", watch.container("jobs"), "python", "-c", KILL_WORKERS)
    watch.until_logged("jobs", "killed, started again")
    watch.until("jobs", "/livez", "ok")


def test_ctrl_c_ends_the_command_and_nothing_else(watch: Watch) -> None:
    os.killpg(watch.process.pid, signal.SIGINT)
    assert watch.process.wait(30) == 0, watch.log.read_text()
    told = watch.log.read_text()
    assert "Traceback" not in told
    assert "watches no more, everything runs on" in told.splitlines()[-1]
    for part in PORTS:
        watch.until(part, "/livez", "ok")


def test_the_containers_stop_without_being_killed(watch: Watch) -> None:
    started = time.monotonic()
    containers.docker("compose", "--project-name", watch.project, "stop", "notes")
    print(f"notes stopped after {time.monotonic() - started:.1f} s")
    state = json.loads(containers.docker("inspect", watch.container("notes")))[0]["State"]
    assert (state["ExitCode"], state["OOMKilled"]) == (0, False)
