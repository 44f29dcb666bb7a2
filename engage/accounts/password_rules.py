"""What a password must be: long, and nothing that is guessed first."""

from __future__ import annotations

import re
import unicodedata

from engage.core.messages import Message, msg

SHORTEST = 12
LONGEST = 200
_REPEATED_UNIT = 6
_SEQUENCES = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "q1w2e3r4t5y6u7i8o9p0",
)
# The stems of what leads every published list of stolen passwords, and what is typed here first.
_LOOK_ALIKES = str.maketrans("@$013457", "asoieast")
_COMMON_STEMS = frozenset(
    """
    password passw0rd p@ssword p@ssw0rd admin administrator root welcome letmein iloveyou woaini woaini1314
    qwerty asdfgh zxcvbn qazwsx 1qaz2wsx changeme default monkey dragon sunshine princess football baseball
    123456 12345678 123456789 1234567890 123123 111111 000000 666666 888888 5201314 1314520 a123456 abc123
    mima zhengwu gongkai zhengwugongkai zhutiri engage test guest user login secret master hello
    """.split()  # noqa: SIM905
)


def password_problem(password: str, *, name: str = "", email: str = "") -> Message | None:
    """The sentence that says why ``password`` is refused, or ``None`` where it is good.

    Length counts characters after NFKC, as NIST SP 800-63B section 3.1.1.2 asks: no rules on kinds of
    characters, but a list of common ones and of what belongs to the person.
    """
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < SHORTEST:
        return msg("Please choose a password of at least {count} characters.", count=SHORTEST)
    if len(plain) > LONGEST:
        return msg("Please choose a password of at most {count} characters.", count=LONGEST)
    folded = plain.casefold()
    if _belongs_to_the_person(folded, name, email):
        return msg("Please choose a password without your name or email address.")
    if _is_guessed_first(folded):
        return msg("This password is easy to guess. Please choose another, for example four unrelated words.")
    return None


def _belongs_to_the_person(folded: str, name: str, email: str) -> bool:
    mailbox = email.casefold().partition("@")[0]
    parts = [part for part in (name.casefold().replace(" ", ""), mailbox) if len(part) >= 2]
    return any(part in folded and len(folded) - len(part) < SHORTEST for part in parts)


def _is_guessed_first(folded: str) -> bool:
    if re.fullmatch(rf"(.{{1,{_REPEATED_UNIT}}}?)\1+.{{0,2}}", folded, re.DOTALL):
        return True
    if any(folded in sequence or sequence.startswith(folded[:10]) for sequence in _SEQUENCES):
        return True
    core = re.sub(r"[\W_\d]+$", "", folded)
    letters = re.sub(r"[\W_]", "", folded)
    stem = letters.strip("0123456789")
    return bool({core, core.translate(_LOOK_ALIKES), letters, stem} & _COMMON_STEMS) or not stem
