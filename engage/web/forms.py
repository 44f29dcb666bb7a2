"""Staff forms: Flask-WTF fields, filled with the sentences of the layers below when an action refuses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import has_request_context, request
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from engage.core.errors import Invalid
from engage.core.formatting import is_formatted, words_of
from engage.core.ids import request_id
from engage.core.messages import Message, msg, too_long
from engage.web.languages import render

# What the library says by itself, in our words: one that is not listed is said as the last of them.
_ITS_WORDS = {
    "This field is required.": msg("Please fill in this field."),
    "Not a valid choice.": msg("Please choose one of the list."),
    "Invalid Choice: could not coerce.": msg("Please choose one of the list."),
    "Not a valid datetime value.": msg("Please enter day and time, such as 2026-06-18 09:00."),
    "Not a valid date value.": msg("Please enter a day, such as 2026-06-18."),
    "Not a valid integer value.": msg("Please enter a whole number."),
    "": msg("Please check what is entered here."),
}

_AS_TYPED = (TextAreaField, HiddenField, PasswordField)


class _Words:
    """What stands in for the library's own translations."""

    def gettext(self, words: str) -> str:
        return render(_ITS_WORDS.get(words, _ITS_WORDS[""]))

    def ngettext(self, one: str, _several: str, _count: int) -> str:
        return self.gettext(one)


class StaffForm(FlaskForm):
    """Base of every staff form; the guard has checked its token before the view runs.

    ``request_id`` is drawn for each rendering and kept when the form comes back with findings: what a form
    makes is made once, however often it is sent (``participation.actions.made_once``).
    """

    class Meta(FlaskForm.Meta):
        """Fields of one line hold one line, whatever was pasted into them; every sentence is ours."""

        def get_translations(self, _form: Any) -> _Words:
            return _Words()

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, _AS_TYPED):
                options["filters"] = [_one_line, *unbound_field.kwargs.get("filters", ())]
            return super().bind_field(form, unbound_field, options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent as a form. The library would also make one of any JSON, and fail over a list."""
            if has_request_context() and request.is_json and not isinstance(formdata, MultiDict):
                return None
            return super().wrap_formdata(form, formdata)

    request_id = HiddenField(name="_request_id", default=request_id)

    def refuse(self, invalid: Invalid) -> None:
        """Show the sentences of ``invalid`` at their fields, those without one at the first field."""
        fields = [field for field in self if not isinstance(field, HiddenField)]
        for name, sentence in invalid.errors.items():
            field = self[name] if name in self else fields[0]
            field.errors = [*field.errors, render(sentence)]


def sentence(message: Message) -> Any:
    """A validator's message in the language of the request in which it is shown."""
    return _Lazy(message)


class _Lazy:
    def __init__(self, message: Message) -> None:
        self._message = message

    def __str__(self) -> str:
        return render(self._message)

    def __mod__(self, _values: Any) -> str:
        return str(self)


class Needed(InputRequired):
    """The field must be filled in; ``message`` says with what."""

    def __init__(self, message: Message) -> None:
        super().__init__(message=sentence(message))


class AtMost:
    """At most ``limit`` characters, counted as code points; the page counts along beside the field.

    The browser is not told to hold it (``maxlength``): it would cut what is pasted and say nothing.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"limit": limit}

    def __call__(self, _form: Any, field: Any) -> None:
        count = len(words_of(field.data or ""))
        if count > self.limit:
            raise ValidationError(render(too_long(count, self.limit)))


class OneOf(SelectField):
    """A select field that refuses what was not offered with a sentence of ours."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in {choice[0] for choice in self.iter_choices()}:
            raise ValidationError(render(msg("Please choose one of the list.")))


class OfficialTextField(TextAreaField):
    """What an office writes, with the choice of how it is shown (`core.formatting`)."""

    def _value(self) -> str:
        return words_of(self.data or "")

    @property
    def chosen(self) -> bool:
        """Whether formatting is chosen."""
        return is_formatted(self.data or "")


def options(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """The choices of a select or radio field from pairs of value and words."""
    return [SelectChoice(value, words) for value, words in pairs]


def _one_line(value: Any) -> Any:
    return value.replace("\n", " ").replace("\t", " ") if isinstance(value, str) else value


def stripped(value: Any) -> Any:
    """A filter that takes blanks off both ends of what was typed."""
    return value.strip() if isinstance(value, str) else value


__all__ = ["AtMost", "Needed", "OfficialTextField", "OneOf", "StaffForm", "options", "sentence", "stripped"]
