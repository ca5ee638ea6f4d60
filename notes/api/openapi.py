"""The OpenAPI 3.1 document, put together from what the views say of themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Flask

from notes import __version__
from notes.api import PREFIX
from notes.api.problems import CONTENT_TYPE
from notes.api.schemas import ID, SCHEMAS, Shape, refer

View = TypeVar("View", bound=Callable[..., Any])
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
METHODS = ("get", "post", "put", "delete")
BODY_ERRORS = (400, 413, 415, 422)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What the document says of one view. `answers` and `takes` are names in `notes.api.schemas.SCHEMAS`."""

    summary: str
    status: int = 200
    answers: str | None = None
    takes: str | None = None
    errors: tuple[int, ...] = ()
    parameters: tuple[Shape, ...] = ()
    headers: tuple[str, ...] = ()
    public: bool = False


_operations: dict[str, Operation] = {}


def describes(summary: str, **facts: Any) -> Callable[[View], View]:
    """Return a decorator that keeps an `Operation` for a view."""

    def decorate(view: View) -> View:
        _operations[f"api.{view.__name__}"] = Operation(summary=summary, **facts)
        return view

    return decorate


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of all described views of `app`."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in app.url_map.iter_rules():
        operation = _operations.get(rule.endpoint)
        if operation is None:
            continue
        path = paths.setdefault(ARGUMENT.sub(r"{\1}", rule.rule), {})
        for method in METHODS:
            if method.upper() in (rule.methods or ()):
                path[method] = _describe(rule.endpoint, rule.arguments, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": __version__},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _describe(endpoint: str, arguments: set[str], operation: Operation) -> Shape:
    codes = {*operation.errors, *(BODY_ERRORS if operation.takes else ()), 503}
    if arguments:
        codes.add(404)
    if not operation.public:
        codes.add(401)
    found: Shape = {"operationId": endpoint.removeprefix("api."), "summary": operation.summary}
    found["parameters"] = [_path_parameter(name) for name in sorted(arguments)] + list(operation.parameters)
    if operation.takes:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": refer(operation.takes)}}}
    found["responses"] = {str(operation.status): _answer(operation)} | {
        str(code): _error(code) for code in sorted(codes)
    }
    found["security"] = [] if operation.public else [{"bearer": []}]
    return found


def _path_parameter(name: str) -> Shape:
    return {"name": name, "in": "path", "required": True, "schema": ID}


def _answer(operation: Operation) -> Shape:
    answer: Shape = {"description": HTTPStatus(operation.status).phrase}
    if operation.answers:
        answer["content"] = {"application/json": {"schema": refer(operation.answers)}}
    if operation.headers:
        answer["headers"] = {name: {"schema": {"type": "string"}} for name in operation.headers}
    return answer


def _error(code: int) -> Shape:
    content = {CONTENT_TYPE: {"schema": refer("Problem")}}
    return {"description": HTTPStatus(code).phrase, "content": content}


def query_parameter(name: str, schema: Shape) -> Shape:
    """Return an optional parameter of the query."""
    return {"name": name, "in": "query", "schema": schema}


def or_empty(schema: Shape) -> Shape:
    """Return the schema of a parameter that counts as absent when it is empty."""
    return {"anyOf": [schema, {"const": ""}]}


def header_parameter(name: str, schema: Shape) -> Shape:
    """Return an optional request header."""
    return {"name": name, "in": "header", "schema": schema}


DOCUMENT_PATH = f"{PREFIX}/openapi.json"
