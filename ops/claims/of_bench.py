"""What a run of `./inv bench` says of a figure."""

from ops.claims.said import FAILS, HOLDS, LESS, Said, Told


def figure(name: str, told: Told) -> Said | None:
    """All verdicts of that figure together; a quick run proves nothing."""
    found = [each for each in told["figures"] if each["figure"] == name]
    if not found:
        return None
    seen = "; ".join(f"{each['what']}: {each['measured']}, wanted {each['reach']}" for each in found)
    raw = tuple(dict.fromkeys(file for each in found for file in each["raw"]))
    if not told["evidence"]:
        return Said(LESS, seen, "a quick run is no evidence", raw)
    why = "; ".join(f"{each['what']}: {each['why']}" for each in found if each["why"])
    return Said(HOLDS if all(each["reached"] for each in found) else FAILS, seen, why, raw)
