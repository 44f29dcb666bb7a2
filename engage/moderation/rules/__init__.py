"""Pure rules of moderation: what an author is told, and what a machine notices before a person reads."""

from __future__ import annotations

from typing import Final

from engage.core.messages import Message, msg
from engage.moderation.models import ReasonClass
from engage.moderation.rules.hits import Hit, Place
from engage.moderation.rules.screening import Screening, places_in, screened

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

__all__ = ["KIND_WORDS", "NOTE_LIMIT", "Hit", "Place", "Screening", "places_in", "screened"]
