"""What can be wrong with containers that do not come up, each with what mends it."""

from ops import engine, image
from ops.engine import Container
from ops.errors import OpsError

PORT_TAKEN = ("address already in use", "port is already allocated")
WRONG_PASSWORD = ("password authentication failed", 'role "notes" does not exist', 'database "notes" does not exist')
RESTARTS = 2  # a part may fail once because another was not there yet; one that fails again will go on failing
WIPE = "put it back from a copy, or start anew without its data: ./inv down --wipe"


def is_hopeless(container: Container | None, restarts_before: int) -> bool:
    """Whether that container will not become ready by waiting."""
    if container is None:
        return False
    return container.state in ("exited", "dead") or container.restarts - restarts_before >= RESTARTS


def not_starting(container: Container, project: str) -> OpsError:
    """The error for a part whose container ends again and again."""
    seen = engine.last_lines(container.id)
    if container.is_out_of_memory:
        seen += "\nit wanted more memory than compose.yaml lets it have"
    if container.service == "database":
        return OpsError(f"PostgreSQL does not start on volume '{project}_database'", seen, WIPE)
    return OpsError(f"'{container.service}' does not start", seen, f"./inv logs {container.service}, then ./inv up")


def not_migrated(container: Container, database: Container) -> OpsError:
    """The error for a migration that failed; another one when the old volume knows another password."""
    seen = engine.last_lines(container.id)
    if any(sign in seen for sign in WRONG_PASSWORD):
        return OpsError(
            "the database's volume is from another time: it does not know today's roles and passwords",
            seen.splitlines()[-1],
            f"to give it today's: docker exec {database.id[:12]} bash /docker-entrypoint-initdb.d/init.sh && ./inv up\n"
            f"or start anew without its data: ./inv down --wipe",
        )
    return OpsError(f"'{container.service}' failed", seen, "mend the migration, then ./inv up")


def not_created(seen: str) -> OpsError:
    """The error for containers that could not be made or started at all."""
    if any(sign in seen for sign in PORT_TAKEN):
        return OpsError("a port was taken a moment ago", seen, "./inv up looks for free ones again")
    if image.FULL in seen:
        return OpsError("no disk is left for the containers", seen, image.MAKE_ROOM)
    return OpsError("the containers cannot be started", seen, "mend what is shown, then ./inv up")
