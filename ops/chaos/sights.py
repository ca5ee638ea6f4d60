"""What was seen of pods while they were hit, and what that says of a healing. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

POD, SLICE, EVENT, ANSWER = "pod", "slice", "event", "answer"
GONE, DELETING, SCHEDULED, STARTED, READY = "gone", "deleting", "scheduled", "started", "ready"
PULLED = "Pulled"
PARTS = ("noticed", "out", "rescheduled", "image", "started", "ready", "answered")
"""The parts of a healing, in their order; each in seconds from the moment a pod was hit.

noticed: the API says of it that it is not as it was. out: no longer among the endpoints. rescheduled: a pod in its
place has a node. image: its image is on that node. started: its container runs. ready: it is Ready. answered: its first
answer to a client outside. A container that starts again in its own pod has no rescheduled.
"""
COLUMNS = ("t", "kind", "name", "uid", "words", "container", "restarts", "ended")
Manifest = Mapping[str, Any]


class Sight(NamedTuple):
    """Something seen at a moment (unix seconds), by `kind`.

    pod: its `words` are which of GONE to READY hold; `ended` is when its container ended, by the node's clock and in
    whole unix seconds, and 0 while it has not. slice: endpoints of the service `name`; `words` are the uids of
    the pods that get requests. event: its reason, about the pod `name`. answer: by the pod `name`.
    """

    t: float
    kind: str
    name: str
    uid: str = ""
    words: str = ""
    container: str = ""
    restarts: int = 0
    ended: float = 0.0

    def has(self, word: str) -> bool:
        """Whether that is one of its words."""
        return word in self.words.split()


def of_pod(t: float, pod: Manifest) -> Sight:
    """What the API says of a pod."""
    meta, status = pod["metadata"], pod.get("status", {})
    conditions = {each["type"] for each in status.get("conditions") or () if each["status"] == "True"}
    containers = status.get("containerStatuses") or []
    told = {
        DELETING: "deletionTimestamp" in meta,
        SCHEDULED: "PodScheduled" in conditions,
        STARTED: bool(containers) and all("running" in (each.get("state") or {}) for each in containers),
        READY: "Ready" in conditions,
    }
    words = " ".join(word for word, is_so in told.items() if is_so)
    (first, *_) = containers or [{}]
    terminated = (first.get("state") or {}).get("terminated") or {}
    ended = datetime.fromisoformat(terminated["finishedAt"]).timestamp() if terminated.get("finishedAt") else 0.0
    container, restarts = first.get("containerID", ""), int(first.get("restartCount") or 0)
    return Sight(t, POD, meta["name"], meta["uid"], words, container, restarts, ended)


def of_slice(t: float, found: Manifest, service: str) -> Sight:
    """What the API says of the endpoints of a service; a pod on its way out gets no new requests."""
    ready = [each for each in found.get("endpoints") or () if (each.get("conditions") or {}).get("ready")]
    return Sight(
        t, SLICE, service, "", " ".join(sorted((each.get("targetRef") or {}).get("uid", "") for each in ready))
    )


def of_event(t: float, found: Manifest) -> Sight:
    """What the API says has happened to a pod."""
    about = found.get("involvedObject") or {}
    return Sight(t, EVENT, about.get("name", ""), about.get("uid", ""), found.get("reason", ""))


def parts(
    sights: Sequence[Sight], began: float, until: float, victims: Sequence[str], service: str
) -> dict[str, float]:
    """How long each of PARTS took after these pods (uids) were hit at `began`; the slowest of several counts.

    What was not seen before `until` is left out. Pods that are not replaced but start again in their place are told
    by their container.
    """
    inside = [each for each in sights if began <= each.t < until]
    before = {each.uid: each for each in sights if each.kind == POD and each.t < began and each.uid in victims}
    found = {"noticed": _latest(_noticed(inside, before[uid]) for uid in victims if uid in before)}
    found["out"] = _first(each.t for each in inside if each.kind == SLICE and each.name == service
                          and not set(each.words.split()) & set(victims))  # fmt: skip
    old = {each.uid for each in sights if each.kind == POD and each.t < began}
    births: dict[str, str] = {}
    families = {each.name.rpartition("-")[0] for each in before.values()}
    for each in inside:
        if each.kind == POD and each.uid not in old and each.name.rpartition("-")[0] in families:
            births.setdefault(each.uid, each.name)
    heirs = list(births.items())[: len(victims)]
    ended = {each.uid for each in inside if each.kind == POD and (each.has(DELETING) or each.has(GONE))}
    if ended & set(victims):
        told = [_life(inside, uid, name, "") for uid, name in heirs]
        if len(heirs) < len(victims):
            told.append({})
    else:
        told = [_life(inside, uid, sight.name, sight.container) for uid, sight in before.items()]
        told = [{part: time for part, time in life.items() if part != "rescheduled"} for life in told]
    for part in PARTS[2:]:
        found[part] = _latest(each.get(part) for each in told)
    return {part: time - began for part in PARTS if (time := found[part]) is not None}


def _noticed(inside: Iterable[Sight], before: Sight) -> float | None:
    return _first(
        each.t
        for each in inside
        if each.uid == before.uid
        and (each.has(DELETING) or each.has(GONE) or not each.has(READY) or each.container != before.container)
    )


def _life(inside: Sequence[Sight], uid: str, name: str, old: str) -> dict[str, float | None]:
    """When a pod, or its next container after `old`, came how far."""
    own = [each for each in inside if each.uid == uid and each.kind == POD]
    new = [each for each in own if each.container and each.container != old]
    started = _first(each.t for each in new if each.has(STARTED))
    return {
        "rescheduled": _first(each.t for each in own if each.has(SCHEDULED)),
        "image": _first(each.t for each in inside if each.kind == EVENT and each.uid == uid and each.has(PULLED)),
        "started": started,
        "ready": _first(each.t for each in new if each.has(READY)),
        "answered": _first(each.t for each in inside if started and each.t >= started and each.kind == ANSWER
                           and each.name == name),
    }  # fmt: skip


def grace(sights: Sequence[Sight], began: float, until: float, victims: Sequence[str], service: str) -> float | None:
    """How long, in seconds, the first of the pods that were told to end served on after it had left the endpoints.

    That is until it is not Ready any more, or has ended: gunicorn takes nobody new when it is told to end, but stays
    for whom it has. Below 0 when that was before it left them. None where none was told to end, or the endpoints were
    not seen.
    """
    inside = [each for each in sights if began <= each.t < until]
    told = []
    for uid in victims:
        own = [each for each in inside if each.kind == POD and each.uid == uid]
        left = _first(each.t for each in inside if each.kind == SLICE and each.name == service
                      and uid not in each.words.split())  # fmt: skip
        if left is not None and any(each.has(DELETING) for each in own):
            over = (each for each in own if each.has(DELETING) or each.has(GONE))
            served = (_served(each) for each in over if not each.has(READY))
            told.append(min(served, default=until) - left)
    return min(told, default=None)


def _served(sight: Sight) -> float:
    """Until when, at most, the pod served that is seen not to. Its node says in whole seconds when it has ended.

    The API hears of that only after the node has tidied up, which takes seconds on a busy machine.
    """
    return min(sight.t, sight.ended + 1) if sight.ended else sight.t


def floor(sights: Sequence[Sight], began: float, until: float, service: str) -> int | None:
    """The least number of pods that got requests for that service at any moment; None where nobody looked."""
    slices = [each for each in sights if each.kind == SLICE and each.name == service and each.t < until]
    before = [each for each in slices if each.t < began][-1:]
    counts = [len(each.words.split()) for each in [*before, *(each for each in slices if each.t >= began)]]
    return min(counts, default=None)


def restarts(sights: Sequence[Sight], began: float, until: float, victims: Sequence[str]) -> int:
    """How often containers of pods that were not hit have started again."""
    counts: dict[str, list[int]] = {}
    for each in sights:
        if each.kind == POD and each.uid not in victims and each.t < until and not each.has(GONE):
            known = counts.setdefault(each.uid, [])
            if each.t < began:
                known.clear()
            known.append(each.restarts)
    return sum(max(each) - each[0] for each in counts.values())


def _first(times: Iterable[float]) -> float | None:
    return min(times, default=None)


def _latest(times: Iterable[float | None]) -> float | None:
    """The last of them; None when one of them was never seen, or there is none."""
    found = list(times)
    known = [each for each in found if each is not None]
    return max(known) if known and len(known) == len(found) else None
