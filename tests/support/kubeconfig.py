"""A kubeconfig for an API of the tests' own."""

from pathlib import Path

import yaml

CONTEXT = "here"


def write(folder: Path, url: str) -> Path:
    """Write one that leads to the API at that URL; returns where it is."""
    place = {"name": CONTEXT, "cluster": {"server": url}}
    config = {
        "apiVersion": "v1", "kind": "Config", "clusters": [place], "users": [{"name": "me", "user": {"token": "x"}}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": "me"}}], "current-context": CONTEXT,
    }  # fmt: skip
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path
