"""The one error meant for the user's eyes."""


class OpsError(Exception):
    """A foreseen failure: what is wrong (names in quotes), what was seen, and the command or step that mends it.

    The command line prints the three and exits with 1. Anything else that is raised is a bug and keeps its traceback.
    """

    def __init__(self, what: str, seen: str, mend: str) -> None:
        super().__init__(what, seen, mend)
        self.what, self.seen, self.mend = what, seen, mend

    def __str__(self) -> str:
        rows = [self.what]
        for label, text in (("seen", self.seen), ("mend", self.mend)):
            first, *others = text.strip().splitlines() or [""]
            rows += [f"  {label}: {first}", *(f"        {row}" for row in others)]
        return "\n".join(rows)
