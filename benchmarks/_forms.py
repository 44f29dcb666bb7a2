"""Filling in a survey's page as a person would."""

from __future__ import annotations

import html
import re
from urllib.parse import urlencode

_FIELD = re.compile(rb'<input type="hidden" name="(_\w+)" value="([^"]*)"')
_CHOICE = re.compile(rb'<input type="(?:radio|checkbox)" name="(q-\w+)" value="(\w+)"')
_WRITTEN = re.compile(
    rb'<(?:input class="input( input--number)?"|textarea class="input") id="q-\w+" name="(q-\w+)"'
)
_TEXT = "希望办事再快一点，多听群众意见，窗口少一些来回跑。"


def fill_in(page: bytes, mark: str = "") -> bytes:
    """The body of the form, urlencoded: the last option of each choice, a number, a sentence and ``mark``."""
    fields = {name.decode(): html.unescape(value.decode()) for name, value in _FIELD.findall(page)}
    fields |= {name.decode(): value.decode() for name, value in _CHOICE.findall(page)}
    for number, name in _WRITTEN.findall(page):
        fields[name.decode()] = "3" if number else _TEXT + mark
    fields["_whole"] = "1"
    return urlencode(fields).encode()
