"""What every command shares: its options' help, a dry run, and the one way to show a foreseen failure."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from invoke.context import Context
from invoke.exceptions import Exit
from invoke.parser.parser import ParseMachine
from invoke.tasks import task

from ops import console, run
from ops.errors import OpsError

ON = {"on": "Target to work on: compose, the default where a Docker engine answers, embedded or kind."}

_may_be_left_out: set[str] = set()


def command(*positional: str, iterable: Sequence[str] = (), **help_texts: str) -> Callable[[Callable[..., None]], Any]:
    """Make a task of a function; one help text per option. `positional` ones may be given without their name, or not.

    `iterable` ones may be given again and again, and arrive as a list.

    An OpsError is printed and ends with exit code 1; Ctrl-C ends with 130; any other error is a bug and is shown whole.
    """

    def wrap(body: Callable[..., None]) -> Any:
        @functools.wraps(body)
        def inner(context: Context, *args: Any, **options: Any) -> None:
            run.set_dry(bool(context.config.run.dry))
            try:
                body(context, *args, **options)
            except OpsError as error:
                console.failure(error)
                raise Exit(code=1) from error
            except KeyboardInterrupt as stop:
                raise Exit(code=130) from stop

        _may_be_left_out.update(positional)
        return task(inner, help=help_texts, positional=positional, iterable=iterable)

    return wrap


def _complete_context(machine: ParseMachine) -> None:
    """Invoke refuses a task without its positional options; one that may be left out is then empty: `logs [part]`."""
    for missing in machine.context.missing_positional_args if machine.context else ():
        if missing.name in _may_be_left_out:
            missing.value = ""
    _refuse_incomplete(machine)


_refuse_incomplete = ParseMachine.complete_context
ParseMachine.complete_context = _complete_context  # type: ignore[method-assign,assignment]
