"""The page of claims: which run answers each, what is shown of it, how it ends."""

import json
import re
from functools import partial
from pathlib import Path

import pytest

from ops.claims import claim, listed, of_bench, of_chaos, report, runner, runs
from ops.claims.claim import Answer, Claim
from ops.claims.runs import Run
from ops.claims.said import FAILS, HOLDS, NOT_RUN, UNKNOWN, Said
from ops.errors import OpsError
from ops.report import circumstances
from tests.support.results import FACTS, GONE, HEAD, Told, bench, chaos, figure, keep

pytestmark = pytest.mark.unit
P1 = Claim("P1", "read <one>", "./inv bench --only P1", "bench", partial(of_bench.figure, "P1"))
KEPT = Claim("kept", "No note is lost", "./inv chaos", "chaos", partial(of_chaos.kept, "kind"))


def answered(which: Claim, reports: Path) -> Answer:
    return claim.answers([which], runs.newest_first(reports))[0]


def test_the_newest_run_that_is_about_the_claim_answers(tmp_path: Path) -> None:
    keep(tmp_path, "bench", 1, bench(figure("P1", reached=False)))
    whole = keep(tmp_path, "bench", 2, bench(figure("P1"), figure("P2")))
    circumstances.link(keep(tmp_path, "bench", 3, bench(figure("P10"))))
    found = answered(P1, tmp_path)
    assert found.run
    assert (found.run.folder, found.said.word, found.holds) == (whole, HOLDS, True)


def test_a_run_that_never_ended_answers_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "bench", 1, bench(figure("P1")))
    keep(tmp_path, "bench", 2, {}, "P1-0-ours.plan.json")
    assert answered(P1, tmp_path).holds


@pytest.mark.parametrize(
    ("newer", "word"),
    [
        (chaos(faults="app-killed"), HOLDS),  # of less: the whole run before it answers
        (chaos(faults="app-killed", ledger=GONE), FAILS),  # of less, and enough to disprove
        (chaos("compose", ledger=GONE), HOLDS),
        (chaos(broken="no-prestop", ledger=GONE), HOLDS),
        (chaos(planned=2), UNKNOWN),
    ],
)
def test_a_narrow_run_can_disprove_and_proves_nothing(tmp_path: Path, newer: Told, word: str) -> None:
    keep(tmp_path, "chaos", 1, chaos())
    keep(tmp_path, "chaos", 2, newer)
    assert answered(KEPT, tmp_path).said.word == word


def test_a_claim_with_narrow_runs_only_was_not_run_and_says_so(tmp_path: Path) -> None:
    keep(tmp_path, "chaos", 2, chaos(faults="app-killed"))
    found = answered(KEPT, tmp_path)
    assert (found.said.word, found.holds, found.run) == (NOT_RUN, None, None)
    assert found.said.why.startswith("./inv chaos --on kind --fault app-killed")
    assert found.said.why.endswith(f"of {FACTS['began']} does not count: only --fault app-killed")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"figures": [{"figure": "P1"}]}', '{"figures": 3}'])
def test_a_broken_result_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    folder = keep(tmp_path, "bench", 1, {})
    (folder / "result.json").write_text(text)
    with pytest.raises(OpsError) as caught:
        runner.collect(reports=tmp_path)
    assert str(folder / "result.json") in caught.value.what
    assert caught.value.seen
    assert f"rm -r '{folder}'; ./inv bench" in caught.value.mend


def said(word: str) -> Answer:
    run = None if word == NOT_RUN else Run("bench", Path("2026-01-01T030405Z"), bench(figure("P1")))
    return Answer(P1, Said(word, "seen & found", "why <so>"), run)


@pytest.mark.parametrize(
    ("words", "code", "strict"),
    [
        ([HOLDS, HOLDS], 0, 0),
        ([HOLDS, NOT_RUN], 0, 1),
        ([NOT_RUN], 0, 1),
        ([HOLDS, FAILS, NOT_RUN], 1, 1),
        ([HOLDS, UNKNOWN], 1, 1),
    ],
)
def test_only_what_was_run_and_does_not_hold_is_red_unless_all_is_asked_for(
    words: list[str], code: int, strict: int
) -> None:
    found = [said(word) for word in words]
    assert (claim.exit_code(found, strict=False), claim.exit_code(found, strict=True)) == (code, strict)


def test_the_summary_counts_what_was_not_run() -> None:
    assert claim.summary([said(HOLDS), said(FAILS), said(NOT_RUN)]) == "1 hold, 1 do not, 1 were not run"
    assert claim.summary([said(UNKNOWN)]) == "0 hold, 0 do not, 1 unknown, 0 were not run"


def test_the_page_fetches_nothing_can_be_read_in_the_dark_and_escapes_what_it_shows() -> None:
    page = report.as_html([said(HOLDS), said(FAILS), said(NOT_RUN)], HEAD, "now")
    assert not re.search(r"https?://", page)
    assert not re.search(r"<(script|link|img|iframe|image)\b", page)
    assert "color-scheme: light dark" in page
    for text in ("read &lt;one&gt;", "seen &amp; found", "why &lt;so&gt;", "2 x &lt;core&gt;", "sha256:1f", NOT_RUN):
        assert text in page, text
    assert [f"<td class={style}>" in page for style in ("yes", "no", "open")] == [True] * 3


def test_links_lead_from_the_page_to_the_runs_files(tmp_path: Path) -> None:
    folder = keep(tmp_path, "bench", 1, bench(figure("P1")))
    (folder / "report.html").touch()
    (folder / "P.csv").touch()
    runner.collect(reports=tmp_path)
    links = re.findall(r"href='(.+?)'", (tmp_path / "report.html").read_text())
    assert links == [f"bench/{folder.name}/{name}" for name in ("report.html", "result.json", "P.csv")]
    assert all((tmp_path / link).is_file() for link in links)


@pytest.mark.parametrize(
    ("commit", "age"),
    [
        (HEAD, ""),
        ("b" * 12, "of an older commit"),
        (f"{HEAD}-dirty", "with changes that were not committed"),
        (f"{'b' * 12}-dirty", "of an older commit, with changes that were not committed"),
        ("-", "of an older commit"),
    ],
)
def test_a_result_of_another_state_of_the_code_is_shown_and_marked(commit: str, age: str) -> None:
    for head in (HEAD, f"{HEAD}-dirty"):
        assert circumstances.age(commit, head) == age
    found = Answer(P1, Said(HOLDS, "2 x"), Run("bench", Path("x"), {**bench(figure("P1")), "commit": commit}))
    assert report.rows([found], HEAD)[0][4] == (f"{commit} ({age})" if age else commit)
    assert json.loads(report.as_json([found], HEAD, "now"))["claims"][0]["run"]["age"] == age
    assert (age in report.as_html([found], HEAD, "now")) or not age


def test_with_nothing_run_every_claim_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = tmp_path / "reports"
    assert runner.collect(reports=reports) == 0
    assert runner.collect(reports=reports, strict=True) == 1
    told = json.loads((reports / "claims.json").read_text())
    assert {each["verdict"] for each in told["claims"]} == {NOT_RUN}
    assert report.NOTHING_RUN in (reports / "report.html").read_text()
    shown = capsys.readouterr()
    assert report.NOTHING_RUN in shown.err
    assert f"{len(listed.claims())} were not run" in shown.err
    assert all(each.command in shown.out for each in listed.claims())


def test_a_red_claim_ends_with_1_and_the_table_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep(tmp_path, "bench", 1, bench(figure("P1"), figure("P4", reached=False)))
    assert runner.collect(reports=tmp_path) == 1
    shown = capsys.readouterr()
    lines = {line.split()[1]: line for line in shown.out.splitlines() if line.split()[0] in ("yes", "NO")}
    assert lines.keys() == {"P1", "P4"}
    assert lines["P4"].endswith("the P4: 2 x, wanted >= 1 x: the P4: off by 50%")
    assert report.NOTHING_RUN not in shown.err


def test_the_data_has_all_that_is_needed_to_judge_or_repeat_a_claim(tmp_path: Path) -> None:
    keep(tmp_path, "bench", 1, bench(figure("P1"), command="./inv bench --only P1"))
    runner.collect(reports=tmp_path)
    (told,) = (each for each in json.loads((tmp_path / "claims.json").read_text())["claims"] if each["id"] == "P1")
    about = told["run"]
    assert (about["command"], about["image"], about["machine"]) == ("./inv bench --only P1", "sha256:1f", "2 x <core>")
    assert (about["commit"], about["began"]) == (HEAD, FACTS["began"])


def test_every_claim_has_an_id_of_its_own_and_a_kind_that_leaves_results() -> None:
    found = listed.claims()
    assert len({each.id for each in found}) == len(found)
    assert {each.kind for each in found} == runs.KINDS.keys()
