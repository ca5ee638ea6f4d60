"""What supervisord keeps up: the programs, and its settings file made from them."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.errors import OpsError
from ops.paths import ROOT

LABEL = "NOTES_PART"  # in each part's environment: which part it is, and whose

HEAD = """\
; Written by `./inv up`: change .env, not this file.
[supervisord]
directory={root}
logfile={logs}/supervisord.log
logfile_maxbytes=1MB
logfile_backups=1
pidfile={run}/supervisord.pid
childlogdir={logs}
umask=077
{user}
[unix_http_server]
file={socket}
chmod=0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

# autostart is off because migrations come between the database and the services.
# startretries: supervisord waits a second longer before each try, so that 50 of them last for 20 minutes.
PROGRAM = """
[program:{name}]
command={command}
directory={root}
environment={environment}
autostart=false
autorestart=true
startsecs=1
startretries=50
priority={priority}
stopsignal={stop_signal}
stopwaitsecs=30
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=5MB
stdout_logfile_backups=2
"""


@dataclass(frozen=True)
class Program:
    """A part that supervisord keeps up."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: str = "TERM"
    priority: int = 10  # started in rising, stopped in falling order


@dataclass(frozen=True)
class Folders:
    """Where one target keeps what belongs to its processes."""

    state: Path

    @property
    def run(self) -> Path:
        """Process files, emptied by nobody but their owners."""
        return self.state / "run"

    @property
    def logs(self) -> Path:
        """One log a part, rotated."""
        return self.state / "logs"

    def label(self, name: str) -> str:
        """What marks a process as that part of this target."""
        return f"{name}@{self.state}"


def render(programs: Sequence[Program], folders: Folders, socket: Path) -> str:
    """The settings file for these programs. Raises OpsError for a path that it cannot express."""
    if "%" in str(folders.logs):  # supervisord expands a log's path twice, so that none can be written
        raise inexpressible(folders.logs)
    user = "user=root\n" if os.geteuid() == 0 else ""  # without it supervisord warns that nobody told it to stay root
    where = {"root": escape(ROOT), "logs": escape(folders.logs)}
    text = HEAD.format(**where, run=escape(folders.run), socket=escape(socket), user=user)
    for program in programs:
        labelled = {**program.environment, LABEL: folders.label(program.name)}
        text += PROGRAM.format(
            **where,
            name=program.name,
            priority=program.priority,
            command=escape(shlex.join(program.words)),
            environment=",".join(f"{name}={quoted(value)}" for name, value in labelled.items()),
            stop_signal=program.stop_signal,
        )
    return text


def escape(text: str | Path) -> str:
    """The text as supervisord's settings file takes it. Raises OpsError for one that it cannot express."""
    if any(mark in str(text) for mark in ("\n", " ;", " #")):
        raise inexpressible(text)
    return str(text).replace("%", "%%")


def quoted(value: str) -> str:
    """The value of a variable as the settings file takes it, which knows no double quote within double quotes."""
    if '"' in value:
        raise inexpressible(value)
    return f'"{escape(value)}"'


def inexpressible(text: str | Path) -> OpsError:
    """The error for a text with signs that the settings file gives another meaning."""
    mend = "use a path or a value without double quotes, percent and comment signs (NOTES_STATE moves the state folder)"
    return OpsError("supervisord cannot be told this", f"'{text}'", mend)
