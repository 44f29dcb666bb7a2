"""Pure rules of moderation: what an author is told, and what a machine notices before a person reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engage.core.messages import Message, msg
from engage.moderation.models import ReasonClass

NOTE_LIMIT: Final = 200
"""Most characters of the words a moderator adds to a reason class."""

KIND_WORDS: Final[dict[ReasonClass, Message]] = {
    ReasonClass.OFF_TOPIC: msg(
        "Thank you for writing. It is about another subject, so it is not shown here; "
        "for other matters please call the 12345 hotline."
    ),
    ReasonClass.REPEATED: msg(
        "Thank you. The same text has already been received; it is shown and counted once."
    ),
    ReasonClass.PERSONAL_DATA: msg(
        "It contains personal data (a telephone number, an identity number, an address), so it is not shown, "
        "to protect the people concerned. You are welcome to send it again without them."
    ),
    ReasonClass.INSULT: msg(
        "Its wording may hurt others, so it is not shown. "
        "You are welcome to say the same again in other words."
    ),
    ReasonClass.ADVERTISEMENT: msg("It looks like an advertisement, so it is not shown."),
    ReasonClass.UNLAWFUL: msg("Laws or regulations do not allow this content to be published."),
    ReasonClass.UNINTELLIGIBLE: msg(
        "We could not understand the meaning, so it is not shown. You are welcome to explain it once more."
    ),
    ReasonClass.OTHER: msg("It is not shown for the reason given below."),
}


class Hit(StrEnum):
    """What a text seems to contain."""

    MOBILE = "mobile"
    IDENTITY_NUMBER = "identity-number"
    EMAIL = "email"
    BANK_CARD = "bank-card"


@dataclass(frozen=True, slots=True)
class Screening:
    """What was noticed in a text; ``held``: a person has to look before anybody else may read it."""

    hits: tuple[Hit, ...] = ()

    @property
    def held(self) -> bool:
        return bool(self.hits)


_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９Ｘｘ＠．", "0123456789Xx@.")
# Blanks and dashes between digits are how people hide or group a number.
_GAPS: Final = re.compile(r"(?<=\d)[ \-‐-―－·　]{1,2}(?=[\dXx])")
_PATTERNS: Final = (
    # GB 11643-1999: six digits of the place, the birthday, three of order, a check character.
    (
        Hit.IDENTITY_NUMBER,
        re.compile(
            r"(?<!\d)[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
        ),
    ),
    (Hit.MOBILE, re.compile(r"(?<!\d)(?:86)?1[3-9]\d{9}(?!\d)")),
    (Hit.EMAIL, re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")),
    (Hit.BANK_CARD, re.compile(r"(?<!\d)62\d{14,17}(?!\d)")),
)


def screened(text: str) -> Screening:
    """What `text` seems to contain of personal data; each kind is named once."""
    plain = _GAPS.sub("", text.translate(_FULL_WIDTH))
    return Screening(tuple(hit for hit, pattern in _PATTERNS if pattern.search(plain)))
