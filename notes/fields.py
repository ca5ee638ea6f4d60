"""What a value must be, with the text that says so: one place for the pages and for the API."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from notes.models import EMAIL_LENGTH, NAME_LENGTH

REQUIRED = "This field is required."
INVALID = "Not a valid value."
INVALID_EMAIL = "Invalid email address."
NAME_TOO_LONG = "The name must have less than 100 characters."
PASSWORD_LENGTH = "The password must have 8 to 128 characters."
PASSWORD_RANGE = range(8, 129)
NOT_A_CHOICE = "Not a valid choice."
EMAIL_TAKEN = "User with this email is already signed up"

# Unicode's property White_Space; str.isspace() also counts U+001C to U+001F
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


def is_blank(value: str) -> bool:
    """Whether `value` counts as empty."""
    return not value.strip(WHITE_SPACE)


def is_storable(value: str) -> bool:
    """Whether PostgreSQL can keep `value`: no U+0000, no half of a surrogate pair."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in value


def text_error(value: str) -> str | None:
    """Return what is wrong with a text that must not be empty, or None."""
    if is_blank(value):
        return REQUIRED
    return None if is_storable(value) else INVALID


def name_error(value: str) -> str | None:
    """Return what is wrong with the name of a note, pad or token, or None."""
    return text_error(value) or (NAME_TOO_LONG if len(value) > NAME_LENGTH else None)


def password_error(value: str) -> str | None:
    """Return what is wrong with a new password, or None."""
    return text_error(value) or (None if len(value) in PASSWORD_RANGE else PASSWORD_LENGTH)


def email_error(value: str) -> str | None:
    """Return what is wrong with an address, or None. Nothing is looked up."""
    if is_blank(value):
        return REQUIRED
    # a host of a test or of an intranet is an address too, but one without a dot is a typing mistake
    if not is_storable(value) or len(value) > EMAIL_LENGTH or "." not in value.rpartition("@")[2]:
        return INVALID_EMAIL
    try:
        validate_email(value, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return INVALID_EMAIL
    return None


def email_key(email: str) -> str:
    """Return what two spellings of one address have in common."""
    return email.casefold()
