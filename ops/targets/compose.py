"""The compose target: the whole stack as containers of a Docker engine, as compose.yaml describes it."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from ops import console, engine, failures, files, fingerprint, health, image, ports, run, stack, versions, wait
from ops.errors import OpsError
from ops.paths import ROOT, STATE
from ops.settings import OBSERVABILITY, PROJECT, PROJECT_NAME, SERVICES, STACK_PORTS, fixed_ports, load
from ops.stack import DATABASE, MIGRATIONS, Plan
from ops.targets.base import LAST_LINES, NO_IMAGE, PLAIN_ROWS, Part
from ops.targets.demo import seed_demo

READY_SECONDS = 120.0  # Loki alone waits for 15 before it says that it is ready
INTERRUPTED = 130  # 128 and SIGINT: how Compose ends by Ctrl-C
FILE, WATCH_FILE = ROOT / "compose.yaml", ROOT / "compose.watch.yaml"


class Compose:
    """One compose project, with its files in one state folder.

    `env` replaces the settings of .env and of the environment. With `ports="free"` it takes random free ports, for a
    private stack of a test; else the usual ones, or the next free, and keeps them.
    """

    name = "compose"

    def __init__(
        self, state: Path = STATE, env: Mapping[str, str] | None = None, ports: Literal["usual", "free"] = "usual"
    ) -> None:
        self.folder = state / "compose"
        self._found = load() if env is None else dict(env)
        self.project = self._found.get(PROJECT) or PROJECT_NAME
        self._image = image.tag(self.project)
        self._free_ports = ports == "free"
        self._kept = self.folder / "kept.json"  # ports and left-out parts of last time
        self._stamp = self.folder / "fingerprint"
        self._built = self.folder / "image"  # digest of the image that was built last
        self._watches = False

    def up(self, *, demo: bool = False, without: Collection[str] = (), watch: bool = False) -> None:
        """Bring every part but those in `without` up and prove it; quick when all is well already.

        `demo` seeds an account and shows it; `watch` goes on to copy changed code into the containers until Ctrl-C.
        """
        self._watches = watch
        engine.check()
        files.make_folder(self.folder)
        with self._locked():
            found = engine.containers(self.project)
            self._refuse_strangers(found)
            plan = self._plan(stack.left_out(without), found)
            stamp = self._fingerprint(plan)
            is_current = self._stamp.is_file() and self._stamp.read_text() == stamp
            if is_current and all(part.is_ready for part in self._status(plan)):
                console.say("already up: every part is ready, code and settings are unchanged")
            else:
                files.remove(self._stamp)
                self._start(plan, found, is_current=is_current)
                files.write(self._stamp, stamp)
            if demo:
                seed_demo(self.run_in)
        self._show(plan)
        if watch:
            self._watch()

    def down(self, *, wipe: bool = False) -> None:
        """Stop every part and remove its container; with `wipe` also the data, passwords and logs."""
        engine.check()
        if not self.folder.is_dir() and not engine.containers(self.project):
            console.say("already down, and there is no data")
            return
        files.make_folder(self.folder)
        with self._locked():
            self._refuse_strangers(engine.containers(self.project))
            files.remove(self._stamp)
            with console.step("stop everything" + (" and remove its data" if wipe else "")):
                words = self._words("down", "--remove-orphans", *(["--volumes"] if wipe else []))
                run.run(words, mend="./inv status")
            if wipe:
                files.remove_folder(self.folder)
                if self._image != image.tag():
                    run.run(["docker", "image", "rm", self._image], check=False, mend=engine.START_IT)

    def status(self) -> list[Part]:
        """Each part as it is found to be now: asked at the engine, then over its own port."""
        return self._status(self._remembered())

    def logs(self, part: str | None = None, *, follow: bool = False) -> None:
        """Show the last lines of a part's log, or of all; with `follow` also what comes, until Ctrl-C."""
        engine.check()
        words = ["logs", "--no-log-prefix" if part else "--timestamps", "--tail", LAST_LINES]
        if part:
            self._container(part)
        names = [part] if part else []
        run.run(
            self._words(*words, *(["--follow"] if follow else []), *names), stream=True, question=True, mend="./inv up"
        )

    def url(self, part: str) -> str:
        """Address of a part, such as http://127.0.0.1:8000. Raises OpsError before the first `up`."""
        if not self._kept.is_file():
            raise OpsError(f"'{part}' has no address yet", "the target was never up", "./inv up")
        return self._remembered().url(part)

    def digest(self) -> str:
        """Digest of the image that the container of notes was made from; `-` where there is no container."""
        found = engine.containers(self.project).get("notes")
        asked = ["docker", "inspect", "--format", "{{.Image}}"]
        return (engine.answer([*asked, found.id]) if found else None) or NO_IMAGE

    def psql(self, database: str, words: Sequence[str] = ()) -> int:
        """Run psql on that database as the application's role, on the user's terminal; returns its exit code."""
        where = ["--username", "notes", "--dbname", database]
        return self._exec(DATABASE, ["psql", *where, *words])

    def query(self, database: str, statement: str) -> str:
        """Run one statement on that database as the application's role; its rows as lines, columns parted by `|`."""
        where = ["--username", "notes", "--dbname", database, "--command", statement]
        words = ["docker", "exec", self._container(DATABASE).id[:12], "psql", *PLAIN_ROWS, *where]
        return run.run(words, question=True, mend="./inv status").out

    def shell(self, part: str) -> int:
        """Open a shell in the container of that part, on the user's terminal; returns its exit code."""
        return self._exec(part, ["sh"])

    def run_in(self, part: str, words: Sequence[str]) -> str:
        """Run a command in the container of that part; return its output. Raises OpsError when it fails."""
        if not run.is_dry():
            self._container(part)
        return run.run(self._words("exec", "-T", part, *words), mend=f"./inv logs {part}").out

    def _exec(self, part: str, words: Sequence[str]) -> int:
        found = self._container(part)
        tty = ["--interactive", *(["--tty"] if console.is_dialogue() else [])]
        return run.attach(["docker", "exec", *tty, found.id[:12], *words], mend=engine.START_IT)

    def _container(self, part: str) -> engine.Container:
        """The container of a part that is there. Raises OpsError for one that is not."""
        found = engine.containers(self.project)
        if part not in found:
            seen = f"project '{self.project}' has: {', '.join(found) or 'nothing'}"
            raise OpsError(f"no part '{part}' runs", seen, "name one of these, or: ./inv up")
        return found[part]

    def _words(self, *words: str) -> list[str | Path]:
        """A command of Compose for this project, whatever the caller's own environment says of files and profiles."""
        given = self.folder / "environment"
        env_file: list[str | Path] = ["--env-file", given if given.is_file() else "/dev/null"]
        watch: list[str | Path] = ["--file", WATCH_FILE] if self._watches else []
        return ["docker", "compose", "--project-name", self.project, *env_file, "--file", FILE, *watch, *words]

    def _locked(self) -> AbstractContextManager[None]:
        return files.locked(self.folder / "lock", mend="wait for it, then look: ./inv status")

    def _refuse_strangers(self, found: Mapping[str, engine.Container]) -> None:
        folders = {each.folder for each in found.values()} - {str(ROOT), ""}
        if folders:
            mend = f"stop them there, or set another name: {PROJECT}={self.project}-2 ./inv up"
            raise OpsError(f"project '{self.project}' is another checkout's", f"made in {', '.join(folders)}", mend)

    def _remembered(self) -> Plan:
        if not self._kept.is_file():
            return Plan(self.folder, STACK_PORTS, self._found)
        kept = json.loads(self._kept.read_text())
        return Plan(self.folder, kept["ports"], self._found, frozenset(kept["without"]))

    def _plan(self, without: frozenset[str], found: Mapping[str, engine.Container]) -> Plan:
        """What is to run. Ports that our own containers hold are kept, others are looked for."""
        chosen: dict[str, int] = dict(self._remembered().ports) if self._kept.is_file() else {}
        if self._free_ports and not chosen:
            for name in STACK_PORTS:
                chosen[name] = ports.any_free(set(chosen.values()))
        fixed = fixed_ports(self._found)
        held = {port for each in found.values() if each.state == "running" for port in each.ports.values()}
        wanted = {name: fixed.get(name, chosen.get(name, port)) for name, port in STACK_PORTS.items()}
        looked_for = {name: STACK_PORTS[name] for name, port in wanted.items() if port not in held}
        allotted, said = ports.allot({n: p for n, p in looked_for.items() if n not in without}, fixed, chosen)
        for line in said:
            console.say(line)
        plan = Plan(self.folder, wanted | allotted, self._found, without)
        files.write(self._kept, json.dumps({"ports": plan.ports, "without": sorted(without)}, indent=1))
        return plan

    def _fingerprint(self, plan: Plan) -> str:
        texts = [plan.write(), FILE.read_text(), (ROOT / "Dockerfile").read_text(), str(self._watches)]
        return fingerprint.of(*texts, *plan.parts, stack.digest_of(ROOT / "database"))

    def _status(self, plan: Plan) -> list[Part]:
        found = engine.containers(self.project)
        return [stack.part(name, found.get(name), plan.url(name)) for name in plan.parts]

    def _start(self, plan: Plan, found: Mapping[str, engine.Container], *, is_current: bool) -> None:
        """The whole way up. What watches starts beside the database, because Loki takes longest."""
        keep = ["--no-recreate"] if is_current else []  # what runs of an unchanged stack is left alone
        self._images(plan, is_current=is_current)
        with console.step("database"):
            self._leave_out(plan, found)
            self._compose_up(*keep, DATABASE, *plan.observability)
            self._until(plan, [DATABASE])
        if not is_current or any(name not in found for name in MIGRATIONS):
            with console.step("migrations"):
                self._compose_up("--force-recreate", *MIGRATIONS)
                self._until_migrated()
        with console.step("services") as step:
            step.note = ", ".join(SERVICES)
            self._compose_up(*keep, *SERVICES)
            self._until(plan, SERVICES)
        if plan.observability:
            with console.step("observability") as step:
                step.note = ", ".join(plan.observability)
                self._until(plan, plan.observability)

    def _images(self, plan: Plan, *, is_current: bool) -> None:
        if not is_current or not self._has_own_image():
            with console.step("image") as step:
                step.note = image.build(self._image)
                files.write(self._built, engine.image_id(self._image))
        wanted = [versions.IMAGES[part] for part in plan.parts if part in versions.IMAGES]
        if missing := engine.missing_images(wanted):
            with console.step("images") as step:
                step.note = ", ".join(missing)
                image.pull(missing)

    def _has_own_image(self) -> bool:
        """Whether the name of the image still stands for what was built here: another checkout may have taken it."""
        found = engine.image_id(self._image)
        return bool(found) and self._built.is_file() and self._built.read_text() == found

    def _leave_out(self, plan: Plan, found: Mapping[str, engine.Container]) -> None:
        extra = [part for part in OBSERVABILITY if part in found and part not in plan.parts]
        if extra:
            run.run(self._words("rm", "--stop", "--force", *extra), mend="./inv status")

    def _compose_up(self, *words: str) -> None:
        done = run.run(self._words("up", "--detach", "--no-deps", "--no-build", *words), check=False, mend="./inv logs")
        if done.code:
            raise failures.not_created(run.explain(done))

    def _until(self, plan: Plan, names: Sequence[str]) -> None:
        """Return when these parts are ready; raise OpsError as soon as one of them cannot become so."""
        before = {each.service: each.restarts for each in engine.containers(self.project).values()}

        def probe() -> None:
            found = engine.containers(self.project)
            states = [stack.part(name, found.get(name), plan.url(name)) for name in names]
            for name in names:
                if failures.is_hopeless(found.get(name), before.get(name, 0)):
                    raise failures.not_starting(found[name], self.project)
            if waiting := [state for state in states if not state.is_ready]:
                raise wait.Pending(", ".join(f"{state.name} {state.state}" for state in waiting))

        what = f"{', '.join(names)} to be ready"
        wait.until(probe, what, seconds=READY_SECONDS, every=0.2, mend="./inv logs, then ./inv up")

    def _until_migrated(self) -> None:
        def probe() -> None:
            found = engine.containers(self.project)
            for name in MIGRATIONS:
                if name not in found or found[name].state != "exited":
                    raise wait.Pending(f"{name} {found[name].state if name in found else 'not made'}")
                if found[name].exit_code:
                    raise failures.not_migrated(found[name], found[DATABASE])

        wait.until(probe, "the migrations to end", seconds=READY_SECONDS, mend=f"./inv logs {MIGRATIONS[0]}")

    def _watch(self) -> None:
        code = run.attach(self._words("watch", "--no-up"), mend="./inv logs")
        if code not in (0, INTERRUPTED):
            raise OpsError("changed code is no longer brought in", f"exit code {code}", "./inv up --watch")
        console.say("watches no more, everything runs on; next: ./inv up, ./inv down")

    def _show(self, plan: Plan) -> None:
        """End with addresses that have just been fetched."""
        if run.is_dry():
            return
        pages = {part: plan.url(part) + stack.FIRST_PAGES[part] for part in plan.parts if part != DATABASE}
        console.table(("part", "address", "fetched"), health.fetched(pages))
        console.say("next: ./inv status, ./inv logs -f notes, ./inv psql, ./inv down")
