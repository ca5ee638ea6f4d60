"""JSON logs on stdout, one object a line."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from typing import Any

import orjson
import structlog

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request at work, for all lines written meanwhile. One variable, as it is set with every request."""


def _add_request_id(_: Any, __: str, record: Any) -> Any:
    if (request_id := REQUEST_ID.get()) is not None:
        record["request_id"] = request_id
    return record


SHARED: list[Any] = [
    _add_request_id,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
]


def to_bytes(record: Any, **_: Any) -> bytes:
    """Return `record` as one line of JSON, without its end; what JSON does not know, as Python shows it."""
    try:
        return orjson.dumps(record, default=repr)
    except TypeError:  # half a surrogate pair, a number of more than 64 bits: the line is written all the same
        return json.dumps(record, default=repr).encode()


def to_text(record: Any, **_: Any) -> str:
    """Return the same as text."""
    return to_bytes(record).decode()


def configure(service: str, level: str) -> None:
    """Send structlog's records and those of the standard library to stdout as JSON. May be called again."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*SHARED, structlog.processors.format_exc_info, structlog.processors.JSONRenderer(to_bytes)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(json_formatter(service))
    logging.basicConfig(handlers=[handler], level=number, force=True)


def json_formatter(service: str) -> logging.Formatter:
    """Return a formatter that gives records of the standard library the same shape."""

    def add_service(_: Any, __: str, record: Any) -> Any:
        record["service"] = service
        return record

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*SHARED, structlog.stdlib.ExtraAdder(), add_service],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(to_text),
        ],
    )


def get_logger(service: str) -> Any:
    """Return a logger whose lines carry the service's name."""
    return structlog.get_logger(service=service)
