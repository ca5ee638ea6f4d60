"""`/users` and `/tokens`."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, request

from notes import fields
from notes.api import api
from notes.api.answers import answer, nothing, token_json
from notes.api.openapi import describes
from notes.api.problems import Errors, Problem, invalid, not_found
from notes.api.requests import bearer_key, check_text, existing_id, read_body, signed_in
from notes.store import accounts, signins, tokens
from notes.store.passwords import is_password


@api.post("/users")
@describes("Sign up", status=201, answers="User", takes="Account", public=True)
def create_user() -> Response:
    body, _ = read_body()
    errors: Errors = {}
    email = check_text(body, "email", fields.email_error, errors)
    password = check_text(body, "password", fields.password_error, errors)
    if "email" not in errors and accounts.is_taken(email):
        errors["email"] = [fields.EMAIL_TAKEN]
    if errors:
        raise invalid(errors)
    user_id = accounts.add_user(email, password)
    if user_id is None:  # taken meanwhile
        raise invalid({"email": [fields.EMAIL_TAKEN]})
    return answer({"id": user_id, "email": email}, 201)


@api.post("/tokens")
@describes("Make a token", status=201, answers="NewToken", takes="Credentials", errors=(401, 429), public=True)
def create_token() -> Response:
    body, _ = read_body()
    errors: Errors = {}
    email = check_text(body, "email", fields.email_error, errors)
    password = check_text(body, "password", fields.text_error, errors)
    name = None if body.get("name") is None else check_text(body, "name", fields.name_error, errors)
    if errors:
        raise invalid(errors)
    token, key = tokens.add_token(signed_in(_user_with(email, password)), name)
    return answer(token_json(token) | {"token": key}, 201)


@api.get("/tokens")
@describes("List the tokens", answers="TokenList")
def list_tokens() -> Response:
    user_id, items = tokens.tokens_for_bearer(bearer_key())
    signed_in(user_id)
    return answer({"items": [token_json(item) for item in items]})


@api.delete("/tokens/<id:token_id>")
@describes("Make a token dead", status=204)
def delete_token(token_id: int) -> Response:
    user_id = signed_in(tokens.bearer_of(bearer_key()))
    if not tokens.delete_token(user_id, existing_id(token_id)):
        raise not_found()
    return nothing()


def _user_with(email: str, password: str) -> int | None:
    client = request.remote_addr or ""
    found = signins.attempt(email, client)
    if found.retry_after:
        raise _too_many(found.retry_after)
    if is_password(found.password_hash, password):
        return found.user_id
    if wait := signins.record_failure(email, client):
        raise _too_many(wait)
    return None


def _too_many(seconds: int) -> Problem:
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many failed tries.", Retry_After=str(seconds))
