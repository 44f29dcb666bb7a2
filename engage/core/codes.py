"""Codes as people type them: from a poster, a screenshot, a keyboard set to full width."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Blanks, dashes of every kind, the minus, and what has no width and comes along when a code is copied.
_BETWEEN: Final = re.compile("[\\s\\-\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\u30fc\ufeff]")

_LONGEST: Final = 200


def folded(code: str) -> str:
    """``code`` in upper case and half width, without blanks and dashes; look-alikes are left as they are.

    What comes after 200 characters belongs to no code.
    """
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", code[:_LONGEST])).upper()
