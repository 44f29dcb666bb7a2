"""Requests as the site reads them: the texts of a form are clean before anybody asks for one."""

from __future__ import annotations

from flask import Request, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from engage.core.formatting import FORMAT_FIELD, MARKDOWN, with_choices, with_format
from engage.core.text import clean_in_turns
from engage.core.threads import Turn
from engage.web.formreading import FormReader

_AS_TYPED = "password"
# Nobody else is asked whether their words are Markdown.
_OF_OFFICES = "/staff/"


class CleanRequest(Request):
    """A request whose ``form`` went through ``clean_text``; fields named after a password stay as typed.

    On staff's pages a text carries how it is to be shown (``core.formatting``), as its form has it.
    """

    form_data_parser_class = FormReader

    @property
    def typed(self) -> MultiDict[str, str]:
        """The form as it was sent: for the checks of a door, before anything is made of its texts."""
        if "_typed" not in self.__dict__:
            super()._load_form_data()
            self.__dict__["_typed"] = self.__dict__.pop("form")
        typed: MultiDict[str, str] = self.__dict__["_typed"]
        return typed

    def _load_form_data(self) -> None:
        if "form" in self.__dict__:
            return
        turn = Turn()
        formats = with_choices(self.typed) if self.path.startswith(_OF_OFFICES) else {}
        texts = [
            (name, value if _AS_TYPED in name.lower() else clean_in_turns(value, turn.pause))
            for name, value in self.typed.items(multi=True)
            if name.removesuffix(FORMAT_FIELD) not in formats or not name.endswith(FORMAT_FIELD)
        ]
        if formats:
            texts = [
                (name, with_format(value, chosen=formats[name] == MARKDOWN) if name in formats else value)
                for name, value in texts
            ]
        self.__dict__["form"] = ImmutableMultiDict(texts)


def typed_field(name: str) -> str:
    """A field of this request's form as it was sent, empty where there is none."""
    return request.typed.get(name, "")  # type: ignore[attr-defined]
