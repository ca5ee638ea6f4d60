"""All faults by name: what each does, and what it should cost. Which target has which, its own module says."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """What a fault does and what it should cost, in words for `chaos --list`."""

    what: str
    costs: str


CATALOGUE = {
    "worker-killed": Entry(
        "SIGKILL to one worker of notes", "the requests in its hands; the other workers and the next one serve"
    ),
    "workers-killed": Entry("SIGKILL to all workers of notes at once", "the requests in hand, and those of a second"),
    "app-killed": Entry("SIGKILL to the main process of notes", "every request until it has been started again"),
    "worker-frozen": Entry("SIGSTOP to one worker of notes, then SIGCONT", "its connections wait; no request fails"),
    "app-frozen": Entry("SIGSTOP to all processes of notes, then SIGCONT", "requests wait; long ones time out"),
    "container-paused": Entry("the container of notes paused by the engine", "requests wait; long ones time out"),
    "database-killed": Entry("SIGKILL to the first process of PostgreSQL", "requests fail until it has recovered"),
    "database-crashed": Entry("SIGKILL to all processes of PostgreSQL at once", "as database-killed; no write is lost"),
    "database-frozen": Entry("SIGSTOP to all processes of PostgreSQL", "requests wait, then 503; no write is lost"),
    "database-stopped": Entry("PostgreSQL stopped in order, then started", "503 with Retry-After while it is away"),
    "connections-cut": Entry("every connection to the database ended, once", "writes in hand; reads are asked again"),
    "network-cut": Entry(
        "notes cut from the database's network",
        "503 while it lasts; resets, as the engine renews the port",
    ),
    "latency-added": Entry(
        "each request waits 300 ms before it is served; needs NOTES_FAULTS=1", "300 ms for each request; none fails"
    ),
    "cpu-pressure": Entry("busy processes beside notes, one a processor", "slower answers; none fails"),
    "memory-pressure": Entry("a helper beside notes takes memory within its limit", "nothing"),
    "pod-deleted": Entry("one pod of notes deleted in order", "nothing: it serves until nobody asks it any more"),
    "pod-killed": Entry(
        "SIGKILL to one pod of notes, which is then gone", "edits and deletions in its hands; the others serve"
    ),
    "pods-killed": Entry("SIGKILL to all pods of notes at once", "every request until one has started"),
    "container-killed": Entry(
        "SIGKILL to the container of one pod, which starts again in its place", "as pod-killed, and it is back sooner"
    ),
    "pod-frozen": Entry(
        "SIGSTOP to all processes of one pod of notes, then SIGCONT", "its requests wait; long ones time out"
    ),
    "gateway-cut": Entry(
        "one pod of notes cut from the gateway, but not from its probes", "nothing: the gateway tries another pod"
    ),
    "pod-cut": Entry(
        "one pod of notes cut from its database, until it is no endpoint any more", "503 from that pod, for 10 s or so"
    ),
    "dns-gone": Entry("CoreDNS scaled to no pod, then back", "nothing, while connections to the database are kept"),
    "metrics-gone": Entry("metrics-server scaled to no pod, then back", "nothing; nothing scales meanwhile"),
    "node-paused": Entry("one worker node paused by the engine", "requests to its pods wait; long ones time out"),
    "node-killed": Entry("one worker node killed, then started", "requests to its pods, until they are elsewhere"),
    "zone-lost": Entry("all nodes of one zone killed, then started", "as node-killed"),
    "node-drained": Entry("one worker node drained, then opened again", "nothing: one pod moves at a time"),
    "two-at-once": Entry("two of the others at once, picked by the seed", "what the worse of the two costs"),
}

NO_CLUSTER = {
    "pod-deleted": "there are no pods",
    "pod-killed": "there are no pods; app-killed is the same",
    "pods-killed": "there are no pods; app-killed is the same",
    "container-killed": "app-killed is the same",
    "pod-frozen": "app-frozen is the same",
    "gateway-cut": "there is no gateway",
    "pod-cut": "there are no pods; network-cut is the same",
    "dns-gone": "there is no name server of its own",
    "metrics-gone": "nothing scales",
    "node-paused": "there are no nodes",
    "node-killed": "there are no nodes",
    "zone-lost": "there are no zones",
    "node-drained": "there are no nodes",
}
"""Why the faults of a cluster are not to be had on one machine."""
