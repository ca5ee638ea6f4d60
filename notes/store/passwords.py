"""Password hashing: scrypt by Werkzeug, bounded so that many sign-ins at once cannot exhaust the memory."""

from __future__ import annotations

import threading
from functools import cache

from werkzeug.security import check_password_hash, generate_password_hash

HASHES_AT_ONCE = 2  # of 32 MiB each
_slots = threading.BoundedSemaphore(HASHES_AT_ONCE)


def hash_password(password: str) -> str:
    """Return the salted scrypt hash of `password`."""
    with _slots:
        return generate_password_hash(password)


def is_password(stored: str | None, password: str) -> bool:
    """Whether `password` belongs to the hash `stored`; as slow for None, so that time tells nothing."""
    known = stored or _unknown()
    with _slots:
        return check_password_hash(known, password) and stored is not None


@cache
def _unknown() -> str:
    return hash_password("")
