"""What the first requests would otherwise wait for, done before the process takes any."""

from __future__ import annotations

from typing import Final

from flask import Flask
from flask_babel import force_locale, gettext
from sqlalchemy.orm import configure_mappers

from engage.core.clock import today
from engage.core.types import LANGUAGES
from engage.web.display import date_text

# What anybody opens; staff wait a little once.
_FOLDERS: Final = (
    *(
        "portal/",
        "surveys/",
        "questions/",
        "consultations/",
        "live/",
        "participation/",
        "errors/",
        "_macros/",
    ),
    *("accounts/sign_in.html", "base.html", "bare.html"),
)
_OF_STAFF: Final = "/staff/"


def warm(app: Flask) -> None:
    """Compile the pages anybody can open, read the catalogues and put the models together."""
    configure_mappers()
    for name in app.jinja_env.list_templates(extensions=["html"]):
        if name.startswith(_FOLDERS) and _OF_STAFF not in name:
            app.jinja_env.get_template(name)
    with app.test_request_context("/"):
        for language in LANGUAGES:
            with force_locale(language):
                gettext("Home")
                date_text(today())
