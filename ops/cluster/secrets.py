"""Secrets of a namespace: made on first use in git-ignored files, and handed to the cluster by standard input only."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ops import files
from ops.settings import APPLICATION

NAMES = ("database-admin-password", "database-password", "metrics-password", "secret-key", "grafana-password")
"""The random ones; the same as on compose."""

MAIL = "mail"
SECRETS: dict[str, Sequence[str]] = {
    "database": ("database-admin-password", "database-password", "metrics-password"),
    "notes": ("database-password", "secret-key", MAIL),
    "auth": ("database-password",),
}
"""Each Secret of the application's namespace with its keys, which are mounted as files."""

MONITORING: dict[str, Sequence[str]] = {"database": ("metrics-password",), "grafana": ("grafana-password",)}
"""The same for the namespace of what watches; PostgreSQL's metrics are read with the application's own password."""


def write(folder: Path, found: Mapping[str, str]) -> dict[str, str]:
    """Each secret by name, kept in a file of that folder; `found` are the settings, for the one that is not random."""
    files.make_folder(folder)
    texts = {name: files.secret(folder / name) for name in NAMES}
    texts[MAIL] = found.get("NOTES_MAIL") or APPLICATION["NOTES_MAIL"].default
    files.write(folder / MAIL, texts[MAIL])
    return texts


def objects(texts: Mapping[str, str], namespace: str, wanted: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """The Secrets to apply."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": {"app.kubernetes.io/part-of": "notes-platform"},
            },
            "type": "Opaque",
            "data": {key: base64.b64encode(texts[key].encode()).decode() for key in keys},
        }
        for name, keys in wanted.items()
    ]
