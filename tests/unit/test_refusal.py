"""What the main loop may refuse by itself is a whole and plain request; everything else is left to the real parser."""

import pytest

from notes.serving import refusal

pytestmark = pytest.mark.unit
HOST = b"Host: x\r\n"


def test_a_request_without_a_body_is_read() -> None:
    data = b"GET /api/v1/notes?q=a HTTP/1.1\r\n" + HOST + b"X-Request-ID: Abc-12345\r\n\r\n"
    assert refusal.read(data) == refusal.Waiting("GET", "/api/v1/notes", "Abc-12345", closes=False)


def test_a_body_that_has_arrived_belongs_to_the_request() -> None:
    head = b"POST /notes/create/ HTTP/1.1\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    assert refusal.read(head + b"a=b&c") == refusal.Waiting("POST", "/notes/create/", "", closes=True)
    assert refusal.read(head + b"a=b&cGET / HTTP/1.1\r\n") is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost",
        b"GET / HTTP/1.0\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET http://x/ HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n",
        b"GET / HTTP/1.1\r\nUpgrade: h2c\r\n\r\n",
    ],
)
def test_whatever_is_not_plain_or_not_there_is_left_to_the_parser(data: bytes) -> None:
    assert refusal.read(data) is None
