"""Signing up, in and out, and forgotten passwords."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user

from notes import fields
from notes.mail import Mailer
from notes.settings import Settings
from notes.store import accounts, signins
from notes.store.passwords import is_password
from notes.web import web
from notes.web.access import account_required, done, is_signed_in, me, next_page
from notes.web.forms import ForgotPasswordForm, RecoveryForm, SignInForm, SignUpForm

RECOVERY_MAIL = """Somebody, you we hope, asked for a new password for your notes.
Set it within a day on this page, which works once:

{link}

If it was not you, ignore this mail: your password stays as it is.
"""


@web.route("/signup/", methods=["GET", "POST"])
def sign_up() -> Any:
    if is_signed_in():
        return redirect("/")
    form = SignUpForm.from_request()
    is_valid = form.is_posted_well()
    if form.email.data and not form.email.errors and request.method == "POST":
        taken = accounts.is_taken(form.email.data)
        if taken or (is_valid and accounts.add_user(form.email.data, form.password.data) is None):
            form.email.errors = [fields.EMAIL_TAKEN]
            is_valid = False
    if not is_valid:
        return render_template("sign_up.html", form=form)
    return done("Account is created. Now you can sign in.", url_for("web.sign_in"))


@web.route("/signin/", methods=["GET", "POST"])
def sign_in() -> Any:
    if is_signed_in():
        return redirect("/")
    form = SignInForm.from_request()
    if not form.is_posted_well():
        return render_template("sign_in.html", form=form)
    email, client = form.email.data, request.remote_addr or ""
    found = signins.attempt(email, client)
    if found.retry_after:
        return _too_many(form, found.retry_after)
    if found.user_id is not None and is_password(found.password_hash, form.password.data):
        _start_session(found.user_id, found.email or email)
        flash("You are signed in!", "success")
        return redirect(next_page())
    if found.user_id is None:
        is_password(None, form.password.data)  # takes as long as for a known address
    if wait := signins.record_failure(email, client):
        return _too_many(form, wait)
    flash("Wrong email or password", "error")
    return render_template("sign_in.html", form=form)


@web.route("/signout/", methods=["GET", "POST"])
@account_required
def sign_out() -> Any:
    if request.method != "POST":
        return render_template("sign_out.html")
    signins.close_session(me().session_key)
    logout_user()
    session.clear()
    return redirect(url_for("web.sign_in"))


@web.route("/forgot-password/", methods=["GET", "POST"])
def forgot_password() -> Any:
    form = ForgotPasswordForm.from_request()
    if not form.is_posted_well():
        return render_template("forgot_password.html", form=form)
    started = accounts.start_recovery(form.email.data)  # committed before the mail goes out
    if started is not None:
        address, key = started
        settings: Settings = current_app.extensions["settings"]
        mailer: Mailer = current_app.extensions["mailer"]
        link = settings.public_url + url_for("web.recover_password", key=key)
        mailer.send(address, "Your new password", RECOVERY_MAIL.format(link=link))
    return done("Check your email to proceed.", url_for("web.sign_in"))


@web.route("/recover-password/<key>/", methods=["GET", "POST"])
def recover_password(key: str) -> Any:
    if not accounts.is_recovery(key):
        abort(HTTPStatus.NOT_FOUND)
    form = RecoveryForm.from_request()
    if not form.is_posted_well():
        return render_template("recover_password.html", form=form)
    if not accounts.recover(key, form.new_password.data):  # used meanwhile
        abort(HTTPStatus.NOT_FOUND)
    return done("Your password is successfully changed.", url_for("web.sign_in"))


def _start_session(user_id: int, email: str) -> None:
    session.clear()  # the session is a new one: nothing that was in the anonymous cookie is kept
    login_user(signins.Principal(user_id, email, [], signins.open_session(user_id)))
    session.permanent = True


def _too_many(form: SignInForm, seconds: int) -> Any:
    flash(f"Too many failed tries. Try again in {seconds} seconds.", "error")
    return render_template("sign_in.html", form=form), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(seconds)}
