"""One run of `./inv bench`: a folder for its files, the figures, the table, the report."""

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ops import console, files, run
from ops.bench import report, suite
from ops.bench.lab import Lab, Scale
from ops.bench.report import Circumstances, Findings
from ops.bench.stage import stage
from ops.errors import OpsError
from ops.paths import REPORTS, ROOT
from ops.report import circumstances

KIND = "kind"


def wanted(only: str, on: str = "") -> list[str]:
    """Return the figures that `only` names (P1,P3), all when it is empty; `on` kind has its own.

    Raises OpsError for unknown ones.
    """
    if on not in ("", KIND):
        raise OpsError(
            f"'bench' does not run on '{on}'", "it starts what it measures, or uses kind", "./inv bench --on kind"
        )
    known = tuple(suite.ON_KIND) if on else suite.KNOWN
    named = [name.strip().upper() for name in only.split(",") if name.strip()]
    unknown = [name for name in named if name not in known]
    if unknown:
        where = f" on {on}" if on else ""
        raise OpsError(
            f"no figure '{unknown[0]}'{where}", f"known: {', '.join(known)}", f"./inv bench --only {known[0]}"
        )
    return named or list(known)


def bench(figures: Sequence[str], scale: Scale, reports: Path = REPORTS) -> bool:
    """Measure the figures, show the table and write the report; say whether all of them are reached."""
    if sys.platform != "linux":
        raise OpsError("'bench' needs Linux", f"this is {platform.system()}", "run it in a Linux machine or container")
    if run.is_dry():
        console.say(f"would measure {', '.join(figures)} and write a report below {reports / 'bench'}")
        return True
    began = datetime.now(UTC)
    folder = reports / "bench" / began.strftime("%Y-%m-%dT%H%M%SZ")
    files.make_folder(folder, mode=0o755)
    about = Circumstances(
        command(figures, scale), circumstances.commit(), circumstances.machine(), began.isoformat(), scale.evidence
    )
    lab = Lab(folder, scale)
    if is_on_kind(figures):
        found = suite.measure_on_kind(lab, figures)
    else:
        with stage() as made:
            found = suite.measure(lab, made, figures)
    page = report.write(folder, found, about)
    circumstances.link(folder)
    show(folder, page, found)
    return all(verdict.reached for verdict in found.verdicts)


def show(folder: Path, page: Path, found: Findings) -> None:
    """Print the table, with each figure's first raw file, and where the report is."""
    place = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    lines = [[*row[:-1], f"{place}/{row[-1]}"] for row in report.rows(found.verdicts)]
    console.table(report.HEAD, lines)
    console.say(f"report: {page}")


def is_on_kind(figures: Sequence[str]) -> bool:
    """Whether these figures are measured on the kind target's cluster."""
    return all(name in suite.ON_KIND for name in figures)


def command(figures: Sequence[str], scale: Scale) -> str:
    """Return the command that would do this run again."""
    on = " --on kind" if is_on_kind(figures) else ""
    only = "" if list(figures) == list(suite.KNOWN) else f" --only {','.join(figures)}"
    return f"./inv bench{on}{only}{'' if scale.evidence else ' --quick'}"
