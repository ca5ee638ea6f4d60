"""The places the project runs at: one small interface (base), one implementation each."""

from ops import engine
from ops.errors import OpsError
from ops.targets.base import Target

KNOWN = ("compose", "embedded", "kind")


def named(name: str | None) -> Target:
    """The target of that name, or the default one. Raises OpsError, listing the known ones, for any other."""
    wanted = name or default()[0]
    if wanted == "compose":
        from ops.targets.compose import Compose

        return Compose()
    if wanted == "embedded":
        from ops.targets.embedded import Embedded

        return Embedded()
    if wanted == "kind":
        from ops.targets.kind import Kind

        return Kind()
    raise OpsError(f"no target '{name}'", f"known: {', '.join(KNOWN)}", f"leave --on away, or: --on {KNOWN[0]}")


def default() -> tuple[str, str]:
    """The target that is meant where none is named, and why: compose where there is an engine with Compose."""
    version = engine.version()
    if version is None:
        return "embedded", "no Docker engine answers, and this one needs nothing but Python"
    if engine.compose_version() is None:
        return "embedded", "there is no Docker Compose, and this one needs nothing but Python"
    return "compose", f"Docker engine {version} answers; without it: --on embedded"
