"""A demo account with pads and notes worth looking at."""

from __future__ import annotations

from dataclasses import dataclass

from notes.store import accounts, notes, pads
from notes.store.notes import Draft

EMAIL = "demo@example.com"
PASSWORD = "demo-password"


@dataclass(frozen=True)
class Sample:
    """A note of the demo; `pad` is a name or None."""

    name: str
    text: str
    pad: str | None = None


WELCOME = """Notes are written in **Markdown** and found again by the beginnings of words.

1. Open *New note*, or a pad on the left.
2. Write. Tables, quotes, links and fenced code work.
3. Search for `back` and see which notes come up.

> What you delete goes to the trash, and can be restored for three years.
"""
RUNBOOK = """When the database does not answer, the site says 503 and readiness goes false. In this order:

| step | command | expect |
|---|---|---|
| is it up? | `./inv status` | database: ready |
| what does it say? | `./inv logs database` | no FATAL in the last lines |
| does it come back? | wait 10 s | every part is well again |

```python
def backoff(attempt: int) -> float:
    \"\"\"Return the seconds to wait before the next attempt.\"\"\"
    return min(30.0, 0.1 * 2**attempt)
```
"""
READING = """- [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110), conditional requests
- [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457), problem details
- CommonMark, and where it leaves room
"""
BREAD = """Mix 500 g flour, 350 g water, 10 g salt and a spoon of starter. Fold four times in two hours,
*overnight in the fridge*, then 45 minutes at 230 °C.
"""
PACKING = """1. Passport
2. Charger
3. A book that is not about computers
"""
LANGUAGES = """Grüße · Здравствуйте · こんにちは · مرحبا · नमस्ते · 👩‍🚀

A name is kept to the code point, and sorted by it.
"""
SAMPLES = (
    Sample("Packing list", PACKING, "Travel"),
    Sample("Sourdough, the short way", BREAD, "Kitchen"),
    Sample("Greetings in six scripts", LANGUAGES),
    Sample("Reading list", READING, "Work"),
    Sample("Runbook: the database is away", RUNBOOK, "Work"),
    Sample("Welcome", WELCOME),
)


def seed() -> dict[str, str]:
    """Make the account with its notes unless it is there already; return its email and password."""
    user_id = accounts.add_user(EMAIL, PASSWORD)
    if user_id is not None:
        names = sorted({sample.pad for sample in SAMPLES if sample.pad is not None})
        own = {name: pads.add_pad(user_id, name) for name in names}
        for sample in SAMPLES:
            pad_id = own[sample.pad] if sample.pad is not None else None
            notes.add_note(user_id, Draft(sample.name, sample.text, pad_id))
    return {"email": EMAIL, "password": PASSWORD}
