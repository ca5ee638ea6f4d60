"""Full text search that does not depend on the server's locale.

The words are cut and folded here, both when a note is stored and when it is searched, and PostgreSQL matches them
as prefixes in a GIN index. A word is a run of letters and digits (Unicode).
"""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
WORD_LENGTH = 200  # code points; a longer word is found by its first 200 (PostgreSQL's limit is 2,046 bytes)
VECTOR_BYTES = 1_000_000  # PostgreSQL's limit for one tsvector is 1,048,575


def words(*texts: str) -> list[str]:
    """Return the different words of `texts`, folded, at most as many as one tsvector holds."""
    found: dict[str, None] = {}
    size = 0
    for text in texts:
        for match in WORD.finditer(_fold(text)):
            word = match[0][:WORD_LENGTH]
            if word in found:
                continue
            size += len(word.encode())
            if size > VECTOR_BYTES:
                return list(found)
            found[word] = None
    return list(found)


def prefix_query(q: str) -> str | None:
    """Return `q` as a tsquery that wants all its words, each by its beginning; None when nothing can match."""
    try:
        q.encode()
    except UnicodeEncodeError:
        return None
    if "\0" in q:
        return None
    wanted = words(q)
    return " & ".join(f"'{word}':*" for word in wanted) or None


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
