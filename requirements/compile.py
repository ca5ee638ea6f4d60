"""Compiles the modules that the application imports: half of the installed packages, for a smaller image.

    /venv/bin/python compile.py /stdlib

Those of the standard library, which the base image has without their compiled form, go to the folder named, as they are
to lie below lib/python3.x. The image's root is read-only, so what is not compiled here is compiled anew at each start
that needs it: of the standard library alone that was more than half of the time to the first answer.
"""

import importlib
import importlib.util
import os
import py_compile
import sys
from pathlib import Path

MIGRATIONS = ("alembic.command", "flask_migrate")
SERVICES = (
    "click",
    "email_validator",
    "flask_login",
    "flask_sqlalchemy",
    "flask_wtf.csrf",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "http.server",
    "markdown_it",
    "nh3",
    "orjson",
    "prometheus_client.multiprocess",
    "psycopg",
    "pygments.formatters.html",
    "pygments.lexers",
    "sqlalchemy.dialects.postgresql.psycopg",
    "structlog",
    "werkzeug.middleware.proxy_fix",
    "wtforms",
    "zipfile",
)


def main(folder: str) -> None:
    """Import them, then compile every module that this brought along, never to be checked against its source."""
    sys.dont_write_bytecode = True
    library = str(Path(os.__file__).parent)
    for file in brought_along(SERVICES, library):  # a migration may take its time
        compile_to(folder + importlib.util.cache_from_source(file).removeprefix(library), file)
    for file in brought_along(MIGRATIONS, sys.prefix):
        compile_to(None, file)


def brought_along(names: tuple[str, ...], place: str) -> list[str]:
    """Import these; the files below that place of all that is imported by now."""
    for name in names:
        importlib.import_module(name)
    files = {module.__spec__.origin for module in list(sys.modules.values()) if getattr(module, "__spec__", None)}
    return sorted(file for file in files if file and file.startswith(place) and file.endswith(".py"))


def compile_to(place: str | None, file: str) -> None:
    """Compile the file to that place, its own when there is none."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    py_compile.compile(file, place, doraise=True, invalidation_mode=mode)


if __name__ == "__main__":
    main(sys.argv[1])
