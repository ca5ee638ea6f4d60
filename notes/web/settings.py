"""The settings: password, API tokens, export, the end of the account."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, session, url_for
from flask_login import logout_user

from notes.store import accounts, lists, tokens
from notes.store.keys import key_hash
from notes.store.passwords import is_password
from notes.web import web
from notes.web.access import account_required, done, existing_id, me
from notes.web.export import zip_of
from notes.web.forms import DeleteAccountForm, PasswordForm, TokenForm


@web.route("/settings/", methods=["GET", "POST"])
@account_required
def settings() -> Any:
    user = me()
    form = PasswordForm.from_request()
    if not form.is_posted_well():
        return _page(password=form)
    if not is_password(accounts.password_hash_of(user.id), form.old_password.data):
        form.old_password.errors = ["Incorrect old password"]
        return _page(password=form)
    accounts.change_password(user.id, form.new_password.data, keep_session=key_hash(user.session_key))
    return done("Your password is successfully changed.", "/")


@web.post("/settings/tokens/")
@account_required
def create_token() -> Any:
    form = TokenForm.from_request()
    if not form.is_posted_well():
        return _page(token=form)
    _, key = tokens.add_token(me().id, form.name.data)
    return _page(new_token=key)


@web.post("/settings/tokens/<id:token_id>/revoke/")
@account_required
def revoke_token(token_id: int) -> Any:
    if not tokens.delete_token(me().id, existing_id(token_id)):
        abort(404)
    return done("Token is revoked", url_for("web.settings"))


@web.get("/settings/export/")
@account_required
def export() -> Any:
    answer = Response(zip_of(lists.all_notes(me().id)), content_type="application/zip")
    answer.headers["Content-Disposition"] = 'attachment; filename="notes.zip"'
    return answer


@web.post("/settings/delete/")
@account_required
def delete_account() -> Any:
    user = me()
    form = DeleteAccountForm.from_request()
    if form.is_posted_well() and not is_password(accounts.password_hash_of(user.id), form.password.data):
        form.password.errors = ["Incorrect password"]
    if form.errors or form.password.errors:
        return _page(deletion=form)
    accounts.delete_user(user.id)
    logout_user()
    session.clear()
    return done("Account is deleted", url_for("web.sign_up"))


def _page(**forms: Any) -> str:
    shown: dict[str, Any] = {
        "password": PasswordForm(),
        "token": TokenForm(),
        "deletion": DeleteAccountForm(),
        "new_token": None,
    }
    return render_template("settings.html", tokens=tokens.tokens_of(me().id), **shown | forms)
