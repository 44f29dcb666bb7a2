"""JSON of strangers: what cannot be read is malformed, whichever way it is broken; half characters go."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import orjson
from flask.json.provider import DefaultJSONProvider

from engage.core.threads import Turn, let_others_run

# What has more parts than anything of ours is not read at all. A questionnaire of the 2 MB it may have, all
# of it choices of two words, has some 90,000 objects.
_MOST_CONTAINERS = 100_000
_MOST_SIGNS = 400_000
_LONG = 64 * 1024
# In one stretch: of one object, or of lists without objects. Neither takes longer than 20 ms.
_MOST_NAMES = 10_000
_MOST_VALUES = 110_000
_MOST_DIGITS = 100
_AS_FLASK: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_NON_STR_KEYS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)
_TEXT = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_PIECE = re.compile(r'(?:[^"]{1,9999}+|"(?:[^"\\]++|\\.){0,150000}+"){1,2000}+', re.DOTALL)


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
        value = _in_turns(text, **options)
        # Half of a surrogate pair is valid JSON and no valid text: it could be neither stored nor sent.
        return _without_halves(value, Turn()) if "\\ud" in text.lower() else value
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _in_turns(text: str, **options: Any) -> Any:
    if len(text) < _LONG:
        return json.loads(text, **options)
    let_others_run()
    turn = Turn()
    _require_short_stretches(text, turn)

    # The reader is one call of a library; only what it calls back can let others run.
    def whole(digits: str) -> int:
        turn.pause()
        if len(digits) > _MOST_DIGITS:
            raise ValueError("too many digits")
        return int(digits)

    def read(value: dict[str, Any]) -> dict[str, Any]:
        turn.pause()
        return value

    value = json.loads(text, object_hook=read, parse_int=whole, **options)
    let_others_run()
    return value


def _require_short_stretches(text: str, turn: Turn) -> None:
    """Raise ``ValueError`` where no object ends for so long that nobody else would have a turn."""
    at = names = values = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            raise ValueError("a text without its end, or of too many parts")
        at = piece.end()
        bare = _TEXT.sub("", piece[0])
        first, last = bare.find("}"), bare.rfind("}")
        names += bare.count(":", 0, len(bare) if first < 0 else first)
        values += bare.count(",", 0, len(bare) if first < 0 else first)
        if names > _MOST_NAMES or values > _MOST_VALUES:
            raise ValueError("too many parts")
        if first >= 0:
            names, values = bare.count(":", last), bare.count(",", last)
        turn.pause()


def _without_halves(value: Any, turn: Turn) -> Any:
    turn.pause()
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="ignore").decode()
    if not isinstance(value, list | dict):
        return value
    if isinstance(value, list):
        return [_without_halves(one, turn) for one in value]
    return {_without_halves(name, turn): _without_halves(one, turn) for name, one in value.items()}


class StrictJson(DefaultJSONProvider):
    """Flask's JSON with ``strict_loads``: ``request.get_json`` then refuses as it does other bad JSON."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        """``obj`` as Flask writes it, letters as they are, in an eighth of the time."""
        try:
            return orjson.dumps(obj, default=self.default, option=_AS_FLASK).decode()
        except TypeError:  # halves of characters, numbers of more than 64 bits
            return super().dumps(obj, **kwargs)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of ``s``; raises ``ValueError``."""
        return strict_loads(s, **kwargs)
