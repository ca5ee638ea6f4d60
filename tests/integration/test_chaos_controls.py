"""The proof can fail: on a database that acknowledges what is only in memory it ends red, and says why."""

import json
from pathlib import Path

import pytest

from ops.chaos import controls
from ops.chaos.runner import Asked
from ops.errors import OpsError
from ops.ledger.check import FAIL

pytestmark = pytest.mark.timeout(240)


def test_commits_that_are_not_on_the_disk_are_found_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = controls.run("synchronous-commit", Asked(seed=1), state=tmp_path / "state", reports=tmp_path / "reports")
    told = json.loads((tmp_path / "reports/chaos/latest/result.json").read_text())
    assert (code, told["verdict"]["word"]) == (1, FAIL)
    assert told["about"]["broken"] == "synchronous-commit"
    assert told["ledger"]["lost"] > 0
    assert told["verdict"]["why"][0] == f"{told['ledger']['lost']} lost"
    assert {tuple(finding["seen_by"]) for finding in told["findings"] if finding["kind"] == "lost"} <= {
        ("API", "SQL"),
        ("SQL",),
    }
    (advice,) = told["advice"]
    assert advice.startswith("'synchronous_commit' is off")
    assert advice in capsys.readouterr().out
    assert list((tmp_path / "state" / "broken").iterdir()) == []


def test_a_control_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpsError, match="no control 'nothing'"):
        controls.run("nothing", Asked(), state=tmp_path)
