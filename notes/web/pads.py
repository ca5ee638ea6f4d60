"""The pads' pages."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for

from notes.store import lists, pads
from notes.web import web
from notes.web.access import account_required, done, me, own_pad
from notes.web.forms import PadForm
from notes.web.paging import order_wanted, page_wanted


@web.route("/pads/create/", methods=["GET", "POST"])
@account_required
def create_pad() -> Any:
    form = PadForm.from_request()
    if not form.is_posted_well():
        return render_template("pad_form.html", form=form, heading="New pad")
    pads.add_pad(me().id, form.name.data)
    return done("Pad is successfully created", "/")


@web.get("/pads/<id:pad_id>/")
@account_required
def view_pad(pad_id: int) -> Any:
    name = own_pad(pad_id)
    order = order_wanted()
    found = lists.page_of(me().id, order, page_wanted(), pad_id=pad_id)
    return render_template("pad.html", page=found, order=order, pad_id=pad_id, name=name)


@web.route("/pads/<id:pad_id>/edit/", methods=["GET", "POST"])
@account_required
def edit_pad(pad_id: int) -> Any:
    form = PadForm.from_request(data={"name": own_pad(pad_id)})
    if not form.is_posted_well():
        return render_template("pad_form.html", form=form, heading="Pad settings", pad_id=pad_id)
    if pads.rename_pad(me().id, pad_id, form.name.data) is None:  # deleted meanwhile
        abort(404)
    return done("Pad is successfully updated", url_for("web.view_pad", pad_id=pad_id))


@web.route("/pads/<id:pad_id>/delete/", methods=["GET", "POST"])
@account_required
def delete_pad(pad_id: int) -> Any:
    name = own_pad(pad_id)
    if request.method != "POST":
        question = f"Are you sure you want to delete {name} and all related notes?"
        return render_template("confirm.html", question=question, back=url_for("web.view_pad", pad_id=pad_id))
    pads.delete_pad(me().id, pad_id)
    return done("Pad is successfully deleted", "/")
