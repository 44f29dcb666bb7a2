"""What counts as a question and as a nickname. Characters are counted as people count them, not bytes."""

from __future__ import annotations

import re
import unicodedata

from engage.core.errors import Invalid
from engage.core.messages import Message, msg, too_long
from engage.core.text import clean_text
from engage.live.models import NamePolicy
from engage.live.rules.deeds import DEEDS, Deed
from engage.moderation.models import ReasonClass
from engage.moderation.rules import NOTE_LIMIT

LEAST = 4
MOST = 500
NAME_MOST = 20
ANSWER_MOST = 4000
_MANY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Clean text (``core.text``) with blanks for tabs, at most one empty line, and without empty ends."""
    return _MANY_LINES.sub("\n\n", clean_text(text).replace("\t", " ")).strip()


def says_something(text: str) -> bool:
    """Whether there is at least one letter, Chinese character or digit."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def question_text(text: str) -> tuple[str, Message | None]:
    """The cleaned text of a question, and what is wrong with it."""
    cleaned = clean(text)
    if not cleaned:
        return cleaned, msg("Please write your question.")
    if not says_something(cleaned):
        return cleaned, msg("Please write your question in words.")
    if len(cleaned) < LEAST:
        return cleaned, msg(
            "A question has at least {least} characters. Please say a little more.", least=LEAST
        )
    if len(cleaned) > MOST:
        return cleaned, msg(
            "A question has at most {most} characters; yours has {count}. Please shorten it.",
            most=MOST,
            count=len(cleaned),
        )
    return cleaned, None


def nickname(name: str, policy: NamePolicy) -> tuple[str, Message | None]:
    """The cleaned nickname (empty: anonymous), and what is wrong with it."""
    cleaned = clean(name).replace("\n", " ") if policy is NamePolicy.CHOICE else ""
    if len(cleaned) > NAME_MOST:
        return cleaned, msg("A nickname has at most {most} characters.", most=NAME_MOST)
    return cleaned, None


def require_question(text: str, name: str, policy: NamePolicy) -> tuple[str, str]:
    """The cleaned question and nickname; raises ``Invalid`` naming ``text`` or ``name``."""
    errors: dict[str, Message] = {}
    cleaned, wrong = question_text(text)
    if wrong:
        errors["text"] = wrong
    called, wrong = nickname(name, policy)
    if wrong:
        errors["name"] = wrong
    if errors:
        raise Invalid(errors)
    return cleaned, called


def require_answer(text: str, *, needed: bool, most: int = ANSWER_MOST) -> str:
    """The cleaned text of an answer; raises ``Invalid`` naming ``answer``."""
    cleaned = clean(text)
    if needed and not says_something(cleaned):
        raise Invalid({"answer": msg("Please write the answer.")})
    if len(cleaned) > most:
        raise Invalid({"answer": too_long(len(cleaned), most)})
    return cleaned


def require_note(deed: Deed, reason: ReasonClass | None, note: str) -> str:
    """The cleaned words beside a reason; raises ``Invalid`` naming ``reason`` or ``note``."""
    if deed is Deed.UNDO or not DEEDS[deed].reason:
        return ""
    if reason is None:
        raise Invalid({"reason": msg("Please choose a reason.")})
    cleaned = clean(note)
    if reason is ReasonClass.OTHER and not says_something(cleaned):
        raise Invalid({"note": msg("Please write the reason in a few words; the asker reads them.")})
    if len(cleaned) > NOTE_LIMIT:
        raise Invalid({"note": msg("The reason has at most {most} characters.", most=NOTE_LIMIT)})
    return cleaned
