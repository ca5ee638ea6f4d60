"""The kind target: the application in a namespace of a cluster of several nodes, behind a gateway."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from ops import console, deploy, evidence, files, http, kindstack, manifests, monitoring, pods, run
from ops.cluster import lifecycle, secrets
from ops.cluster.place import place
from ops.errors import OpsError
from ops.kindstack import DATABASE, MONITORING
from ops.marks import LokiMarks
from ops.paths import STATE
from ops.ports import HOST
from ops.settings import SERVICES, load
from ops.targets.base import DOWN, LAST_LINES, NO_IMAGE, PLAIN_ROWS, READY, Part
from ops.targets.demo import seed_demo

FOLLOWED_AT_ONCE = "50"  # kubectl follows 5 containers unless told otherwise; this holds every pod of the HPA's six
OVERLAY = "dev"


def private_hosts(namespace: str) -> dict[str, str]:
    """Names at the gateway for a namespace that is not an overlay's own."""
    return {part: f"{part}.{namespace}.localhost" for part in SERVICES}


class Kind:
    """One namespace of one cluster, made from an overlay.

    `env` replaces the settings of .env and of the environment. With `namespace` it is another than the overlay's own;
    then `hosts` gives each route a name of its own, because the gateway is one for the whole cluster.
    """

    name = "kind"

    def __init__(
        self,
        state: Path = STATE,
        env: Mapping[str, str] | None = None,
        *,
        overlay: str = OVERLAY,
        namespace: str | None = None,
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        self._found = load() if env is None else dict(env)
        self.place = place(self._found, state)
        self.overlay, self.namespace = overlay, namespace or overlay
        self._given_hosts = dict(hosts or {})
        self.folder = self.place.folder / self.namespace
        self.kubectl = self.place.kubectl.within(self.namespace)
        self._kept = self.folder / "kept.json"  # left-out parts of last time
        self._stamp = self.folder / "fingerprint"

    def up(self, *, demo: bool = False, without: Collection[str] = (), watch: bool = False) -> None:
        """Bring the cluster, and every part but those in `without`, up and prove it; quick when all is well already.

        `demo` seeds an account and shows it. Raises OpsError for `watch`, which this target has not.
        """
        if watch:
            raise OpsError("--watch is for the target compose", "pods run images only", "./inv up --on compose --watch")
        watched = kindstack.watched(without)
        lifecycle.up(self.place, kindstack.images(watched))
        image = lifecycle.deliver(self.place)
        files.make_folder(self.folder)
        with files.locked(self.folder / "lock", mend="wait for it, then look: ./inv status --on kind"):
            texts = secrets.write(self.folder / "secrets", self._found)
            objects = self.objects(image)
            stamp = _digest([objects, monitoring.render(watched, namespace=self.namespace), texts])
            if self._stamp.is_file() and self._stamp.read_text() == stamp and self._is_ready():
                console.say("already up: every part is ready, image and manifests are unchanged")
            else:
                files.remove(self._stamp)
                self._start(objects, texts, watched)
                self._mark(image, watched)
                files.write(self._stamp, stamp)
            if demo:
                seed_demo(self.run_in)
        self._show()

    def down(self, *, wipe: bool = False) -> None:
        """Stop every part; the cluster stays. With `wipe` also remove the namespaces with their data."""
        if not self.folder.is_dir():
            console.say("already down, and there is no data")
            return
        with files.locked(self.folder / "lock", mend="wait for it, then look: ./inv status --on kind"):
            files.remove(self._stamp)
            kept = [self.kubectl, *(self.place.kubectl.within(name) for name in self._monitoring())]
            with console.step("stop everything" + (" and remove its data" if wipe else "")):
                for each in kept:
                    (deploy.wipe if wipe else deploy.stop)(each)
            if wipe:
                files.remove_folder(self.folder)

    def status(self) -> list[Part]:
        """Each part as the cluster says it is now; those with a route were asked through the gateway, too."""
        return [Part(DATABASE, DOWN, "-", "")] if not self.place.kubeconfig.is_file() else self._parts()

    def logs(self, part: str | None = None, *, follow: bool = False) -> None:
        """Show the last lines of the logs of a part's pods, or of the namespace's; with `follow` also what comes."""
        where, selector = self.kubectl, kindstack.PART_OF
        if part:
            found = self._workload(part)
            where, selector = found.kubectl, f"{kindstack.NAME}={found.label}"
        words = ["logs", "--selector", selector, "--all-containers", "--prefix", "--tail", LAST_LINES]
        more = ["--follow", "--max-log-requests", FOLLOWED_AT_ONCE] if follow else []
        run.run(where.words(*words, *more), stream=True, question=True, mend="./inv status --on kind")

    def url(self, part: str) -> str:
        """Address of a part at the gateway, such as http://127.0.0.1:8080 or http://jobs.localhost:8080."""
        if part not in self.hosts:
            mend = f"any of: {', '.join(self.hosts)}"
            raise OpsError(f"'{part}' has no address outside of the cluster", "no HTTPRoute leads to it", mend)
        return f"http://{self.hosts[part] or HOST}:{self.place.gateway_port}"

    def digest(self) -> str:
        """Digest that the Deployments of notes name; `-` where there is none."""
        found = self.kubectl.get("deployments", "--selector", f"{kindstack.NAME}=notes", check=False)
        return ", ".join(sorted({digest for each in found for digest in _digests(each)})) or NO_IMAGE

    def psql(self, database: str, words: Sequence[str] = ()) -> int:
        """Run psql on that database as the application's role, on the user's terminal; returns its exit code."""
        return self._exec(DATABASE, ["psql", "--username", "notes", "--dbname", database, *words])

    def query(self, database: str, statement: str) -> str:
        """Run one statement on that database as the application's role; its rows as lines, columns parted by `|`."""
        words = ["psql", *PLAIN_ROWS, "--username", "notes", "--dbname", database, "--command", statement]
        return self.run_in(DATABASE, words)

    def shell(self, part: str) -> int:
        """Open a shell in a container of that part, on the user's terminal; returns its exit code."""
        return self._exec(part, ["sh"])

    def run_in(self, part: str, words: Sequence[str]) -> str:
        """Run these words in a ready pod of that part, and return what they say on standard output."""
        found = self._workload(part)
        ready = [pod for pod in found.kubectl.get("pods", "--selector", found.selector) if pods.is_ready(pod)]
        if not ready and not run.is_dry():
            raise OpsError(f"no pod of '{part}' is ready", found.state, f"./inv logs {part} --on kind")
        pod = ready[0]["metadata"]["name"] if ready else found.name
        return found.kubectl.do("exec", pod, "--", *words, mend=f"./inv logs {part} --on kind").out

    def objects(self, image: str | None = None) -> list[dict[str, Any]]:
        """The manifests of this namespace; without `image` with the tag that `kubectl apply -k` takes.

        Links in mails lead to the gateway at its port here, whatever the overlay says.
        """
        return self._render(image, [manifests.setting("notes", "NOTES_PUBLIC_URL", self.url("notes"))])

    @cached_property
    def hosts(self) -> dict[str, str]:
        """The name at the gateway by part; empty for the one that has every name nobody else has."""
        found = {
            route["metadata"]["name"]: next(iter(route["spec"].get("hostnames", ())), "")
            for route in manifests.of_kind(self._render(), "HTTPRoute")
        }
        return {part: found[part] for part in SERVICES if part in found}

    def _render(self, image: str | None = None, patches: Sequence[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
        other = self.namespace if self.namespace != self.overlay else None
        hosts = self._given_hosts
        return manifests.render(self.overlay, namespace=other, image=image, hosts=hosts, patches=patches)

    def fetch(self, part: str, path: str = "/") -> http.Answer:
        """Ask that part through the gateway."""
        return http.get(f"http://{HOST}:{self.place.gateway_port}{path}", host=self.hosts[part])

    def _start(self, objects: Sequence[dict[str, Any]], texts: Mapping[str, str], watched: Sequence[str]) -> None:
        given = secrets.objects(texts, self.namespace, secrets.SECRETS)
        with evidence.kept(self.kubectl):
            deploy.deploy(self.kubectl, objects, given)
        files.write(self._kept, json.dumps({"watched": list(watched)}))
        if watched:
            with evidence.kept(self.place.kubectl.within(MONITORING)):
                kindstack.deploy_watching(self.place.kubectl, watched, texts, self.namespace)

    def _mark(self, image: str, watched: Sequence[str]) -> None:
        """A mark on the dashboards, where Loki is: what was deployed, by the start of its digest."""
        if "loki" in watched and not run.is_dry():
            url, host = f"http://{HOST}:{self.place.gateway_port}", monitoring.HOSTS["loki"]
            kindstack.until_answered("loki", partial(http.get, f"{url}/ready", host=host))
            digest = image.rpartition(":")[2][:12]
            LokiMarks(url, self.name, host).put("deploy", f"{digest} to {self.namespace}", image=image)

    def _monitoring(self) -> Sequence[str]:
        """Namespaces of what watches, where this namespace brought it."""
        kept = json.loads(self._kept.read_text()) if self._kept.is_file() else {}
        return kindstack.NAMESPACES if kept.get("watched") else ()

    def _workloads(self) -> list[kindstack.Workload]:
        where = [self.kubectl, *(self.place.kubectl.within(name) for name in self._monitoring())]
        return [found for each in where for found in kindstack.workloads(each)]

    def _workload(self, part: str) -> kindstack.Workload:
        found = {each.part: each for each in self._workloads()}
        if part not in found:
            seen = f"namespace '{self.namespace}' has: {', '.join(found) or 'nothing'}"
            raise OpsError(f"no part '{part}' runs", seen, "name one of these, or: ./inv up --on kind")
        return found[part]

    def _parts(self) -> list[Part]:
        parts = []
        for found in self._workloads():
            state = found.state
            if state == READY and found.part in self.hosts:
                answer = self.fetch(found.part, "/readyz")
                state = READY if answer.status == 200 else f"not ready: {answer.status or answer.text}"
            address = self.url(found.part) if found.part in self.hosts else found.inside
            parts.append(Part(found.part, state, address, found.since))
        return parts or [Part(part, DOWN, "-", "") for part in (DATABASE, *SERVICES)]

    def _is_ready(self) -> bool:
        parts = self.status()
        return {DATABASE, *SERVICES} <= {part.name for part in parts} and all(part.is_ready for part in parts)

    def _exec(self, part: str, words: Sequence[str]) -> int:
        found = self._workload(part)
        tty = ["--stdin", *(["--tty"] if console.is_dialogue() else [])]
        return run.attach(found.kubectl.words("exec", *tty, found.name, "--", *words), mend="./inv status --on kind")

    def _show(self) -> None:
        """End with addresses that have just been fetched."""
        if run.is_dry():
            return
        rows = []
        for part in self.hosts:
            path = kindstack.FIRST_PAGES[part]
            kindstack.until_answered(part, partial(self.fetch, part, path))
            rows.append((part, self.url(part) + path, "200"))
        console.table(("part", "address", "fetched"), rows)
        for host in self.hosts.values():
            if host and not host.endswith(".localhost"):  # those every browser takes to this machine by itself
                console.say(f"nobody resolves it: curl -H 'Host: {host}' http://{HOST}:{self.place.gateway_port}/")
        console.say("next: ./inv status --on kind, ./inv logs notes --on kind -f, ./inv loadtest, ./inv down --on kind")


def _digests(deployment: Mapping[str, Any]) -> list[str]:
    images = [each["image"] for each in deployment["spec"]["template"]["spec"]["containers"]]
    return [digest for _, _, digest in (image.partition("@") for image in images) if digest]


def _digest(found: Any) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()
