"""Whether a pasted draft is Markdown, and its lines without the signs of bold.

In plain legal text a star, a dash or a "1." is part of the wording. So a draft counts as Markdown only where
it has what nobody writes otherwise: a ``#`` heading, a pair of ``**`` or ``~~``, or the line under the head
of a table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import itemgetter
from typing import Final

_BOLD: Final = re.compile(r"\*\*(?=[^\s*])([^*\n]{0,199}[^\s*])\*\*")
_BOLD_FIRST: Final = re.compile(rf"((?:#{{1,6}}|[-*+•·])[ 　]+)?{_BOLD.pattern}")
_STRUCK: Final = re.compile(r"(?<!~)~~(?=[^\s~])[^~\n]{0,199}(?<=[^\s~])~~(?!~)")
_HEADING: Final = re.compile(r"#{1,6} +[^\s#]")
_UNDER_HEAD: Final = re.compile(r"\|?[ :]*-{2,}[ :]*(?:\|[ :]*-{2,}[ :]*)*\|?\Z")


def is_markdown(lines: Iterable[str]) -> bool:
    """Whether these lines are Markdown rather than plain text."""
    return any(
        _HEADING.match(line)
        or _BOLD.search(line)
        or ("~~" in line and _STRUCK.search(line))
        or ("|" in line and _UNDER_HEAD.match(line))
        for line in lines
    )


def bare(text: str) -> str:
    """Without the signs of bold around words; single stars stay."""
    return _BOLD.sub(itemgetter(1), text) if "**" in text else text


def opened(line: str) -> str:
    """Without the signs of bold around its beginning, where the number of a clause may stand."""
    found = _BOLD_FIRST.match(line)
    return f"{found[1] or ''}{found[2]}{line[found.end() :]}" if found else line
