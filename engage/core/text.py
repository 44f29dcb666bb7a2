"""Text as it comes from people: what nobody sees of it is not kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n?|[\u2028\u2029]")
# Controls but tab and line feed; spaces and joins of no width; marks that turn the reading direction round;
# deprecated format marks; byte order and annotation marks; halves of characters and what is no character.
# U+200C and U+200D stay: scripts and emoji are joined with them.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def clean_text(text: str) -> str:
    """``text`` without what is unseen in it: no controls, nothing that turns it, line ends as ``\\n``, NFC.

    Blanks stay where they are. Every door reads with it: forms and imports, answers and socket events.
    """
    if not text.isprintable():  # also says no to a line break: only then there is something to look for
        text = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)
