"""What a run of `./inv loadtest` says of the autoscaler."""

from ops.claims.said import FAILS, HOLDS, LESS, UNKNOWN, Said, Told

WORDS = {"pass": HOLDS, "fail": FAILS, "unknown": UNKNOWN, "interrupted": LESS}
TARGET, SHAPE = "kind", "steps"
"""Where there is an autoscaler, and the load that asks every question of it."""


def verdict(told: Told) -> Said | None:
    """The verdict as a whole."""
    if not _is_whole(told):
        return None
    seen = "; ".join(f"{each['name']}: {each['seen']}" for each in told["findings"])
    return Said(WORDS[told["result"]], seen, told["why"])


def finding(name: str, told: Told) -> Said | None:
    """The finding of that name; nothing of it is known where the run as a whole means nothing."""
    found = next((each for each in told["findings"] if each["name"] == name), None)
    if not _is_whole(told) or found is None:
        return None
    seen = f"{found['seen']}, wanted {found['wanted']}"
    whole = WORDS[told["result"]]
    if whole in (UNKNOWN, LESS):
        return Said(whole, seen, told["why"])
    return Said(HOLDS if found["ok"] else FAILS, seen)


def _is_whole(told: Told) -> bool:
    return told.get("target") == TARGET and told["shape"] == SHAPE  # results before there was a report name no target
