"""Reading just enough of a waiting request to refuse it, without a thread and without a parser."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEAD_BYTES = 16_384  # what is read at once; a longer request is left to the real parser
REQUEST_LINE = re.compile(rb"([A-Z]{3,7}) (/[^ ?#]*)[^ ]* HTTP/1\.1\r\n")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,7})[ \t]*\r\n")
REQUEST_ID = re.compile(rb"\r\nx-request-id:[ \t]*([^\r\n]*?)[ \t]*\r\n")
CLOSE = re.compile(rb"\r\nconnection:[ \t]*close[ \t]*\r\n")
# what changes how the request is framed or answered: left to the real parser
UNUSUAL = re.compile(rb"\r\n(?:transfer-encoding|expect|upgrade)[ \t]*:")
END = b"\r\n\r\n"


@dataclass(frozen=True)
class Waiting:
    """A request that has arrived as a whole, and nothing behind it."""

    method: str
    path: str
    request_id: str
    closes: bool


def read(data: bytes) -> Waiting | None:
    """Return the request that `data` is; None when it is incomplete, more than one, or not of the plain kind."""
    line = REQUEST_LINE.match(data)
    end = data.find(END)
    if line is None or end < 0:
        return None
    head = data[: end + 2].lower()
    if UNUSUAL.search(head) or head.count(b"\r\ncontent-length") > 1:
        return None
    length = LENGTH.search(head)
    size = end + len(END) + (int(length[1]) if length else 0)
    if size != len(data) or (length is None and b"\r\ncontent-length" in head):
        return None
    given = REQUEST_ID.search(head)
    request_id = data[slice(*given.span(1))].decode("latin-1") if given else ""
    return Waiting(line[1].decode(), line[2].decode("latin-1"), request_id, bool(CLOSE.search(head)))
