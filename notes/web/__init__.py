"""The pages."""

from __future__ import annotations

from flask import Blueprint

# the names of the templates and of the stylesheet are found here; the views are in the modules beside
web = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static")
