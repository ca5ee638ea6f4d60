"""The forms. Their CSRF token is checked for all of them at once, before a view runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import request
from markupsafe import Markup, escape
from wtforms import Form, PasswordField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import StopValidation

from notes import fields

NO_PAD = 0
NO_PAD_LABEL = "---------"
NOT_IN_HTML = re.compile("[\0\ud800-\udfff]")
NUMBER = re.compile(r"[0-9]{1,10}")


def checked(check: Callable[[str], str | None]) -> Callable[[Form, Any], None]:
    """Return a WTForms validator for a check of `notes.fields`."""

    def validate(_: Form, field: Any) -> None:
        if found := check(field.data or ""):
            raise StopValidation(found)

    return validate


def form_value(text: str) -> Markup:
    """Return `text` for a form field: what no page can hold as U+FFFD, and CR so that it does not become LF."""
    return escape(NOT_IN_HTML.sub("\ufffd", text)).replace("\r", Markup("&#13;"))


def one_line_end(value: str | None) -> str | None:
    """Return `value` with each CRLF, which is how a browser sends a line's end, as LF."""
    return value.replace("\r\n", "\n") if value else value


def as_pad_id(value: Any) -> int:
    """Return the number of a choice; -1, which is no choice, for anything else."""
    text = str(value)
    if text == "":
        return NO_PAD
    return int(text) if NUMBER.fullmatch(text) else -1


def same_as(name: str, message: str) -> Callable[[Form, Any], None]:
    """Return a validator that wants what the field `name` holds."""

    def validate(form: Form, field: Any) -> None:
        if field.data != form[name].data:
            raise ValidationError(message)

    return validate


class BaseForm(Form):
    """A form filled from the request."""

    @classmethod
    def from_request(cls, **options: Any) -> Any:
        """Return the form with what was posted; empty, or with `options`, on other methods."""
        return cls(request.form if request.method == "POST" else None, **options)

    def is_posted_well(self) -> bool:
        """Whether it was posted with nothing wrong. Each field keeps its first error only."""
        return request.method == "POST" and bool(self.validate())


class SignUpForm(BaseForm):
    """A new account."""

    email = StringField("Email", [checked(fields.email_error)])
    password = PasswordField("Password", [checked(fields.password_error)])
    repeat_password = PasswordField(
        "Repeat password", [checked(fields.text_error), same_as("password", "Your passwords do not match")]
    )


class SignInForm(BaseForm):
    """Who signs in."""

    email = StringField("Email", [checked(fields.email_error)])
    password = PasswordField("Password", [checked(fields.text_error)])


class ForgotPasswordForm(BaseForm):
    """Who forgot the password."""

    email = StringField("Email", [checked(fields.email_error)])


class RecoveryForm(BaseForm):
    """A new password."""

    new_password = PasswordField("New password", [checked(fields.password_error)])
    repeat_new_password = PasswordField(
        "Repeat new password", [checked(fields.text_error), same_as("new_password", "Your passwords don't match")]
    )


class PasswordForm(RecoveryForm):
    """A new password for who knows the old one."""

    old_password = PasswordField("Old password", [checked(fields.text_error)])
    field_order = ("old_password", "new_password", "repeat_new_password")

    def __iter__(self) -> Any:
        return iter([self[name] for name in self.field_order])


class TokenForm(BaseForm):
    """The name of a new API token."""

    name = StringField("Name", [checked(fields.name_error)], filters=[one_line_end])


class DeleteAccountForm(BaseForm):
    """The password, asked once more."""

    password = PasswordField("Password", [checked(fields.text_error)])


class PadForm(BaseForm):
    """A pad."""

    name = StringField("Name", [checked(fields.name_error)], filters=[one_line_end])


class NoteForm(BaseForm):
    """A note."""

    name = StringField("Name", [checked(fields.name_error)], filters=[one_line_end])
    text = TextAreaField("Text", [checked(fields.text_error)], filters=[one_line_end])
    pad = SelectField("Pad", coerce=as_pad_id, default=NO_PAD)

    def offer(self, pads: Sequence[tuple[int, str]]) -> None:
        """Set the choices: no pad, then the user's own."""
        self.pad.choices = [(NO_PAD, NO_PAD_LABEL), *pads]
        if request.method == "POST" and "pad" not in request.form:
            self.pad.data = NO_PAD

    @property
    def pad_id(self) -> int | None:
        """The chosen pad, or None."""
        return self.pad.data or None
