"""The notes' pages."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for

from notes import fields
from notes.store import lists, notes, trash
from notes.store.notes import Draft
from notes.web import web
from notes.web.access import account_required, done, existing_id, me
from notes.web.forms import NO_PAD, NoteForm, as_pad_id
from notes.web.markdown import render
from notes.web.paging import order_wanted, page_wanted


@web.get("/")
@account_required
def all_notes() -> Any:
    q = request.args.get("q", "")
    order = order_wanted()
    found = lists.page_of(me().id, order, page_wanted(), q=None if fields.is_blank(q) else q)
    return render_template("all_notes.html", page=found, order=order, q=q)


@web.route("/notes/create/", methods=["GET", "POST"])
@account_required
def create_note() -> Any:
    user = me()
    wanted = as_pad_id(request.args.get("pad", NO_PAD))
    form = NoteForm.from_request(data={"pad": wanted if wanted in user.pad_names else NO_PAD})
    form.offer(user.pads)
    if not form.is_posted_well():
        return render_template("note_form.html", form=form, heading="New note")
    made = notes.add_note(user.id, _draft(form))
    if made is None:  # the pad was deleted meanwhile
        form.pad.errors = [fields.NOT_A_CHOICE]
        return render_template("note_form.html", form=form, heading="New note")
    return done("Note is successfully created", _home(made.pad_id))


@web.get("/notes/<id:note_id>/")
@account_required
def view_note(note_id: int) -> Any:
    note = _own_note(note_id)
    return render_template("note.html", note=note, body=render(note.text))


@web.route("/notes/<id:note_id>/edit/", methods=["GET", "POST"])
@account_required
def edit_note(note_id: int) -> Any:
    user = me()
    note = _own_note(note_id)
    form = NoteForm.from_request(data={"name": note.name, "text": note.text, "pad": note.pad_id or NO_PAD})
    form.offer(user.pads)
    if not form.is_posted_well():
        return render_template("note_form.html", form=form, heading="Edit note", note=note)
    if notes.edit_note(user.id, note_id, _draft(form)) is None:  # the note or the pad was deleted meanwhile
        abort(404)
    return done("Note is successfully updated", _home(form.pad_id))


@web.route("/notes/<id:note_id>/delete/", methods=["GET", "POST"])
@account_required
def delete_note(note_id: int) -> Any:
    note = _own_note(note_id)
    if request.method != "POST":
        question = f"Are you sure you want to delete {note.name}?"
        return render_template("confirm.html", question=question, back=url_for("web.view_note", note_id=note_id))
    notes.trash_note(me().id, note_id)
    return done("Note is successfully deleted", _home(note.pad_id))


@web.post("/notes/<id:note_id>/restore/")
@account_required
def restore_note(note_id: int) -> Any:
    if trash.restore_note(me().id, existing_id(note_id)) is None:
        abort(404)
    return done("Note is successfully restored", url_for("web.trash_list"))


@web.get("/trash/")
@account_required
def trash_list() -> Any:
    return render_template("trash.html", page=lists.page_of(me().id, lists.TRASH, page_wanted()))


def _own_note(note_id: int) -> Any:
    note = notes.note_of(me().id, existing_id(note_id))
    return note if note is not None else abort(404)


def _draft(form: NoteForm) -> Draft:
    return Draft(form.name.data or "", form.text.data or "", form.pad_id)


def _home(pad_id: int | None) -> str:
    return url_for("web.view_pad", pad_id=pad_id) if pad_id else "/"
