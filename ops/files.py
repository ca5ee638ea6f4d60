"""Small files that a run leaves for the next one: written whole, readable by their owner only."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops import console, run
from ops.errors import OpsError


def make_folder(folder: Path, mode: int = 0o700) -> None:
    """The folder with its parents; raises OpsError where it cannot be made."""
    if run.is_dry():
        return
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
    except OSError as error:
        raise not_writable(folder, str(error)) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise not_writable(folder, f"it belongs to user {folder.stat().st_uid} and lets user {os.geteuid()} not write")


def not_writable(folder: Path, seen: str) -> OpsError:
    """The error for a folder of ours that we may not write in."""
    mend = f"sudo chown -R {os.geteuid()} '{folder}', or set NOTES_STATE to another folder"
    return OpsError(f"cannot write in '{folder}'", seen, mend)


def write(path: Path, text: str) -> bool:
    """Write the file in one step (0600) and say whether its content is new."""
    if path.is_file() and path.read_text() == text:
        return False
    if run.is_dry():
        console.say(f"would write {path}")
        return True
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OpsError(f"cannot write '{path}'", str(error), see_folder(path.parent)) from error
    return True


def see_folder(folder: Path) -> str:
    """The mend for a write that failed for want of space or of permission."""
    return f"see the free space and the permissions: df -h '{folder}'; ls -ld '{folder}'"


def secret(path: Path) -> str:
    """The random secret (43 URL-safe characters) kept in that file, made on first use."""
    if not path.is_file():
        write(path, secrets.token_urlsafe(32))
    return path.read_text() if path.is_file() else ""


def remove_folder(folder: Path) -> None:
    """Remove the folder and all it holds, if it is there."""
    if folder.exists() and not run.is_dry():
        shutil.rmtree(folder)


def remove(*paths: Path) -> None:
    """Remove these files, as far as they are there."""
    for path in paths:
        if not run.is_dry():
            path.unlink(missing_ok=True)


def free_mib(folder: Path) -> int:
    """Free space where the folder is or will be, in MiB."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free >> 20


@contextmanager
def locked(path: Path, mend: str) -> Iterator[None]:
    """Hold the file's lock, or raise OpsError at once when another process does. It goes when its holder ends."""
    if run.is_dry():
        yield
        return
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OpsError("another command is changing this target", f"'{path}' is locked", mend) from error
        yield
