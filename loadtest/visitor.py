"""A user of Locust: does what is due when it is due, and says what became of it, in our files and in Locust's."""

import time
from typing import Any

import gevent
from locust import FastHttpUser, constant, task
from locust.contrib.fasthttp import FastHttpSession
from locust.exception import StopUser

from loadtest.connections import Pool
from loadtest.mix import Call, Mix
from loadtest.pace import Arrival, Pace
from loadtest.plan import Plan
from loadtest.records import Connection, Request

NAMES = {"Timeout": "TimeoutError", "timeout": "TimeoutError", "HTTPConnectionClosed": "ConnectionResetError"}
"""Errors of gevent's libraries by the names that Python has for the same."""

SPREAD = 0.6180339887498949  # the golden ratio: its multiples fall into [0, 1) more evenly than dice do


def kind_of(index: int, plan: Plan) -> Connection:
    """Return the kind of connection of a request; the same for the same number and share."""
    return "fresh" if (index * SPREAD) % 1 < plan.fresh_share else "keepalive"


class Visitor(FastHttpUser):
    """Somebody who does what is due, one thing at a time. The locustfile gives it pace, mix and pools."""

    abstract = True
    wait_time = constant(0)  # whether there is something to do says the pace alone
    max_redirects = 0
    max_retries = 0
    pace: Pace
    mix: Mix
    pools: dict[Connection, Pool]

    def __init__(self, environment: Any) -> None:
        """Share the connections of all visitors."""
        self.client_pool = self.pools["keepalive"]
        super().__init__(environment)
        shared = {"request_event": environment.events.request, "user": self, "max_retries": 0, "max_redirects": 0}
        fresh = FastHttpSession(base_url=self.host, client_pool=self.pools["fresh"], **shared)
        self.sessions: dict[Connection, FastHttpSession] = {"keepalive": self.client, "fresh": fresh}

    @task
    def work(self) -> None:
        """Do one thing after the other, each when it is due."""
        while (arrival := self.pace.take()) is not None:
            self.visit(arrival)
        raise StopUser

    def visit(self, arrival: Arrival) -> None:
        """Send what is due, unless its time is out already, and record what became of it."""
        plan = self.pace.plan
        call, kind = self.mix.call(arrival.number), kind_of(arrival.number, plan)
        sent = time.monotonic()
        left = arrival.due + plan.timeout_s - sent
        if left <= 0:
            self._never_sent(arrival, sent, call, kind)
            return
        self.pace.journal.left(sent - arrival.due)
        timer = gevent.Timeout.start_new(left)
        try:
            response = self.sessions[kind].request(
                call.method, call.path, name=call.label, data=call.body or None, headers=self._headers(call, kind),
                catch_response=True,
            )  # fmt: skip
        finally:
            timer.close()
        done = time.monotonic()
        with response:
            response.request_meta["response_time"] = (done - arrival.due) * 1e3
            response.request_meta["start_time"] = self.pace.unix(arrival.due)
            status, error = self._judge(call, response)
            if error or status != call.status:
                self.mix.failed(call)
                response.failure(error or f"status {status}")
            else:
                response.success()
        self._record(arrival, sent, done, call, status, error, kind)

    def _headers(self, call: Call, kind: Connection) -> dict[str, str]:
        headers = {"Accept-Encoding": "identity", **call.headers}
        if self.pace.plan.host_header:
            headers["Host"] = self.pace.plan.host_header
        if kind == "fresh":
            headers["Connection"] = "close"
        return headers

    def _judge(self, call: Call, response: Any) -> tuple[int, str]:
        """Return the status, 0 when there was no whole answer, and the name of what a status does not say."""
        problem = getattr(response, "error", None) or response.request_meta["exception"]
        status = int(response.status_code or 0)
        problem = (
            getattr(problem, "original", None) or problem
        )  # what the client wraps as "retries exceeded", after none
        if problem is not None and type(problem).__name__ != "LocustBadStatusCode":
            return 0, NAMES.get(type(problem).__name__, type(problem).__name__)
        if status == call.status:
            try:
                return status, self.mix.answered(call, response)
            except (ValueError, KeyError, TypeError):
                return status, "OtherContent"
        return status, "" if status >= 400 else "OtherStatus"

    def _never_sent(self, arrival: Arrival, now: float, call: Call, kind: Connection) -> None:
        self.mix.failed(call)
        self.environment.events.request.fire(
            request_type=call.method, name=call.label, response_time=(now - arrival.due) * 1e3, response_length=0,
            exception=TimeoutError("no user was free in time"), context={},
        )  # fmt: skip
        self._record(arrival, None, now, call, 0, "TimeoutError", kind)

    def _record(
        self, arrival: Arrival, sent: float | None, done: float, call: Call, status: int, error: str, kind: Connection
    ) -> None:
        unix = self.pace.unix
        left = unix(sent) if sent is not None else None
        row = Request(unix(arrival.due), left, unix(done), call.label, call.method, status, error, kind)
        self.pace.journal.answered(row)
