"""A line of the log is one JSON object, whatever is in it: none is lost for what it says."""

import json
from typing import Any

import pytest

from notes.serving import logs

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("line\nbreak \x7f \u2028 ü 🎈", "line\nbreak \x7f \u2028 ü 🎈"),
        ("half a pair: \ud800", "half a pair: \ud800"),
        (2**70, 2**70),
        (b"bytes", "b'bytes'"),
        ({1: None}, {"1": None}),
    ],
)
def test_any_value_is_written_on_one_line(value: Any, written: Any) -> None:
    line = logs.to_bytes({"event": "x", "value": value})
    assert b"\n" not in line
    assert json.loads(line) == {"event": "x", "value": written}
    assert logs.to_text({"event": "x", "value": value}).encode() == line
