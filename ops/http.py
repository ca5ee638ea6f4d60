"""One HTTP question to a part of our own, without proxies and without waiting long."""

from dataclasses import dataclass

SECONDS = 3.0  # a part that needs longer for its readiness is not ready


@dataclass(frozen=True)
class Answer:
    """Status and body; status 0 and the reason when nobody answered."""

    status: int
    text: str


def get(url: str, *, host: str = "") -> Answer:
    """Fetch that address, following redirects; never raises.

    `host` is the name to ask for where the address is a gateway's, which tells its services apart by it.
    """
    return _ask(url, host, None)


def post(url: str, body: str, *, host: str = "") -> Answer:
    """Send JSON to that address; never raises. `host` as in `get`."""
    return _ask(url, host, body.encode())


def _ask(url: str, host: str, body: bytes | None) -> Answer:
    import http.client
    from urllib import error, request

    headers = {"Host": host} if host else {}
    if body is not None:
        headers["Content-Type"] = "application/json"
    opener = request.build_opener(request.ProxyHandler({}))
    try:
        with opener.open(request.Request(url, data=body, headers=headers), timeout=SECONDS) as response:
            return Answer(response.status, response.read().decode(errors="replace"))
    except error.HTTPError as answer:
        with answer:
            return Answer(answer.code, answer.read().decode(errors="replace"))
    except (OSError, http.client.HTTPException) as reason:
        return Answer(0, str(getattr(reason, "reason", reason)) or type(reason).__name__)
