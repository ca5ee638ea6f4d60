"""All notes of a user as a zip of Markdown files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from itertools import count
from typing import Any

UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
NAME_BYTES = 180  # file systems allow 255, of which some are for the number and the ending


def zip_of(notes: Iterable[Any]) -> bytes:
    """Return a zip with one `.md` a note (name, text, pad), exactly its text, in a folder named after its pad."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for note in notes:
            folder = f"{file_name(note.pad)}/" if note.pad is not None else ""
            stem = path = f"{folder}{file_name(note.name)}"
            for number in count(2):
                if path.casefold() not in taken:
                    break
                path = f"{stem} ({number})"
            taken.add(path.casefold())
            archive.writestr(f"{path}.md", note.text.encode())
    return buffer.getvalue()


def file_name(name: str) -> str:
    """Return `name` as every common file system can keep it, and no path out of the folder."""
    safe = UNSAFE.sub("_", name).encode()[:NAME_BYTES].decode(errors="ignore").strip(". ")
    return safe or "_"
