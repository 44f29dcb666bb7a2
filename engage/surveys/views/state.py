"""What a form sent page by page carries along, read as what it is: the input of a stranger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from werkzeug.datastructures import MultiDict

from engage.core.text import clean_in_turns
from engage.core.threads import Turn
from engage.questions.compiled import Compiled
from engage.web.strictjson import strict_loads

_LONGEST_NUMBER: Final = 6

Form = MultiDict[str, str]


def version_number(form: Form) -> int | None:
    """The version the respondent saw, None where the form does not say."""
    text = form.get("_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def is_whole(form: Form) -> bool:
    """Whether this form holds all pages at once."""
    return form.get("_whole") == "1"


def merged(compiled: Compiled, page: int, raw: Mapping[str, object], form: Form) -> dict[str, object]:
    """The answers carried along with those of the page just sent, which win."""
    carried = _carried(form.get("_state", ""))
    turn = Turn()
    known = {
        id: _clean(carried[id], turn)
        for id, step in compiled.by_id.items()
        if step.page != page and id in carried
    }
    return known | {id: value for id, value in raw.items() if compiled.by_id[id].page == page}


def packed(compiled: Compiled, page: int, raw: Mapping[str, object]) -> str:
    """The answers of the other pages, for the hidden field of page `page`."""
    others = {id: raw[id] for id, step in compiled.by_id.items() if step.page != page and id in raw}
    return json.dumps(others, ensure_ascii=False)


def _carried(text: str) -> dict[str, object]:
    if not text:
        return {}
    try:
        data = strict_loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _clean(value: object, turn: Turn) -> object:
    # The form's own texts are clean; within JSON the marks may stand as escapes.
    if isinstance(value, str):
        return clean_in_turns(value, turn.pause)
    if isinstance(value, list):
        return [clean_in_turns(one, turn.pause) if isinstance(one, str) else one for one in value]
    return value
