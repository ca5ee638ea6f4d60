"""A load test as Locust's documentation shows one: users who wait for their answer before they ask again.

Meant for the same rate, and just as fast as the load test of this project while the server is: figure P9 has to find
out what it says when the server is not. It is run as that one is, by the same plan, and leaves the same files.
"""

import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant_throughput, events, task

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # Locust puts only this file's folder there

from loadtest.journal import Journal
from loadtest.plan import Plan
from loadtest.records import Request

USERS = 20


class Waiting(FastHttpUser):
    """Asks, waits for the answer, and rests until its next turn."""

    numbers = count()
    plan: Plan

    def wait_time(self) -> float:
        """Return the rest until this user's next turn."""
        wait: float = constant_throughput(self.plan.rate / USERS)(self)
        return wait

    def on_start(self) -> None:
        """Begin when the plan does."""
        gevent.sleep(max(self.plan.begin - time.time(), 0.0))

    @task
    def ask(self) -> None:
        """Ask for the next number."""
        with gevent.Timeout(self.plan.timeout_s, False):
            self.client.get(f"{self.plan.path}?n={next(self.numbers)}", name="probe")


@events.init_command_line_parser.add_listener
def add_options(parser: Any) -> None:
    """Take the plan's path."""
    parser.add_argument("--plan", required=True, help="plan.json of a run, in the folder that its files go to")


@events.init.add_listener
def prepare(environment: Any, **_: Any) -> None:
    """Write a row for each request, counted from when it was sent, as Locust has it."""
    path = Path(environment.parsed_options.plan)
    Waiting.plan = plan = Plan.read(path)
    Waiting.network_timeout = Waiting.connection_timeout = plan.timeout_s
    environment.parsed_options.num_users = environment.parsed_options.spawn_rate = USERS
    journal = Journal(path.parent, plan)
    journal.began(plan.begin)

    @environment.events.request.add_listener
    def answered(request_type: str, response_time: float, start_time: float, exception: Any, **more: Any) -> None:
        status = more["response"].status_code
        error = type(exception).__name__ if exception and not status else ""
        done = start_time + response_time / 1e3
        journal.answered(Request(start_time, start_time, done, "probe", request_type, status, error, "keepalive"))

    @environment.events.test_stop.add_listener
    def stopped(**_: Any) -> None:
        journal.close("complete", time.time())

    gevent.spawn_later(plan.begin + plan.seconds - time.time(), environment.runner.quit)
