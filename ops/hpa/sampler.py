"""Looks at an autoscaler once a second, and at its pods all the time, until it is told to stop."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ops import kubeapi
from ops.hpa.lives import Lives, blind, event, look
from ops.hpa.samples import Event, Pod, Scale, write

EVERY_SECONDS = 1.0
EVENTS_EVERY_SECONDS = 5.0
PAUSE_SECONDS = 0.5  # before the pods are watched again when that ended
END_SECONDS = 4 * kubeapi.TIMEOUT_SECONDS  # to connect, to shake hands, and for the two answers of a look
SCALE, PODS, EVENTS = "cluster.csv", "pods.csv", "events.csv"
Manifest = dict[str, Any]


class Sampler:
    """Records the HPA `name` of a namespace, the Deployment it scales and its pods, in a thread of its own.

    The API may be away: what was not seen is recorded as a gap with its reason, and the looking goes on.
    """

    def __init__(self, kubeconfig: Path, context: str, namespace: str, name: str = "notes-stable") -> None:
        """Prepare to look; nothing is asked yet."""
        self._where, self._namespace, self._name = (kubeconfig, context, namespace), namespace, name
        self._stop, self._lives = threading.Event(), Lives(time.time())
        self._events: dict[str, Event] = {}
        self.scales: list[Scale] = []
        self._thread = threading.Thread(target=self._run, name=f"sampler-{namespace}", daemon=True)

    def __enter__(self) -> "Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the looking; what was seen stays."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(END_SECONDS)

    @property
    def last(self) -> Scale | None:
        """The last look, if there was one."""
        return self.scales[-1] if self.scales else None

    @property
    def pods(self) -> list[Pod]:
        """The pods seen so far."""
        return self._lives.pods

    @property
    def events(self) -> list[Event]:
        """The events seen so far, in their order."""
        return sorted(self._events.values())

    def write(self, folder: Path) -> None:
        """Write what was seen into cluster.csv, pods.csv and events.csv of that folder."""
        write(folder / SCALE, Scale, self.scales)
        write(folder / PODS, Pod, self.pods)
        write(folder / EVENTS, Event, self.events)

    def _run(self) -> None:
        kubeapi.run(self._look_around())

    async def _look_around(self) -> None:
        watching = asyncio.create_task(self._watch())
        await asyncio.gather(
            self._every(EVERY_SECONDS, self._look), self._every(EVENTS_EVERY_SECONDS, self._see_events)
        )
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    async def _every(self, seconds: float, ask: Callable[[Any], Awaitable[None]]) -> None:
        """Ask at each full step of the clock, with a connection that is made again when an answer failed.

        A question is not cut off: one that is shaking hands would leave its socket open.
        """
        while not self._stop.is_set():
            try:
                async with kubeapi.connected(*self._where) as api:
                    while not self._stop.is_set():
                        await ask(api)
                        await self._until_next(seconds)
            except Exception as error:  # noqa: BLE001 - whatever it was, it is a gap, and the next look is due
                self._missed(ask, error)
                await self._until_next(seconds)

    async def _until_next(self, seconds: float) -> None:
        """Sleep until the next full step of the clock, or until the looking ends."""
        due = time.time() + seconds - time.time() % seconds
        while not self._stop.is_set() and (left := due - time.time()) > 0:
            await asyncio.sleep(min(left, EVERY_SECONDS))

    def _missed(self, ask: object, error: Exception) -> None:
        if ask == self._look:
            self.scales.append(blind(time.time(), str(error) or type(error).__name__))

    async def _look(self, api: Any) -> None:
        from kr8s.asyncio.objects import Deployment, HorizontalPodAutoscaler

        # one after the other: two questions at once would need two connections
        hpa = await self._one(api, HorizontalPodAutoscaler)
        self.scales.append(look(time.time(), hpa, await self._one(api, Deployment)))

    async def _one(self, api: Any, kind: type) -> Manifest | None:
        selector = f"metadata.name={self._name}"
        found = [each async for each in api.get(kind, namespace=self._namespace, field_selector=selector, raw=True)]
        return found[0] if found else None

    async def _see_events(self, api: Any) -> None:
        from kr8s.asyncio.objects import Event as Kind

        async for raw in api.get(Kind, namespace=self._namespace, raw=True):
            self._events[raw["metadata"]["uid"]] = event(raw)

    async def _watch(self) -> None:
        """Follow the pods; when the watch ends, whatever the reason, list them and watch again."""
        while not self._stop.is_set():
            try:
                async with kubeapi.connected(*self._where) as api:
                    await self._follow(api)
            except Exception:  # noqa: BLE001 - the looks record that the API is away
                await asyncio.sleep(PAUSE_SECONDS)

    async def _follow(self, api: Any) -> None:
        from kr8s.asyncio.objects import Deployment
        from kr8s.asyncio.objects import Pod as Kind

        deployment = await self._one(api, Deployment)
        if deployment is None:
            raise LookupError(self._name)
        labels = deployment["spec"]["selector"]["matchLabels"]
        there = [each async for each in api.get(Kind, namespace=self._namespace, label_selector=labels, raw=True)]
        self._lives.only(time.time(), {each["metadata"]["uid"] for each in there})
        async for what, pod in api.watch(Kind, namespace=self._namespace, label_selector=labels):
            if what == "DELETED":
                self._lives.gone(time.time(), pod.raw["metadata"]["uid"])
            else:
                self._lives.see(time.time(), pod.raw)
