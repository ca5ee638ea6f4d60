"""`./inv report`: the last runs looked at, the page written, the table shown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ops import console, files, run
from ops.claims import claim, report, runs
from ops.claims.claim import Answer
from ops.claims.listed import claims
from ops.paths import REPORTS, ROOT
from ops.report import circumstances

PAGE, DATA = "report.html", "claims.json"


def collect(*, strict: bool = False, reports: Path = REPORTS) -> int:
    """Write page and data of all claims into `reports` and show them; the exit code.

    It is 1 when a claim that was run does not hold, with `strict` also when one was not run. Raises OpsError for a
    result that is broken.
    """
    if run.is_dry():
        console.say(f"would read the results below {reports} and write {reports / PAGE}")
        return 0
    found = claim.answers(claims(), runs.newest_first(reports))
    head, made = circumstances.commit(), datetime.now(UTC).isoformat(timespec="seconds")
    files.make_folder(reports, mode=0o755)
    (reports / DATA).write_text(report.as_json(found, head, made) + "\n")
    (reports / PAGE).write_text(report.as_html(found, head, made))
    show(found, head, reports / PAGE)
    return claim.exit_code(found, strict=strict)


def show(found: Sequence[Answer], head: str, page: Path) -> None:
    """Print the table, what is missing, and where the page is."""
    console.table(report.HEAD, report.rows(found, head))
    for each in found:
        if each.run is None and each.said.why:
            console.say(f"{each.claim.id}: {each.said.why}")
    if not any(each.run for each in found):
        console.say(report.NOTHING_RUN)
    is_bad = any(each.holds is False for each in found)
    console.say(f"claims: {claim.summary(found)}", "red" if is_bad else None)
    console.say(f"report: {page.relative_to(ROOT) if page.is_relative_to(ROOT) else page}")
