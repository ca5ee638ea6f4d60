"""What a running target was made from: when that changes, `up` restarts it."""

import hashlib
from pathlib import Path

from ops.paths import ROOT

SOURCES = ("notes", "services", "requirements/app.txt")


def of(*texts: str) -> str:
    """A digest over these texts and over the applications' source files."""
    digest = hashlib.sha256("\0".join(texts).encode())
    for source in SOURCES:
        for path in sorted(_files(ROOT / source)):
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return [path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
