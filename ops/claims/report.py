"""The page of claims, the same as JSON, and as rows for the terminal."""

import html
import json
from collections.abc import Sequence

from ops.claims.claim import Answer, summary
from ops.claims.runs import UNTOLD
from ops.report import circumstances, page

CIRCUMSTANCES = ("command", "commit", "image", "machine", "began")
HEAD = ("", "claim", "what", "when", "commit", "seen, or the command that proves it")
COLUMNS = ("", "claim", "seen", "run", "raw")
NOTHING_RUN = "Nothing was run yet, so nothing here is proven: begin with ./inv test."
MINUTES = len("2026-01-01T00:00")  # of a time, what is shown
MARKS = {True: "yes", False: "NO"}


def as_json(found: Sequence[Answer], head: str, made: str) -> str:
    """Return each claim with its verdict and the run that it is read from, null where it was not run."""
    content = {"made": made, "commit": head, "summary": summary(found), "claims": [_told(each, head) for each in found]}
    return json.dumps(content, indent=1)


def _told(answer: Answer, head: str) -> dict[str, object]:
    claim, said, run = answer.claim, answer.said, answer.run
    about = {"id": claim.id, "sentence": claim.sentence, "command": claim.command}
    came = {"verdict": said.word, "seen": said.seen, "why": said.why}
    if run is None:
        return {**about, **came, "run": None, "raw": []}
    facts = {name: run.about(name) for name in CIRCUMSTANCES}
    facts["age"] = circumstances.age(facts["commit"], head)
    return {**about, **came, "run": facts, "raw": [run.place + name for name in run.files(said.raw)]}


def rows(found: Sequence[Answer], head: str) -> list[list[str]]:
    """Return the table's rows; what is older than the checkout is marked."""
    return [_row(each, head) for each in found]


def _row(answer: Answer, head: str) -> list[str]:
    claim, said, run = answer.claim, answer.said, answer.run
    if run is None:
        return [said.word, claim.id, claim.sentence, "-", "-", claim.command]
    commit = run.about("commit")
    age = circumstances.age(commit, head)
    seen = said.seen + (f": {said.why}" if said.why and not answer.holds else "")
    return [
        _mark(answer),
        claim.id,
        claim.sentence,
        run.about("began")[:MINUTES],
        f"{commit} ({age})" if age else commit,
        seen,
    ]


def _mark(answer: Answer) -> str:
    return answer.said.word if answer.holds is None else MARKS[answer.holds]


def as_html(found: Sequence[Answer], head: str, made: str) -> str:
    """Return the page; nothing is fetched, links lead to the runs' own folders beside it."""
    bad = any(each.holds is False for each in found)
    nothing = "" if any(each.run for each in found) else f"<p class=no>{html.escape(NOTHING_RUN)}</p>"
    return page.page(
        f"claims: {summary(found)}",
        nothing,
        "<p class=no>A claim that was run does not hold.</p>" if bad else "",
        page.facts([("command", "./inv report"), ("checkout", head), ("made", made)]),
        page.marked_table(COLUMNS, [(each.holds, _cells(each, head)) for each in found]),
    )


def _cells(answer: Answer, head: str) -> list[str]:
    claim, said, run = answer.claim, answer.said, answer.run
    why = f"<br><span class={page.MARKS[answer.holds]}>{html.escape(said.why)}</span>" if said.why else ""
    return [
        _mark(answer),
        f"<b>{html.escape(claim.id)}</b>: {html.escape(claim.sentence)}<br><code>{html.escape(claim.command)}</code>",
        (html.escape(said.seen) + why) or UNTOLD,
        _run(answer, head),
        page.raw(run.files(said.raw), run.place) if run else UNTOLD,
    ]


def _run(answer: Answer, head: str) -> str:
    """When and of which commit; command, image and machine behind a word."""
    if answer.run is None:
        return UNTOLD
    facts = {name: html.escape(answer.run.about(name)) for name in CIRCUMSTANCES}
    age = circumstances.age(answer.run.about("commit"), head)
    more = "<br>".join(f"{name}: {facts[name]}" for name in ("command", "image", "machine"))
    mark = f" <span class=no>{html.escape(age)}</span>" if age else ""
    shown = f"{facts['began'][:MINUTES]}<br><code>{facts['commit']}</code>{mark}"
    return f"{shown}<details class=raw><summary>where</summary>{more}</details>"
