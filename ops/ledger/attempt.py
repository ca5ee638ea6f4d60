"""What an answer, or the lack of one, says about a write."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ops.ledger.client import InDoubtError, NeverSentError, Reply
from ops.ledger.writes import ACKNOWLEDGED, REJECTED, UNKNOWN

PAUSE_SECONDS = 0.2  # before the same request again: an outage of a second is bridged by a few tries


@dataclass(frozen=True)
class Attempt:
    """How a write ended. `reason` is the status or the error's name; `note` and `etag` are known after a yes."""

    outcome: str
    reason: str
    note: int = 0
    etag: str = ""
    tries: int = field(default=1)


def read(reply: Reply) -> Attempt:
    """What this answer says: 2xx yes, 4xx a definite no; 5xx and anything else leaves it open.

    A 503 leaves it open too: the application gives it when the database went away in the middle of a commit.
    """
    reason = str(reply.status)
    if 200 <= reply.status < 300:
        note = reply.json["id"] if isinstance(reply.json, dict) else 0
        return Attempt(ACKNOWLEDGED, reason, note, reply.headers.get("etag", ""))
    return Attempt(REJECTED if 400 <= reply.status < 500 else UNKNOWN, reason)


def once(send: Callable[[], Reply]) -> Attempt:
    """Send once."""
    try:
        return read(send())
    except NeverSentError as error:
        return Attempt(REJECTED, f"not sent: {error}")
    except InDoubtError as error:
        return Attempt(UNKNOWN, str(error))


def until_told(send: Callable[[], Reply], retries: int, pause: Callable[[float], object]) -> Attempt:
    """Send, and after anything but a yes or a no from the service itself send the same again, up to `retries` times.

    Once a try was left open, only a yes settles it: a later 404 or 412 may be the first try's own doing.
    """
    attempt = once(send)
    doubts = [attempt] if attempt.outcome == UNKNOWN else []
    tries = 1
    while tries <= retries and (attempt.outcome == UNKNOWN or attempt.reason.startswith("not sent")):
        pause(PAUSE_SECONDS)
        attempt = once(send)
        tries += 1
        if attempt.outcome == UNKNOWN:
            doubts.append(attempt)
    if doubts and attempt.outcome != ACKNOWLEDGED:
        return Attempt(UNKNOWN, doubts[-1].reason, tries=tries)
    return Attempt(attempt.outcome, attempt.reason, attempt.note, attempt.etag, tries)
