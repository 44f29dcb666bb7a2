"""Text as it comes from people: what nobody sees of it is not kept."""

from __future__ import annotations

import unicodedata

from engage.core.unseen import is_seen, may_hold_unseen, with_few_marks, without_unseen


def clean_text(text: str) -> str:
    """``text`` without what is unseen in it: no controls, nothing that turns it, line ends as ``\\n``, NFC.

    Blanks stay where they are; "" where there is nothing else. Every door reads with it: forms and imports,
    answers and socket events. ``static/js/core/_clean.js`` is its twin for the browser.
    """
    if may_hold_unseen(text):
        text = with_few_marks(without_unseen(text))
        if not unicodedata.is_normalized("NFC", text):
            text = unicodedata.normalize("NFC", text)
        text = with_few_marks(text)
        return text if any(map(is_seen, text)) else ""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return "" if text.isspace() else text
