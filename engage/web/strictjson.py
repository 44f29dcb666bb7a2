"""JSON of strangers: what cannot be read is malformed, whichever way it is broken; half characters go."""

from __future__ import annotations

import json
from typing import Any

from flask.json.provider import DefaultJSONProvider


def strict_loads(text: str | bytes, **options: Any) -> Any:
    """The value of ``text`` without half characters; raises ``ValueError`` also for nesting too deep."""
    try:
        value = json.loads(text, **options)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    escape: Any = "\\ud" if isinstance(text, str) else b"\\ud"
    if escape in text.lower():
        # Half of a surrogate pair is valid JSON and no valid text: it could be neither stored nor sent.
        value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="ignore"), **options)
    return value


class StrictJson(DefaultJSONProvider):
    """Flask's JSON with ``strict_loads``: ``request.get_json`` then refuses as it does other bad JSON."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """The value of ``s``; raises ``ValueError``."""
        return strict_loads(s, **kwargs)
