"""Random keys for sessions, API tokens and recovery links. The database keeps only their hashes."""

from __future__ import annotations

import hashlib
import secrets

KEY_BYTES = 32


def new_key() -> str:
    """Return a new key of 256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(KEY_BYTES)


def key_hash(key: str) -> bytes:
    """Return what is stored of `key`. One round of SHA-256 is enough for a key that cannot be guessed."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
