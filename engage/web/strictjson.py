"""JSON of strangers: what cannot be read is malformed, whichever way it is broken; half characters go."""

from __future__ import annotations

import json
from typing import Any

from flask.json.provider import DefaultJSONProvider

from engage.core.threads import Turn, let_others_run

# Nothing interrupts the reading: 3 MB of empty lists would stop the process for a second. A questionnaire of
# the 2 MB it may have, all of it choices of two words, has some 90,000 objects.
_MOST_CONTAINERS = 100_000
_MOST_SIGNS = 400_000
_LONG = 64 * 1024


def strict_loads(text: str | bytes, **options: Any) -> Any:
    """The value of ``text`` without half characters.

    Raises ``ValueError`` also for nesting too deep and for more parts than anything of ours has.
    """
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    containers = text.count("[") + text.count("{")
    if containers > _MOST_CONTAINERS or containers + text.count(",") + text.count(":") > _MOST_SIGNS:
        raise ValueError("too many parts")
    try:
        value = _in_a_turn_of_its_own(text, **options)
        # Half of a surrogate pair is valid JSON and no valid text: it could be neither stored nor sent.
        return _without_halves(value, Turn()) if "\\ud" in text.lower() else value
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _in_a_turn_of_its_own(text: str, **options: Any) -> Any:
    if len(text) < _LONG:
        return json.loads(text, **options)
    let_others_run()
    value = json.loads(text, **options)
    let_others_run()
    return value


def _without_halves(value: Any, turn: Turn) -> Any:
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="ignore").decode()
    if not isinstance(value, list | dict):
        return value
    turn.pause()
    if isinstance(value, list):
        return [_without_halves(one, turn) for one in value]
    return {_without_halves(name, turn): _without_halves(one, turn) for name, one in value.items()}


class StrictJson(DefaultJSONProvider):
    """Flask's JSON with ``strict_loads``: ``request.get_json`` then refuses as it does other bad JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of ``s``; raises ``ValueError``."""
        return strict_loads(s, **kwargs)
