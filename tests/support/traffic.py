"""A little of everything that users do, without end, while a test looks on."""

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator

from tests.support.api import Api
from tests.support.wire import Http

PASSWORD = "correct horse 1"


def make_token(base_url: str) -> tuple[str, int]:
    """A token of a new account, and the account's id."""
    pair = {"email": f"{secrets.token_hex(8)}@example.com", "password": PASSWORD}
    api = Api(Http(base_url))
    made = api.post("users", pair)
    assert made.status == 201, made.text
    return api.post("tokens", pair).json()["token"], made.json()["id"]


@contextlib.contextmanager
def flowing(url: Callable[[str], str], token: str, pause: float = 0.1) -> Iterator[None]:
    """Requests to all services, about ten a second, until the block ends. Failures are what the watchers are for."""
    over = threading.Event()
    jobs = [("Authorization", "mytoken")]

    def go() -> None:
        notes = Http(url("notes"), timeout=5)
        rounds: list[Callable[[], object]] = [
            lambda: Api(notes, token).get("notes"),
            lambda: Api(notes, token).post("notes", {"name": "n", "text": "t"}),
            lambda: notes.send("GET", "/signin/"),
            lambda: Http(url("hello"), timeout=5).send("GET", "/"),
            lambda: Http(url("jobs"), timeout=5).send("POST", "/jobs", jobs),
        ]
        while True:
            for each in rounds:
                with contextlib.suppress(OSError):
                    each()
                if over.wait(pause):
                    return

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(20)
