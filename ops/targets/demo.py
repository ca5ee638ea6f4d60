"""A demo account on any target."""

import json
from collections.abc import Callable, Sequence

from ops import console


def seed_demo(run_in: Callable[[str, Sequence[str]], str]) -> None:
    """Seed it, and show how to sign in. `run_in` runs words in a part of the target, as its method does."""
    with console.step("demo account"):
        told = run_in("notes", ["python", "-m", "notes", "demo"])
    if told:
        account = json.loads(told)
        console.data(f"demo account: {account['email']}  password: {account['password']}")
