"""The report: one HTML file that needs nothing else, the results as JSON, and a table for the terminal."""

import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ops.bench.noise import Noise
from ops.bench.verdicts import Verdict
from ops.report import page
from ops.report.charts import Spec


@dataclass
class Findings:
    """What one or more figures have come to: verdicts, and plots of what they were read from.

    `image` is the digest of what ran, where it was no process of this checkout.
    `noise` is what the machine was like just before each figure: to read it with.
    """

    verdicts: list[Verdict] = field(default_factory=list)
    plots: list[Spec] = field(default_factory=list)
    noise: dict[str, Noise] = field(default_factory=dict)
    image: str = "-"

    @classmethod
    def of(cls, verdicts: Sequence[Verdict], plots: Sequence[Spec], raw: Sequence[str]) -> "Findings":
        """Return findings whose verdicts name the raw files that they were read from."""
        return cls([replace(verdict, raw=tuple(raw)) for verdict in verdicts], list(plots))

    def add(self, other: "Findings") -> None:
        """Take over what another figure has found."""
        self.verdicts += other.verdicts
        self.plots += other.plots
        self.noise |= other.noise
        self.image = other.image


@dataclass(frozen=True)
class Circumstances:
    """What somebody needs to judge or repeat a run."""

    command: str
    commit: str
    machine: str
    began: str
    evidence: bool


HEAD = ("", "figure", "what", "reach", "measured", "why not", "raw")


def rows(verdicts: Sequence[Verdict]) -> list[list[str]]:
    """Return the table's rows: mark, figure, what, reach, measured, why not, the first raw file."""
    return [
        ["yes" if v.reached else "NO", v.figure, v.what, v.reach, v.measured, v.why, v.raw[0] if v.raw else "-"]
        for v in verdicts
    ]


def as_json(findings: Findings, about: Circumstances) -> str:
    """Return everything but the plots as JSON."""
    figures = [asdict(verdict) for verdict in findings.verdicts]
    noise = {figure: asdict(seen) for figure, seen in findings.noise.items()}
    told = {**asdict(about), "image": findings.image, "noise_before": noise, "figures": figures}
    return json.dumps(told, indent=2)


def as_html(findings: Findings, about: Circumstances) -> str:
    """Return the report; plots are inlined as SVG, nothing is fetched."""
    reached = sum(verdict.reached for verdict in findings.verdicts)
    return page.page(
        f"bench: {reached} of {len(findings.verdicts)} reached",
        "" if about.evidence else "<p class=no>A quick run: for trying things out, not evidence.</p>",
        page.facts(_facts(findings, about)),
        _table(findings.verdicts),
        *(page.figure(plot) for plot in findings.plots),
    )


def _facts(findings: Findings, about: Circumstances) -> list[tuple[str, str]]:
    noise = "; ".join(f"{figure} {seen}" for figure, seen in findings.noise.items())
    return [
        ("command", about.command),
        ("commit", about.commit),
        ("image", findings.image),
        ("machine", about.machine),
        ("began", about.began),
        ("before each figure: processors used by others, a fixed piece of work's slowest, of its median", noise or "-"),
    ]


def _table(verdicts: Sequence[Verdict]) -> str:
    lines = [
        (verdict.reached, [*(html.escape(cell) for cell in row[:-1]), page.raw(verdict.raw)])
        for verdict, row in zip(verdicts, rows(verdicts), strict=True)
    ]
    return page.marked_table(HEAD, lines)


def write(folder: Path, findings: Findings, about: Circumstances) -> Path:
    """Write `result.json` and `report.html` into `folder`; return the latter."""
    (folder / "result.json").write_text(as_json(findings, about) + "\n")
    file = folder / "report.html"
    file.write_text(as_html(findings, about))
    return file
