"""Watches pods and endpoints while they are hit, and asks from outside who answers: all on this machine's clock."""

import asyncio
import csv
import json
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

from ops import http, kubeapi
from ops.chaos import sights
from ops.chaos.pods import COMPONENT, DATABASE, DEPLOYMENT, NAME, NOTES
from ops.chaos.recovery import Injury
from ops.chaos.sights import SLICE, Sight
from ops.ledger.client import Address

FILE = "watch.csv"
SERVICES = {DEPLOYMENT: NOTES, DATABASE: DATABASE}
"""Services whose endpoints are watched, with the label of their pods; the first one's are the floor."""

SELECTOR = f"{NAME} in ({','.join(SERVICES.values())}),{COMPONENT} notin (migrate)"
ASK_SECONDS = 0.1  # between two questions of who answers: with two pods, a new one is found after 0.2 s or so
AGAIN_SECONDS = 0.3  # after a watch that ended
END_SECONDS = 5.0
Follow = Callable[[Any], Coroutine[Any, Any, None]]


class Watch:
    """Records sights in threads of its own from its beginning to its end; then they are in `watch.csv` of `folder`.

    The API may be away for a while: it is asked again until it answers.
    """

    def __init__(self, kubeconfig: Path, context: str, namespace: str, address: Address, folder: Path) -> None:
        self._where, self._namespace = (kubeconfig, context, namespace), namespace
        self._address, self._folder = address, folder
        self._over, self._seen = threading.Event(), list[Sight]()
        self._told: set[tuple[str, int]] = set()  # a watch that begins again tells old events again
        self._threads = [
            threading.Thread(target=do, name=f"watch-{namespace}", daemon=True) for do in (self._look, self._ask)
        ]

    def __enter__(self) -> "Watch":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(END_SECONDS)
        self.write(self._folder / FILE)

    @property
    def sights(self) -> list[Sight]:
        """What was seen so far, in its order."""
        return sorted(self._seen)

    def write(self, path: Path) -> None:
        """Write what was seen as CSV."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(sights.COLUMNS)
            writer.writerows([f"{each.t:.6f}", *each[1:]] for each in self.sights)

    def told(self, injury: Injury) -> Injury:
        """The injury with all that was seen of it: parts, floor, restarts, grace."""
        seen, span, who = self.sights, (injury.began, injury.until), injury.pods
        first = next(iter(SERVICES))
        service = next((name for name, part in SERVICES.items() if injury.part == part), first)
        return replace(
            injury,
            parts=sights.parts(seen, *span, who, service) if who else {},
            floor=sights.floor(seen, *span, first),
            restarts=sights.restarts(seen, *span, who),
            grace=sights.grace(seen, *span, who, service),
        )

    def ready(self) -> list[tuple[float, int]]:
        """How many pods of the first service got requests, from each of these moments on."""
        first = next(iter(SERVICES))
        return [(each.t, len(each.words.split())) for each in self.sights if each.kind == SLICE and each.name == first]

    def _ask(self) -> None:
        """Who answers, on a new connection each time, so that the gateway chooses anew."""
        while not self._over.wait(ASK_SECONDS):
            answer = http.get(f"{self._address.url}/version", host=self._address.host or "")
            if answer.status == 200:
                self._seen.append(Sight(time.time(), sights.ANSWER, str(json.loads(answer.text).get("pod", ""))))

    def _look(self) -> None:
        kubeapi.run(self._follow_all())

    async def _follow_all(self) -> None:
        follows: list[Follow] = [self._pods, self._events, *(self._slices(name) for name in SERVICES)]
        tasks = [asyncio.create_task(self._again(each)) for each in follows]
        while not self._over.is_set():
            await asyncio.sleep(ASK_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _again(self, follow: Follow) -> None:
        """Follow; when that ends, whatever the reason, begin again."""
        while True:
            try:
                async with kubeapi.connected(*self._where) as api:
                    await follow(api)
            except Exception:  # noqa: BLE001 - a gap: what was missed shows as parts that nobody saw
                pass
            await asyncio.sleep(AGAIN_SECONDS)

    async def _pods(self, api: Any) -> None:
        from kr8s.asyncio.objects import Pod

        known: dict[str, Sight] = {}
        async for what, pod in api.watch(Pod, namespace=self._namespace, label_selector=SELECTOR):
            seen = sights.of_pod(time.time(), pod.raw)
            if what == "DELETED":
                seen = seen._replace(words=sights.GONE)
            if known.get(seen.uid, Sight(0, "", ""))[1:] != seen[1:]:
                self._seen.append(seen)
            known[seen.uid] = seen

    async def _events(self, api: Any) -> None:
        from kr8s.asyncio.objects import Event

        async for what, event in api.watch(Event, namespace=self._namespace):
            one = event.raw["metadata"]["uid"], int(event.raw.get("count") or 1)
            if what != "DELETED" and one not in self._told and event.raw.get("reason") == sights.PULLED:
                self._told.add(one)
                self._seen.append(sights.of_event(time.time(), event.raw))

    def _slices(self, service: str) -> Follow:
        async def follow(api: Any) -> None:
            from kr8s.asyncio.objects import new_class

            kind = new_class("EndpointSlice", version="discovery.k8s.io/v1", asyncio=True, namespaced=True)
            label = f"kubernetes.io/service-name={service}"
            async for what, found in api.watch(kind, namespace=self._namespace, label_selector=label):
                if what != "DELETED":
                    self._seen.append(sights.of_slice(time.time(), found.raw, service))

        return follow
