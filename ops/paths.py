"""Where things are. Everything that is made while running lies under STATE or REPORTS, both git-ignored."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The checkout; working directory of every part."""

STATE = Path(os.environ.get("NOTES_STATE") or ROOT / ".state").resolve()
"""Databases, passwords, logs and process files of this checkout."""

REPORTS = ROOT / "reports"
"""What measurements and failed runs leave behind."""
