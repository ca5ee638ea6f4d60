"""The loop of the load generator: sends what is due, and records a sample for each request.

Open loop: requests fall due at a constant rate, whatever the answers do, and a sample's latency counts from when it was
due. An answer that never comes is a sample too. In the closed loop each connection asks again when it is answered: that
finds the capacity of a server, and nothing else is read from it.
"""

import resource
import select
import selectors
import time
from collections import deque

from ops.bench.plan import MOST_SAMPLES, Plan
from ops.bench.samples import Sample, Self
from ops.bench.wire import Answer, Connection, Request

# A client drops idle connections before the server does: a request sent into a connection that the server closes in
# that moment would be counted as the server's failure.
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 0.05
POLL_SECONDS = 0.02


class Generator:
    """Sends a plan's calls and records a sample for each."""

    def __init__(self, plan: Plan) -> None:
        """Prepare to run `plan`; nothing is sent yet."""
        self.plan = plan
        self.samples: list[Sample] = []
        self.lags: list[float] = []
        self.opened = self.waited = self._next = 0
        self._due = round(plan.rate * plan.seconds) if plan.mode == "open" else 0
        self._selector = selectors.EpollSelector()
        self._idle: deque[Connection] = deque()
        self._busy: set[Connection] = set()
        self._waiting: deque[Request] = deque()
        self._begin = self._swept = 0.0

    def run(self) -> None:
        """Run the plan: its seconds, and then until all is answered or timed out."""
        self._begin = time.monotonic() + max(self.plan.begin - time.time(), 0.0)
        end = self._begin + self.plan.seconds
        closed_loop = self.plan.mode == "closed"
        if closed_loop:
            for _ in range(self.plan.connections):
                self._start(self._begin)
        while (now := time.monotonic()) < end or self._next < self._due or self._busy or self._waiting:
            again = closed_loop and now < end and self._next < MOST_SAMPLES
            pause = self._arrivals(now)
            # An epoll waits for whole milliseconds, which would make each request up to one late; a select on the epoll
            # waits for microseconds.
            select.select([self._selector], (), (), pause)
            for key, events in self._selector.select(0):
                connection: Connection = key.data
                self._on_event(connection, events, again)
            self._sweep(time.monotonic())

    def _arrivals(self, now: float) -> float:
        """Start each request that is due, down to the last one; return the seconds until the next one is."""
        while self._next < self._due:
            due = self._begin + self._next / self.plan.rate
            if due > now:
                return min(due - now, POLL_SECONDS)
            self.lags.append(time.monotonic() - due)
            self._start(due)
        return POLL_SECONDS

    def _start(self, due: float) -> None:
        request = Request(self._next, due, 0.0)
        self._next += 1
        if self._waiting or not self._dispatch(request):
            self.waited += 1
            self._waiting.append(request)

    def _dispatch(self, request: Request) -> bool:
        """Send on an idle or a new connection; False when as many as allowed are busy."""
        now = time.monotonic()
        connection = None
        while self._idle and connection is None:
            connection = self._idle.popleft()
            if now - connection.idle_since > IDLE_SECONDS:
                connection.close()
                connection = None
        if connection is None and len(self._busy) >= self.plan.connections:
            return False
        request.sent = now
        try:
            if connection is None:
                connection = Connection(self._selector, (self.plan.host, self.plan.port))
                self.opened += 1
            self._busy.add(connection)
            connection.send(request, self.plan.calls[request.index % len(self.plan.calls)].data)
        except OSError as error:
            if connection is None:
                self._record(request, None, type(error).__name__)
            else:
                self._fail(connection, type(error).__name__)
        return True

    def _on_event(self, connection: Connection, events: int, again: bool) -> None:
        if connection.is_closed:  # dropped for its age while this event was waiting its turn
            return
        try:
            if events & selectors.EVENT_WRITE:
                connection.flush()
            answer = connection.receive() if events & selectors.EVENT_READ else None
        except OSError as error:
            self._fail(connection, type(error).__name__)
        else:
            if answer is None or connection.request is None:  # bytes nobody asked for: the next read closes or goes on
                return
            self._record(connection.request, answer, "")
            self._release(connection, answer.closes)
        while self._waiting and self._dispatch(self._waiting[0]):
            self._waiting.popleft()
        if again and len(self._busy) < self.plan.connections:
            self._start(time.monotonic())

    def _release(self, connection: Connection, closes: bool) -> None:
        self._busy.discard(connection)
        connection.request = None
        if closes:
            connection.close()
        else:
            connection.idle_since = time.monotonic()
            self._idle.append(connection)

    def _fail(self, connection: Connection, error: str) -> None:
        """Close a connection; when it carried a request, that is a sample with an error."""
        connection.close()
        if connection in self._busy:
            self._busy.discard(connection)
        else:
            self._idle.remove(connection)
        if connection.request is not None:
            self._record(connection.request, None, error)

    def _record(self, request: Request, answer: Answer | None, error: str) -> None:
        since = self._begin
        due, done = round((request.due - since) * 1e6), round((time.monotonic() - since) * 1e6)
        sent = round((request.sent - since) * 1e6) if request.sent else -1
        label = self.plan.calls[request.index % len(self.plan.calls)].label
        status, retry, size = (answer.status, int(answer.retry_after), answer.size) if answer else (0, 0, 0)
        self.samples.append(Sample(label, due, sent, done, status, retry, size, error))

    def _sweep(self, now: float) -> None:
        """Give up on what is due for longer than the time-out."""
        if now - self._swept < SWEEP_SECONDS:
            return
        self._swept = now
        oldest = now - self.plan.timeout
        for connection in [c for c in self._busy if c.request is not None and c.request.due < oldest]:
            self._fail(connection, "TimeoutError")
        while self._waiting and self._waiting[0].due < oldest:
            self._record(self._waiting.popleft(), None, "TimeoutError")

    def about(self) -> Self:
        """Return how late this generator was and what it cost."""
        lags = sorted(self.lags) or [0.0]
        usage = resource.getrusage(resource.RUSAGE_SELF)
        p50, p99 = lags[len(lags) // 2], lags[min(len(lags) - 1, len(lags) * 99 // 100)]
        cpu = usage.ru_utime + usage.ru_stime
        return Self(p50 * 1e3, p99 * 1e3, lags[-1] * 1e3, cpu, self.opened, self.waited)
