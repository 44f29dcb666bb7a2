"""What a password must be: long, and nothing that is guessed first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from string import digits

from zxcvbn import zxcvbn

from engage.accounts.guessed_first import FEW_STEMS, STEMS
from engage.core.messages import Message, msg

SHORTEST = 12
LONGEST = 200
_REPEATED_UNIT = 6
_SHORTEST_PART = 2
_SHORT_PART = 3
_SEQUENCES = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "q1w2e3r4t5y6u7i8o9p0",
)
_LOOK_ALIKES = str.maketrans("@$013457", "asoieast")
# Where zxcvbn's five grades put "safely unguessable", and how much of a password it needs to say so: what
# is longer only costs time, which grows with the square of the length.
_FEWEST_GUESSES = 10**8
_LOOKED_AT = 32


def password_problem(
    password: str, *, name: str = "", email: str = "", places: Iterable[str] = ()
) -> Message | None:
    """The sentence that says why ``password`` is refused, or ``None`` where it is good.

    ``places`` are the names of the person's units and of the site. Length counts characters after NFKC, as
    NIST SP 800-63B section 3.1.1.2 asks: no rules on kinds of characters, but a list of common ones and of
    what belongs to the person.
    """
    # It makes one character of four at most: what is cut off was too long already.
    plain = unicodedata.normalize("NFKC", password[: LONGEST * 4 + 1])
    if len(plain) < SHORTEST:
        return msg("Please choose a password of at least {count} characters.", count=SHORTEST)
    if len(plain) > LONGEST:
        return msg("Please choose a password of at most {count} characters.", count=LONGEST)
    folded = plain.casefold()
    if _belongs_to_the_person(folded, [*_parts_of_the_person(name, email), *places]):
        return msg("Please choose a password without your name, your email address or the name of your unit.")
    if _is_guessed_first(folded):
        return msg("This password is easy to guess. Please choose another, for example four unrelated words.")
    return None


def _parts_of_the_person(name: str, email: str) -> list[str]:
    """The address and the name, whole and in their parts."""
    mailbox, _, domain = email.partition("@")
    return [email, mailbox, mailbox.strip(digits), domain, name, *name.split()]


def _belongs_to_the_person(folded: str, parts: Iterable[str]) -> bool:
    """Whether too few letters are left without these parts, however they are set apart and numbered."""
    left = whole = _signs(folded)
    for part in sorted({_signs(part) for part in parts}, key=len, reverse=True):
        if len(part) >= _SHORTEST_PART:
            # A short one stands in other words by chance.
            left = left.replace(part, "", -1 if len(part) > _SHORT_PART else 1)
    return left != whole and sum(not sign.isdigit() for sign in left) < SHORTEST


def _signs(text: str) -> str:
    """The letters and digits alone, without their case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _is_guessed_first(folded: str) -> bool:
    if re.fullmatch(rf"(.{{1,{_REPEATED_UNIT}}}?)\1+.{{0,2}}", folded, re.DOTALL):
        return True
    if any(folded in sequence or sequence.startswith(folded[:10]) for sequence in _SEQUENCES):
        return True
    core = re.sub(r"[\W_\d]+$", "", folded)
    letters = re.sub(r"[\W_]", "", folded)
    stem = letters.strip("0123456789")
    if not stem or any(
        FEW_STEMS.fullmatch(text) for text in {core, core.translate(_LOOK_ALIKES), letters, stem}
    ):
        return True
    # Measured on what was stolen: words, names, dates and walks over the keyboard, one after another.
    judged = zxcvbn(folded[:_LOOKED_AT], user_inputs=sorted(STEMS))
    return bool(judged["guesses"] < _FEWEST_GUESSES)
