"""What nobody sees of a text: controls, fillers, joins that join nothing, marks piled on one character.

``static/js/core/_clean.js`` is the twin for the browser: a table of cases and generated texts hold the two
equal, so that a rule added here is added there.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

MARKS_MOST: Final = 10
"""Most marks on a character: the tallest Tibetan stack has eight, nothing that is read has more."""
ACCENTS_MOST: Final = 4
"""Most of them that fit any script: these are what people pile up."""

# What a line ends with in one program or another (UAX #14: BK, NL); Word's Shift+Enter is U+000B.
_LINE_ENDS: Final = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls but tab and line feed; soft hyphens; spaces and joins of no width; marks that turn the reading
# direction round; marks of byte order, objects and annotations; halves of characters, what is none.
_NOTHING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufdd0-\ufdef\ufeff\ufff0-\ufffc\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0080-\U000e00ff\U000e01f0-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
# Tags make flags of a black one (England); elsewhere nobody sees them.
_TAGS: Final = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{1,7}\U000e007f)|[\U000e0000-\U000e007f]")
# Hangul fillers where they hold no place in a syllable of old Hangul (consonant, vowel, closing consonant):
# beside what composes to one character, whether they do must not change with it.
_LONE_FILLERS: Final = re.compile(
    "\u115f(?![\u1161-\u11a7\ud7b0-\ud7c6]|\u1160[\u11a8-\u11ff\ud7cb-\ud7fb])"
    "|(?<![\u1100-\u115e\ua960-\ua97c])(?<!\u115f(?=\u1160[\u11a8-\u11ff\ud7cb-\ud7fb]))\u1160"
)
# Fillers that look like a blank: those of Hangul, and an empty Braille cell outside Braille.
_BLANKS: Final = re.compile("[\u3164\uffa0]|(?<![\u2800-\u28ff])\u2800+(?![\u2800-\u28ff])")
# Joins and variants of nothing: where no character stands before.
_JOINING_NOTHING: Final = re.compile(r"(?<!\S)[\u180e\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_JOINS: Final = frozenset("\u180e\u200c\u200d")
_ACCENTS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
# Fillers, and signs that only place the hieroglyphs and notes beside them.
_UNSEEN_SIGNS: Final = frozenset(
    "\u115f\u1160\u180e\u200c\u200d\u2800\u3164\uffa0\U0001d159" + "".join(map(chr, range(0x13430, 0x13460)))
)

_MARKS: Final = "".join(
    chr(code)
    for first, beyond in ((0x300, 0x3400), (0xA000, 0xAC00), (0xF900, 0x10000))
    for code in range(first, beyond)
    if unicodedata.category(chr(code))[0] == "M"
)
# Beyond the BMP a set of characters is slow to look in: there it is the range of scripts with marks.
_MAY_BE_RUN: Final = re.compile(
    f"[{_MARKS}\u180e\u200c\u200d\U00010000-\U0001efff\U000e0100-\U000e01ef]{{2,}}"
)
_MAY_HOLD_UNSEEN: Final = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164"
    f"\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\uffff\U00010000-\U0001efff\U0001fff0-\U0001ffff"
    f"\U0002fff0-\U0010ffff{_MARKS}]"
)


def may_hold_unseen(text: str) -> bool:
    """Whether ``text`` may hold something of which there is nothing to see; quick, and rarely true."""
    return _MAY_HOLD_UNSEEN.search(text) is not None


def without_unseen(text: str) -> str:
    """``text`` without what nobody sees, with line ends as ``\\n`` and fillers as blanks."""
    text = _NOTHING.sub("", _LINE_ENDS.sub("\n", text))
    text = _BLANKS.sub(" ", _LONE_FILLERS.sub("", _TAGS.sub(r"\1", text)))
    return _JOINING_NOTHING.sub("", text)


def with_few_marks(text: str) -> str:
    """``text`` with at most ``MARKS_MOST`` marks on a character; what is in NFC stays in NFC."""
    return _MAY_BE_RUN.sub(_few, text)


def _few(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = accents = 0
    before, full = "", False
    for character in run[0]:
        joins = character in _JOINS
        if not joins and unicodedata.category(character)[0] != "M":
            marks = accents = 0
            before, full = "", False
        elif full or (joins and before in _JOINS):
            continue
        else:
            accents += _ACCENTS.match(character) is not None
            # What follows goes too: a run cut at its end stays in NFC.
            full = marks == MARKS_MOST or accents > ACCENTS_MOST
            if full:
                continue
            marks += 1
            before = character
        kept.append(character)
    return "".join(kept)


def is_seen(character: str) -> bool:
    """Whether there is something to see of ``character`` by itself."""
    kind = unicodedata.category(character)
    return kind[0] not in "MZ" and kind != "Cc" and character not in _UNSEEN_SIGNS
