"""One plain spelling of what people write in many: digits, signs and addresses as ASCII, blanks kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CHINESE: Final = {
    sign: digit
    for digit, signs in enumerate(
        ("〇零○◯", "一壹幺弌", "二贰貳两兩", "三叁參弎", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for sign in signs
}
_BETWEEN_DIGITS: Final = (
    (re.compile(r"(?<=\d)[oO]+(?![A-Za-z])|(?<=\d)[oO]+(?=[lI]+[\doO])|(?<=\d[lI])[oO]+(?=\d)"), "0"),
    (re.compile(r"(?<=\d)[lI](?=\d)|(?<![A-Za-z0-9])[lI](?=[3-9]\d)"), "1"),
)
_OTHER_PLANES: Final = 0x10000


class _Plain(dict[int, str]):
    """For ``str.translate``; each character of the basic plane is looked up once."""

    def __init__(self, *, chinese: bool) -> None:
        super().__init__()
        self._chinese = chinese

    def __missing__(self, code: int) -> str:
        plain = self._of(chr(code))
        # Of the other planes there are a million, which nobody may have us keep.
        if code < _OTHER_PLANES:
            self[code] = plain
        return plain

    def _of(self, sign: str) -> str:
        if sign.isascii():
            return sign
        digit = _CHINESE.get(sign) if self._chinese else None
        if digit is None:
            digit = unicodedata.digit(sign, None)
        if digit is not None:
            return str(digit)
        kind = unicodedata.category(sign)
        if kind[0] == "M" or kind == "Cf":
            return ""
        if kind[0] == "Z":
            return " "
        if kind == "Pd":
            return "-"
        narrow = unicodedata.normalize("NFKC", sign)
        return narrow if len(narrow) == 1 else sign


_LETTERS: Final = _Plain(chinese=False)
_DIGITS: Final = _Plain(chinese=True)


def plain_letters(text: str) -> str:
    """``text`` with every form of Latin letters, digits, blanks and dashes as ASCII, and without marks."""
    return text.translate(_LETTERS)


def plain_digits(text: str) -> str:
    """``plain_letters`` with Chinese numerals as digits too, and with letters that stand for digits."""
    plain = text.translate(_DIGITS)
    for pattern, digit in _BETWEEN_DIGITS:
        plain = pattern.sub(lambda found, digit=digit: digit * len(found[0]), plain)  # type: ignore[misc]
    return plain


def places_of_plain(text: str) -> list[int]:
    """Where in ``text`` each character of its plain spelling stands."""
    return [at for at, sign in enumerate(text) if sign.isascii() or sign.translate(_DIGITS)]
