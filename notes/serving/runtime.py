"""The folder that the processes of one service share while they run."""

from __future__ import annotations

from pathlib import Path

FAULTS = "faults.json"
METRICS = "metrics"


def prepare(folder: Path) -> Path:
    """Make `folder`, remove what an earlier start left there, and return the folder for the metrics in it.

    Only files that we made are removed: what an earlier process counted must not be counted again.
    """
    metrics = folder / METRICS
    metrics.mkdir(parents=True, exist_ok=True)
    for left in metrics.glob("*.db"):
        left.unlink(missing_ok=True)
    (folder / FAULTS).unlink(missing_ok=True)
    return metrics
