"""Whether all of a target is ready, by what its parts say of themselves."""

from ops import wait
from ops.targets.base import Target


def unready(target: Target) -> list[str]:
    """Each part that is not ready, with its state."""
    return [f"{part.name} {part.state}" for part in target.status() if not part.is_ready]


def until_ready(target: Target, seconds: float, mend: str = "./inv up") -> None:
    """Return when every part says that it is ready; raise OpsError with those that do not after so long."""

    def probe() -> None:
        if waiting := unready(target):
            raise wait.Pending(", ".join(waiting))

    wait.until(probe, f"target {target.name} to be well", seconds=seconds, every=0.3, mend=mend)
