"""Locust in constant-arrival mode: `locust -f loadtest/locustfile.py --headless --plan FOLDER/plan.json ...`.

`./inv loadtest` makes the plan and calls Locust. The users are as many as requests may be under way at once, and idle
until one is due; latency counts from that moment, in the plan's own files and in Locust's statistics.
"""

import contextlib
import gc
import http.client
import json
import logging
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gevent
from locust import events

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # Locust puts only this file's folder there

from loadtest.connections import Pool
from loadtest.journal import Journal
from loadtest.mix import API, Mix, Notes, Person, Probe
from loadtest.pace import Pace
from loadtest.plan import Plan
from loadtest.visitor import Visitor

KNOWN_NOTES = 100  # of each account, to be read: a page of the list at its longest
NICE = -10


class NotesUser(Visitor):
    """The one class of users of this file; what they do is the plan's mix."""


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    """Take the plan's path."""
    parser.add_argument("--plan", required=True, help="plan.json of a run, in the folder that its files go to")


@events.init.add_listener
def prepare(environment: Any, **_: Any) -> None:
    """Read the plan, look at the accounts' notes, and begin as soon as all users are there."""
    path = Path(environment.parsed_options.plan)
    plan = Plan.read(path)
    journal = Journal(path.parent, plan)
    pace = Pace(plan, journal)
    NotesUser.pace, NotesUser.mix = pace, mix(plan)
    size, seconds = plan.connections, plan.timeout_s
    NotesUser.pools = {"keepalive": Pool(size, seconds), "fresh": Pool(size, seconds, fresh=True)}
    with contextlib.suppress(PermissionError):  # only root may; whoever measures must not wait for what is measured
        os.nice(NICE)

    @environment.events.spawning_complete.add_listener
    def begin(**_: Any) -> None:
        gc.freeze()  # what is there now stays: each full collection over it would make requests late
        gevent.spawn(run, environment, pace).link_exception(died)

    @environment.events.test_stopping.add_listener
    def stop(**_: Any) -> None:
        pace.close()

    @environment.events.test_stop.add_listener
    def stopped(**_: Any) -> None:
        journal.close("complete" if pace.complete else "interrupted", time.time())

    # Twice the same signal, from a terminal and from ops, is one interruption; Locust's own handler knows only SIGTERM.
    gevent.signal_handler(signal.SIGINT, interrupt, environment, pace)


def run(environment: Any, pace: Pace) -> None:
    """Run to the end and quit."""
    pace.run()
    if not pace.is_closed:
        environment.runner.quit()


def interrupt(environment: Any, pace: Pace) -> None:
    """Quit early, with what was measured so far."""
    if not pace.is_closed:
        pace.close()
        environment.runner.quit()


def died(greenlet: Any) -> None:
    """A bug in the pace must not leave Locust waiting for ever."""
    logging.getLogger("loadtest").error("the pace has died: %r", greenlet.exception)
    os._exit(2)


def mix(plan: Plan) -> Mix:
    """Return what the plan's users do; for notes it needs the notes that each account has now."""
    if plan.mix == "probe":
        return Probe(plan.path)
    tokens = [account["token"] for account in json.loads(Path(plan.accounts).read_text())]
    people = [Person(token, known(plan, token)) for token in tokens]
    return Notes(people, plan.seed, f"{time.time_ns():x}")


def known(plan: Plan, token: str) -> list[int]:
    """Return the ids of an account's newest notes. Ends the process when they cannot be read."""
    where = urlsplit(plan.url)
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(where.hostname), where.port, timeout=plan.timeout_s)
    headers = {"Authorization": f"Bearer {token}", **({"Host": plan.host_header} if plan.host_header else {})}
    try:
        connection.request("GET", f"{API}?limit={KNOWN_NOTES}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            sys.exit(f"the notes of an account cannot be read at {plan.url}: status {answer.status}")
        return [note["id"] for note in json.loads(body)["items"]]
    except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
        sys.exit(f"the notes of an account cannot be read at {plan.url}: {error!r}")
    finally:
        connection.close()
