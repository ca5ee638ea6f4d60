"""Accounts, tokens and notes for a load test; what is there already is left as it is."""

from __future__ import annotations

import base64
import hashlib
import hmac

from notes.store import seeds
from notes.store.keys import new_key
from notes.store.notes import Draft
from notes.store.passwords import hash_password

# Nobody can sign up with an address of this domain (RFC 2606), so that no account of somebody else is ever touched.
EMAIL = "load-{:04d}@loadtest.invalid"
TOKEN_NAME = "load test"
MOST_ACCOUNTS, MOST_NOTES = 1000, 10_000

SUBJECTS = ("minutes", "offer", "budget", "journey", "recipe", "garden", "invoice", "rehearsal")
TEXT = (
    "What was said about the {} and what is to be done next, number {}.\n\n- first\n- second\n\n" + "More of it. " * 20
)


def seed(accounts: int, notes: int, secret_key: str) -> list[dict[str, str]]:
    """Return `{email, token}` of so many accounts, each with at least `notes` notes outside the trash.

    A token cannot be read again once it is made, so it is derived from the application's secret key: the same at
    every call, and nobody else's guess. The password is random and thrown away: one for all accounts made in a call,
    because hashing takes longer than all the rest.
    """
    drafts = seeds.Drafts.of([_draft(number) for number in range(notes)])
    found, hashed = [], ""
    for number in range(accounts):
        email = EMAIL.format(number + 1)
        user_id = seeds.user_id_of(email)
        if user_id is None:
            hashed = hashed or hash_password(new_key())
            user_id = seeds.add_user(email, hashed)
        token = token_of(email, secret_key)
        seeds.add_token(user_id, TOKEN_NAME, token)
        seeds.top_up(user_id, drafts)
        found.append({"email": email, "token": token})
    seeds.analyze()
    return found


def token_of(email: str, secret_key: str) -> str:
    """Return the token of a seeded account."""
    digest = hmac.new(secret_key.encode(), f"load test token of {email}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _draft(number: int) -> Draft:
    subject = SUBJECTS[number % len(SUBJECTS)]
    return Draft(f"{subject} {number}", TEXT.format(subject, number), None)
