"""The one place that starts other programs."""

import contextlib
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import console
from ops.errors import OpsError
from ops.paths import ROOT

LAST_LINES = 12  # of a failed program's output: enough for its own explanation, short enough to read

_state = {"dry": False}


@dataclass(frozen=True)
class Result:
    """Exit code and what the program wrote; both empty when it wrote to the terminal itself or the run was dry."""

    code: int
    out: str = ""
    err: str = ""


def set_dry(dry: bool) -> None:
    """From here on commands are only shown, as with `invoke --dry`."""
    _state["dry"] = dry


def is_dry() -> bool:
    """Whether this is a dry run: nothing is started, changed or waited for."""
    return _state["dry"]


def shown(words: Sequence[str | Path], env: Mapping[str, str] | None = None) -> str:
    """The command as it can be pasted into a shell, with the variables added for it in front."""
    added = [f"{name}={shlex.quote(value)}" for name, value in (env or {}).items()]
    return " ".join([*added, shlex.join(str(word) for word in words)])


def environment(added: Mapping[str, str] | None) -> dict[str, str]:
    """What a program of ours is started with: our own environment without its NOTES_ settings, and what is added.

    So a setting reaches a program only by being named for it, never because it happened to be exported.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NOTES_")}
    return {**kept, **(added or {})}


def run(
    words: Sequence[str | Path],
    *,
    mend: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    text: str | None = None,
    file: Path | None = None,
    timeout: float | None = None,
    stream: bool = False,
    question: bool = False,
    check: bool = True,
) -> Result:
    """Run a program to its end.

    `env` is added as in `environment`; `text`, or the content of `file`, goes to its standard input; `stream` leaves
    its output on the terminal instead of keeping it. A `question` changes nothing: it is neither echoed nor left out
    of a dry run.
    Raises OpsError with the last lines of output and `mend` when it is missing, too slow or, with `check`, fails.
    """
    argv = [str(word) for word in words]
    if not question:
        console.echo(shown(argv, env))
        if is_dry():
            return Result(0)
    pipe = None if stream else subprocess.PIPE
    try:
        with contextlib.ExitStack() as stack:
            given: dict[str, Any] = {"stdin": stack.enter_context(file.open("rb"))} if file else {"input": text or ""}
            done = subprocess.run(
                argv, cwd=cwd, env=environment(env), **given,
                stdout=pipe, stderr=pipe, text=True, errors="replace", timeout=timeout, check=False,
            )  # fmt: skip
    except FileNotFoundError as error:
        raise OpsError(f"'{argv[0]}' cannot be run", str(error), mend) from error
    except subprocess.TimeoutExpired as error:
        raise OpsError(f"'{argv[0]}' did not finish", f"still running after {timeout:g} s", mend) from error
    result = Result(done.returncode, done.stdout or "", done.stderr or "")
    if check and result.code:
        raise OpsError(f"'{Path(argv[0]).name}' failed", explain(result), mend)
    return result


def attach(words: Sequence[str | Path], *, mend: str, env: Mapping[str, str] | None = None) -> int:
    """Run a program on the user's own terminal, input too, and return its exit code. Raises OpsError if missing.

    Ctrl-C is the program's to deal with, as in a shell: psql gives up a query by it, not the session.
    """
    argv = [str(word) for word in words]
    console.echo(shown(argv, env))
    if is_dry():
        return 0
    # a handler that does nothing, because a program would inherit that a signal is ignored
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(argv, cwd=ROOT, env=environment(env), check=False).returncode
    except FileNotFoundError as error:
        raise OpsError(f"'{argv[0]}' cannot be run", str(error), mend) from error
    finally:
        signal.signal(signal.SIGINT, before)


def explain(result: Result) -> str:
    """Exit code and last lines of a finished program, for an error."""
    rows = (result.err.strip() or result.out.strip()).splitlines()[-LAST_LINES:]
    return "\n".join([f"exit code {result.code}", *rows])


def spawn(words: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a program of our own and return at once; it writes to the end of `log`. The caller stops and reaps it."""
    argv = [str(word) for word in words]
    console.echo(shown(argv, env))
    with log.open("ab") as out:
        return subprocess.Popen(
            argv, cwd=ROOT, env=environment(env), stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )  # fmt: skip
