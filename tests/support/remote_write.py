"""Pushes single samples to Prometheus by its remote write protocol, as Alloy and whatever makes backups do.

https://prometheus.io/docs/specs/prw/remote_write_spec/: a protobuf message, compressed by snappy. Both are written out
here, as far as one sample needs them; snappy allows a message that is one literal.
"""

import struct
import time
from collections.abc import Mapping

from tests.support.wire import Http

GONE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
"""The value that ends a series at once; else Prometheus looks back for five minutes."""
HEADERS = [
    ("Content-Encoding", "snappy"),
    ("Content-Type", "application/x-protobuf"),
    ("X-Prometheus-Remote-Write-Version", "0.1.0"),
]


def push(prometheus: str, name: str, labels: Mapping[str, str], value: float) -> None:
    """Give that series that value now."""
    pairs = sorted({**labels, "__name__": name}.items())
    series = b"".join(_field(1, _field(1, key.encode()) + _field(2, text.encode())) for key, text in pairs)
    sample = b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(int(time.time() * 1000))
    message = _field(1, series + _field(2, sample))
    answer = Http(prometheus).send("POST", "/api/v1/write", HEADERS, _compressed(message))
    assert answer.status == 204, answer.text


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _compressed(message: bytes) -> bytes:
    literal = bytes([61 << 2]) + (len(message) - 1).to_bytes(2, "little")  # 61: its length stands in two bytes
    return _varint(len(message)) + literal + message
