"""P10's verdict over made-up rounds, and the other side as it is written down."""

from typing import Any

import pytest

from ops import manifests
from ops.bench import runner, scaleout
from ops.bench.scaleout import Round
from ops.errors import OpsError
from ops.hpa.findings import changes
from ops.paths import ROOT
from tests.support.histories import PODS, history, request, scales

QUICK, SLOW = Round(15.0, (2, 4), 0), Round(30.0, (2, 3), 0)


def rounds(ours: list[Round], stock: list[Round]) -> dict[str, list[Round]]:
    return {"ours": ours, "stock": stock}


def test_half_the_time_in_one_step_is_reached() -> None:
    ratio, step = scaleout.judge(rounds([QUICK] * 5, [SLOW] * 5))
    assert ratio.reached
    assert ratio.median == 0.5
    assert step.reached


def test_two_thirds_of_the_time_are_not() -> None:
    ratio, step = scaleout.judge(rounds([QUICK._replace(ready=20.0)] * 5, [SLOW] * 5))
    assert not ratio.reached
    assert ratio.why == "off by 11%"
    assert step.reached


def test_each_round_is_compared_with_its_own_other_side() -> None:
    ours = [Round(ready, (2, 4), 0) for ready in (10.0, 20.0, 30.0, 40.0, 50.0)]
    stock = [Round(ready, (2, 3), 0) for ready in (20.0, 40.0, 60.0, 80.0, 100.0)]
    assert scaleout.judge(rounds(ours, stock))[0].high == 0.5


def test_four_rounds_are_not_enough() -> None:
    assert not any(verdict.reached for verdict in scaleout.judge(rounds([QUICK] * 4, [SLOW] * 4)))


@pytest.mark.parametrize("side", ["ours", "stock"])
def test_a_round_in_which_a_side_never_scaled_spoils_the_ratio(side: str) -> None:
    told = rounds([QUICK] * 5, [SLOW] * 5)
    told[side] = [*told[side][:4], Round(None, (2,), 0)]
    ratio, step = scaleout.judge(told)
    assert ratio.why == f"{side}, round 5: no extra pod was Ready"
    assert step.reached == (side == "stock")


def test_two_steps_in_one_round_are_not_the_right_count_in_one() -> None:
    _, step = scaleout.judge(rounds([*[QUICK] * 4, Round(15.0, (2, 3, 4), 0)], [SLOW] * 5))
    assert not step.reached
    assert step.why == "in 4 of 5 rounds, 5 are needed"


def test_a_generator_that_was_the_limit_spoils_the_ratio() -> None:
    assert scaleout.judge(rounds([QUICK] * 5, [SLOW] * 5), "ours, round 1: late")[0].why == "ours, round 1: late"


def test_a_round_is_read_from_its_history() -> None:
    seen = history(requests=[request(n / 10) for n in range(1500)] + [request(60, status=503)])
    assert scaleout.answer(seen) == Round(25.0, (2, 4, 2), 1)
    never = history(scales=scales([(0, 2)]), pods=PODS[:2])
    assert scaleout.answer(never)[:2] == (None, (2,))
    assert changes([]) == []


def objects(folder: str) -> dict[tuple[str, str], dict[str, Any]]:
    found = manifests.render(folder)
    return {(each["kind"], each["metadata"]["name"]): each for each in found}


def test_the_other_side_differs_in_nothing_but_autoscaler_and_probes() -> None:
    ours, stock = objects(scaleout.SIDES["ours"]), objects(scaleout.SIDES["stock"])
    assert ours.keys() == stock.keys()
    differ = {key for key in ours if ours[key] != stock[key]}
    assert differ == {("HorizontalPodAutoscaler", "notes-stable"), ("Deployment", "notes-stable")}
    scaler = stock["HorizontalPodAutoscaler", "notes-stable"]["spec"]
    assert scaler.keys() == {"scaleTargetRef", "minReplicas", "maxReplicas"}
    there, here = (
        each["Deployment", "notes-stable"]["spec"]["template"]["spec"]["containers"][0] for each in (stock, ours)
    )
    assert {key for key in here if here[key] != there.get(key)} == {"startupProbe", "readinessProbe", "livenessProbe"}
    assert there["readinessProbe"] == {"httpGet": {"path": "/readyz", "port": "http"}}
    assert "startupProbe" not in there


def test_both_sides_run_the_image_that_was_pushed_in_a_namespace_of_their_own() -> None:
    image = "localhost:5001/notesapp@sha256:" + 64 * "0"
    for folder in scaleout.SIDES.values():
        found = manifests.render(folder, namespace="bench-x", image=image, hosts={"notes": "n.localhost"})
        deployment = manifests.named(found, "Deployment", "notes-stable")
        assert deployment["metadata"]["namespace"] == "bench-x"
        assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == image
        assert manifests.named(found, "HTTPRoute", "notes")["spec"]["hostnames"] == ["n.localhost"]


def test_what_needs_a_cluster_is_chosen_by_the_target() -> None:
    assert runner.wanted("", "kind") == ["P10"]
    assert "P10" not in runner.wanted("")
    assert runner.command(["P10"], runner.Scale(5, 1, 1, 1, 1, 1, True)) == "./inv bench --on kind --only P10"
    with pytest.raises(OpsError, match="no figure 'P1' on kind"):
        runner.wanted("P1", "kind")
    with pytest.raises(OpsError, match="does not run on 'eks'"):
        runner.wanted("", "eks")
    assert (ROOT / "benchmarks/stock-hpa/kustomization.yaml").is_file()
