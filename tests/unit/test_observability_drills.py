"""What a drill or a smaller stack changes of Prometheus' configuration, and what it leaves alone."""

import re
from pathlib import Path

import pytest
import yaml

from ops import observability
from ops.observability import FOLDER
from tests.support.drill_table import DRILLS


def test_a_full_stack_reads_the_folder_of_the_checkout(tmp_path: Path) -> None:
    assert observability.prepare(tmp_path) == FOLDER
    assert not list(tmp_path.iterdir())


def test_a_part_left_out_is_not_asked(tmp_path: Path) -> None:
    made = observability.prepare(tmp_path / "prometheus", without=["grafana", "loki"])
    asked = yaml.safe_load((made / "targets" / "parts.yml").read_text())
    assert [target["labels"]["service"] for target in asked] == ["prometheus", "alertmanager", "alloy"]
    for name in ("prometheus.yml", "rules/slo.yml", "rules/services.yml", "rules/database.yml", "rules/pipeline.yml"):
        assert (made / name).read_text() == (FOLDER / name).read_text()


def test_the_copy_can_be_read_by_the_user_that_prometheus_runs_as(tmp_path: Path) -> None:
    made = observability.prepare(tmp_path / "prometheus", drill=True)
    for path in (made, *made.rglob("*")):
        assert path.stat().st_mode & 0o444 == 0o444, path


def test_a_drill_makes_minutes_seconds_and_nothing_else_different(tmp_path: Path) -> None:
    made = observability.prepare(tmp_path / "prometheus", drill=True)
    for path in FOLDER.glob("rules/*.yml"):
        before, after = path.read_text(), (made / "rules" / path.name).read_text()
        assert before != after
        time = re.compile(r"\[\d+[smhd]\]|for: \d+[smhd]")
        assert time.sub("", before) == time.sub("", after)
        assert all(re.fullmatch(r"(\[\d+s\])|(for: \d+s)", text) for text in time.findall(after))


def test_a_drill_asks_each_second(tmp_path: Path) -> None:
    made = observability.prepare(tmp_path / "prometheus", drill=True)
    settings = yaml.safe_load((made / "prometheus.yml").read_text())["global"]
    assert [settings[f"{name}"] for name in ("scrape_interval", "scrape_timeout", "evaluation_interval")] == ["1s"] * 3


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rate(a[5m]) > 0", "rate(a[5s]) > 0"),
        ("rate(a[30d])", "rate(a[43200s])"),
        ("        for: 15m\n", "        for: 15s\n"),
        ("        for: 30s\n", "        for: 1s\n"),
        ("summary: within 15 minutes, 5m", "summary: within 15 minutes, 5m"),
        ("record: service:http_errors:ratio_rate5m", "record: service:http_errors:ratio_rate5m"),
    ],
)
def test_only_windows_and_waits_are_shortened(before: str, after: str) -> None:
    assert observability.shorten(before) == after


def test_a_second_preparation_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    observability.prepare(tmp_path / "prometheus", drill=True)
    made = observability.prepare(tmp_path / "prometheus", without=["grafana"])
    assert (made / "rules" / "slo.yml").read_text() == (FOLDER / "rules" / "slo.yml").read_text()


def test_every_alert_has_a_drill_on_a_live_stack() -> None:
    rules = [yaml.safe_load(path.read_text()) for path in FOLDER.glob("rules/*.yml")]
    alerts = [rule["alert"] for file in rules for group in file["groups"] for rule in group["rules"] if "alert" in rule]
    drilled = [alert for drill in DRILLS.values() for alert in drill.all]
    assert sorted(drilled) == sorted(alerts)
