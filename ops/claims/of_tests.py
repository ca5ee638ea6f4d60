"""What a run of `./inv test` says: of its parts, of all tests, and of one test or file."""

from collections.abc import Sequence

from ops import tally
from ops.claims.said import FAILS, HOLDS, LESS, Said, Told
from ops.suite import PYTEST
from ops.tally import Tally


def parts(names: Sequence[str], told: Told) -> Said | None:
    """Whether these parts ended well."""
    codes = {name: told["parts"][name]["code"] for name in names}
    why = ", ".join(f"{name} ended with exit code {code}" for name, code in codes.items() if code)
    return Said(FAILS if why else HOLDS, ", ".join(names), why)


def every(told: Told) -> Said | None:
    """Whether no test failed; what this machine cannot run is skipped, and named."""
    found = _matching("", told)
    code = max(each["code"] for name, each in told["parts"].items() if name.startswith(PYTEST))
    only = _only(told)
    if found.failed or (code and not only):
        return Said(FAILS, str(found), only or f"pytest ended with exit code {code}")
    return Said(LESS if only else HOLDS, str(found), only)


def named(name: str, told: Told) -> Said | None:
    """Whether that test, or every test of that file, passed where it was not skipped."""
    found = _matching(name, told)
    if found == Tally():
        return None
    if found.failed:
        return Said(FAILS, str(found), name)
    if told["about"]["select"]:
        return Said(LESS, str(found), _only(told))
    return Said(HOLDS, str(found)) if found.passed else Said(LESS, str(found), "every test of it was skipped")


def _matching(name: str, told: Told) -> Tally:
    tests = {test: Tally(**each) for test, each in told["tests"].items()}
    return tally.total(each for test, each in tests.items() if not name or name in (test, test.partition("::")[0]))


def _only(told: Told) -> str:
    """How the run was narrowed; empty for a whole one."""
    about = told["about"]
    words = [*(["--unit"] if about["unit"] else []), *([f"-k '{about['select']}'"] if about["select"] else [])]
    return f"only {' '.join(words)}" if words else ""
