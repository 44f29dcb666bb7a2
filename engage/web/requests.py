"""Requests as the site reads them: the texts of a form are clean before anybody asks for one."""

from __future__ import annotations

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from engage.core.text import clean_text

_AS_TYPED = "password"


class CleanRequest(Request):
    """A request whose ``form`` went through ``clean_text``; fields named after a password stay as typed."""

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        super()._load_form_data()
        self.__dict__["form"] = ImmutableMultiDict(
            (name, value if _AS_TYPED in name.lower() else clean_text(value))
            for name, value in self.form.items(multi=True)
        )
