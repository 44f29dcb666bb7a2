"""Text as it comes from people: what nobody sees of it is not kept.

Normalising puts the marks of a run in order one by one: its cost grows with the square of the run. Runs are
cut before, here; elsewhere only short texts are normalised. So whatever a body holds, cleaning it is linear,
and long texts let others run meanwhile, also where they are cleaned a second time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from engage.core.threads import Turn
from engage.core.unseen import is_seen, may_hold_unseen, with_few_marks, without_unseen

_PIECE: Final = 2 * 1024
# Before these nothing is drawn together with what stands before them.
_CUT: Final = re.compile("(?<!\r)\n|[\r -~\u4e00-\u9fff]")


def clean_text(text: str) -> str:
    """``text`` without what is unseen in it: no controls, nothing that turns it, line ends as ``\\n``, NFC.

    Blanks stay where they are; "" where there is nothing else. Every door reads with it: forms and imports,
    answers and socket events. ``static/js/core/_clean.js`` is its twin for the browser.
    """
    if text.isascii() and text.isprintable():
        return text if text.strip() else ""
    if len(text) > _PIECE:
        return clean_in_turns(text, Turn().pause)
    clean = _cleaned(text)
    return clean if _shows(clean) else ""


def clean_in_turns(text: str, pause: Callable[[], None]) -> str:
    """``clean_text`` of a text of any length, with a ``pause`` after every few thousand characters."""
    if len(text) <= _PIECE:
        pause()
        return clean_text(text)
    clean: list[str] = []
    shows = False
    for piece in _pieces(text):
        clean.append(_cleaned(piece))
        shows = shows or _shows(clean[-1])
        pause()
    return "".join(clean) if shows else ""


def _cleaned(text: str) -> str:
    if not may_hold_unseen(text):
        return _composed(text)
    return with_few_marks(_composed(with_few_marks(without_unseen(text))))


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _shows(text: str) -> bool:
    return any(map(is_seen, text.lstrip()))


def _pieces(text: str) -> Iterator[str]:
    """``text``, cut where cleaning draws nothing together; where that is nowhere for so long, anywhere."""
    start = 0
    while start + 2 * _PIECE < len(text):
        found = _CUT.search(text, start + _PIECE, start + 2 * _PIECE)
        end = found.start() if found else start + 2 * _PIECE
        yield text[start:end]
        start = end
    yield text[start:]
