"""The stock reference: the notes written the way Flask-SQLAlchemy's documentation writes an application.

Models with relationships (docs, "Models and Tables"), `db.session.execute(db.select(...))`, `db.one_or_404` and
`db.paginate` (docs, "Modifying and Querying Data", "Paging Query Results"), lazy loading, `jsonify`, `render_template`;
signing in as in Flask-Login's. Nothing is slowed down on purpose: no log, no metrics, no sessions in the database. It
reads the very tables that the notes application's migrations have made, renders the very templates, and runs under the
same gunicorn settings but for sync workers:

    BENCH_DATABASE_URL=postgresql+psycopg://... python -m gunicorn --worker-class sync "benchmarks.stock:create_app()"
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, abort, g, jsonify, redirect, render_template, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_sqlalchemy import SQLAlchemy
from markupsafe import escape
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from werkzeug.security import check_password_hash

from notes import __version__
from notes.web.paging import numbers
from notes.web.when import when

WEB = Path(__file__).parent.parent / "notes" / "web"


class Base(DeclarativeBase):
    """The declarative base, as the quick start makes one."""


db = SQLAlchemy(model_class=Base)
login_manager = LoginManager()


class User(UserMixin, db.Model):  # type: ignore[name-defined,misc]
    """An account with its pads and notes."""

    __tablename__ = "user"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    pads: Mapped[list["Pad"]] = relationship(back_populates="user", order_by="Pad.name, Pad.id")
    notes: Mapped[list["Note"]] = relationship(back_populates="user", viewonly=True)


class Pad(db.Model):  # type: ignore[name-defined,misc]
    """A collection of notes."""

    __tablename__ = "pad"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    name: Mapped[str]
    user: Mapped[User] = relationship(back_populates="pads")


class Note(db.Model):  # type: ignore[name-defined,misc]
    """A note, in a pad or in none."""

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    pad_id: Mapped[int | None] = mapped_column(ForeignKey(Pad.id))
    name: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    user: Mapped[User] = relationship(back_populates="notes")
    pad: Mapped[Pad | None] = relationship()


class Token(db.Model):  # type: ignore[name-defined,misc]
    """A bearer token."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    key_hash: Mapped[bytes] = mapped_column(unique=True)
    user: Mapped[User] = relationship()


def bearer() -> User:
    """Return the owner of the request's token; 401 without a living one."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    digest = hashlib.sha256(key.encode()).digest()
    token = db.session.execute(db.select(Token).filter_by(key_hash=digest)).scalar_one_or_none()
    if scheme != "Bearer" or token is None:
        abort(401)
    owner: User = token.user
    return owner


def as_json(note: Note) -> dict[str, Any]:
    """Return the note's public fields."""
    times = {"created_at": note.created_at.isoformat(), "updated_at": note.updated_at.isoformat()}
    return {"id": note.id, "name": note.name, "text": note.text, "pad_id": note.pad_id, **times}


def read_note(note_id: int) -> Response:
    """GET /api/v1/notes/<id>"""
    user = bearer()
    return jsonify(as_json(db.one_or_404(db.select(Note).filter_by(id=note_id, user_id=user.id, deleted_at=None))))


def list_notes() -> Response:
    """GET /api/v1/notes?page="""
    mine = db.select(Note).filter_by(user_id=bearer().id, deleted_at=None)
    page = db.paginate(mine.order_by(Note.updated_at.desc(), Note.id.desc()), per_page=20)
    return jsonify(items=[as_json(note) for note in page.items], next=page.next_num)


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> User | None:
    """Return the user of the session, as Flask-Login's documentation has it."""
    return db.session.get(User, int(user_id))


def sign_in() -> Any:
    """POST /signin/"""
    key = request.form["email"].casefold()
    user = db.session.execute(db.select(User).filter_by(email_key=key)).scalar_one_or_none()
    if user is None or not check_password_hash(user.password_hash, request.form["password"]):
        abort(401)
    login_user(user)
    return redirect("/")


@login_required  # type: ignore[untyped-decorator]
def all_notes() -> str:
    """GET / with ?page="""
    mine = db.select(Note).filter_by(user_id=current_user.id, deleted_at=None)
    page: Any = db.paginate(mine.order_by(Note.updated_at.desc(), Note.id.desc()), per_page=10)
    page.number = page.page  # what the template calls it
    pads = [(pad.id, pad.name) for pad in current_user.pads]
    g.principal = SimpleNamespace(email=current_user.email, pads=pads, pad_names=dict(pads))
    return render_template("all_notes.html", page=page, order="-updated_at", q="")


def share_templates(app: Flask) -> None:
    """Give the templates what they ask for, so that the pages have the same bytes as the notes application's."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    style = hashlib.sha256((WEB / "static" / "style.css").read_bytes()).hexdigest()[:12]
    app.jinja_env.globals.update(
        default_order="-updated_at",
        page_numbers=numbers,
        place={"version": __version__, "pod": "-", "node": "-", "zone": "-"},
        stylesheet=f"/static/style.css?v={style}",
    )
    app.jinja_env.filters.update(when=when, form_value=escape)


def create_app() -> Flask:
    """Return the application, on the database that BENCH_DATABASE_URL names."""
    app = Flask(__name__, template_folder=str(WEB / "templates"))
    app.config["SECRET_KEY"] = Path(os.environ["BENCH_SECRET_KEY_FILE"]).read_text()
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["BENCH_DATABASE_URL"]
    db.init_app(app)
    login_manager.init_app(app)
    app.add_url_rule("/api/v1/notes/<int:note_id>", view_func=read_note)
    app.add_url_rule("/api/v1/notes", view_func=list_notes)
    app.add_url_rule("/signin/", view_func=sign_in, methods=["POST"])
    app.add_url_rule("/", view_func=all_notes)
    share_templates(app)
    return app
