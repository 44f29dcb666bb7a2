"""What the first requests would otherwise wait for, done before the process takes any."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_babel import force_locale, gettext
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.orm import configure_mappers

from engage.core.clock import today
from engage.core.types import LANGUAGES
from engage.web.display import date_text


class _OfTheSetUp(FileSystemBytecodeCache):
    """Templates as the set-up compiled them; one that has changed since is compiled anew by each process."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep nothing: who serves writes no code that others run."""


def init_warming(app: Flask) -> None:
    """Let ``app`` take its templates as they were compiled by the set-up."""
    app.jinja_env.bytecode_cache = _OfTheSetUp(str(Path(str(app.template_folder)) / ".compiled"))


def warm(app: Flask) -> None:
    """Load every page, read the catalogues and put the models together."""
    configure_mappers()
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    with app.test_request_context("/"):
        for language in LANGUAGES:
            with force_locale(language):
                gettext("Home")
                date_text(today())
