"""What the API says of pods and of an HPA, read as it comes."""

from typing import Any

from ops.hpa.lives import Lives, blind, event, look, seconds

LONG_AGO = "2026-01-01T00:00:00Z"
NOW = seconds("2026-01-02T00:00:00Z")


def raw(uid: str = "1", *, created: str = "2026-01-02T00:00:05Z", **status: Any) -> dict[str, Any]:
    meta = {"uid": uid, "name": f"pod-{uid}", "creationTimestamp": created,
            "labels": {"topology.kubernetes.io/zone": "zone-a"}}  # fmt: skip
    return {"metadata": meta, "spec": {"nodeName": "one"}, "status": status}


def condition(kind: str, status: str = "True", at: str = "2026-01-02T00:00:07Z") -> dict[str, str]:
    return {"type": kind, "status": status, "lastTransitionTime": at}


RUNS = [{"state": {"running": {"startedAt": "2026-01-02T00:00:07Z"}}}]


def test_a_pod_is_followed_from_its_creation_to_its_end() -> None:
    lives = Lives(NOW)
    lives.see(NOW + 5.3, raw())
    lives.see(NOW + 5.4, raw(conditions=[condition("PodScheduled")]))
    lives.see(
        NOW + 7.2, raw(conditions=[condition("PodScheduled"), condition("Ready", "False")], containerStatuses=RUNS)
    )
    lives.see(NOW + 8.1, raw(conditions=[condition("Ready")], containerStatuses=RUNS))
    ending = raw(conditions=[condition("Ready")])
    ending["metadata"]["deletionTimestamp"] = "2026-01-02T00:01:00Z"  # in the future: it counts the grace period in
    lives.see(NOW + 20.5, ending)
    lives.gone(NOW + 26, "1")
    (pod,) = lives.pods
    assert tuple(pod) == (
        "pod-1", "zone-a", "one", NOW + 5.3, NOW + 5.4, NOW + 7.2, NOW + 8.1, NOW + 20.5,
    )  # fmt: skip


def test_what_was_before_anybody_looked_has_the_times_of_the_api() -> None:
    lives = Lives(NOW)
    lives.see(NOW + 1, raw(created=LONG_AGO, conditions=[condition("Ready", at="2026-01-01T00:00:09Z")]))
    (pod,) = lives.pods
    assert (pod.created, pod.ready) == (seconds(LONG_AGO), seconds("2026-01-01T00:00:09Z"))


def test_a_container_that_waits_has_not_started() -> None:
    lives = Lives(NOW)
    lives.see(NOW + 6, raw(containerStatuses=[*RUNS, {"state": {"waiting": {"reason": "ContainerCreating"}}}]))
    assert lives.pods[0].started is None


def test_pods_that_went_while_nobody_looked_are_gone() -> None:
    lives = Lives(NOW)
    for uid in ("1", "2"):
        lives.see(NOW + 5, raw(uid))
    lives.only(NOW + 30, {"2"})
    assert [(pod.pod, pod.deleted) for pod in lives.pods] == [("pod-1", NOW + 30), ("pod-2", None)]


STATUS = {
    "desiredReplicas": 4, "currentReplicas": 2,
    "currentMetrics": [{"resource": {"name": "cpu", "current": {"averageUtilization": 95}}}],
    "conditions": [{"type": "ScalingActive", "status": "True"}, {"type": "AbleToScale", "status": "True"},
                   {"type": "ScalingLimited", "status": "False"}],
}  # fmt: skip


def test_a_look_tells_what_hpa_and_deployment_say() -> None:
    found = look(NOW, {"status": STATUS}, {"status": {"readyReplicas": 2, "availableReplicas": 1}})
    assert tuple(found) == (NOW, 4, 2, 2, 1, 95, True, True, False, "")


def test_an_unknown_target_and_pods_that_are_not_ready_are_told_as_such() -> None:
    found = look(NOW, {"status": {**STATUS, "currentMetrics": None}}, {"status": {}})
    assert (found.cpu_percent, found.ready) == (None, 0)
    new = look(NOW, {}, None)
    assert (new.desired, new.scaling_active) == (None, None)


def test_what_could_not_be_seen_says_why() -> None:
    assert look(NOW, None, None).gap == "there is no HPA"
    assert (blind(NOW, "ConnectError").desired, blind(NOW, "ConnectError").gap) == (None, "ConnectError")


def test_an_event_has_the_time_of_its_last_count() -> None:
    new = {
        "metadata": {"creationTimestamp": LONG_AGO},
        "involvedObject": {"kind": "Pod", "name": "p"},
        "reason": "Killing",
    }
    assert tuple(event(new)) == (seconds(LONG_AGO), "Pod/p", "Killing", "", 1)
    again = {**new, "lastTimestamp": "2026-01-02T00:00:00Z", "count": 3, "message": "m"}
    assert tuple(event(again)) == (NOW, "Pod/p", "Killing", "m", 3)
    assert event({**new, "eventTime": "2026-01-02T00:00:00.250000Z"}).t == NOW + 0.25
