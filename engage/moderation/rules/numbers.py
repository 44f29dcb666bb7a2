"""Numbers of persons in a text, however their digits are grouped: pure, and linear in the text.

Digits stand in groups with signs between them. A number is a run of whole groups with the right count of
digits; what is written as an amount, a list, an address of a computer or a sum is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from engage.moderation.rules.hits import Hit

_LONGEST: Final = 19
_CARD_DIGITS: Final = 15
_FEW: Final = 4
"""Most groups that any number may have; a card has one more."""
_EARLIEST_BIRTH: Final = 1890
_CONTEXT: Final = 14
"""Characters before a number that may say what it is."""

# Signs that people put between groups: no letters, and none that makes a sum or an amount of it.
_GAP: Final = r"[^\w×*÷=<>%‰°℃￥¥$€£]|_"
_GROUP: Final = re.compile(rf"(\d+)((?:{_GAP}|[杠横]){{1,6}}(?=\d))?")
# Amounts as 1,380,013.80, whole: what follows must not go on with it.
_AMOUNT: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![.,]?\d)")
_UNIT: Final = re.compile(r"\s{0,2}(?:元|万|亿|角|平|米|公|千|吨|亩|度|人|户|件|%|㎡|m|k)")
_SUM: Final = re.compile(r"\s?=")
_CURRENCY: Final = re.compile(r"[￥¥$€£]\s?$|=\s?$|人民币$")
_ADDRESS: Final = re.compile(
    r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}"
)
_USUAL: Final = frozenset(
    {(3, 4, 4), (3, 3, 5), (4, 4, 3), (3, 8), (7, 4), (3, 5, 3), (6, 8, 4), (6, 6, 3), (6, 4, 4, 4)}
)

_IDENTITY_WORDS: Final = re.compile(r"身份|证件|公民|居民证|[sS][fF][zZ]|\bI\.?D\b", re.IGNORECASE)
_CARD_WORDS: Final = re.compile(r"卡号|银行卡|储蓄卡|信用卡|账号|帐号|账户|帐户|card", re.IGNORECASE)
# GB/T 2260: the first two digits of a place.
_PLACES: Final = frozenset(
    str(place)
    for first, count in ((11, 5), (21, 3), (31, 7), (41, 6), (50, 5), (61, 5), (71, 1), (81, 3), (91, 1))
    for place in range(first, first + count)
)
_ENDING_X: Final = re.compile(r"[ .\-]{0,2}[xX×](?![a-zA-Z])")
_MOBILE: Final = re.compile(r"(?:(?:00)?86|0)?1[3-9]\d{9}")
_LANDLINE: Final = re.compile(r"(?:(?:00)?86)?0(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}")
_CARD: Final = re.compile(r"62\d{14,17}|(?:4\d|5[1-5]|35|6[058])\d{14}|3[47]\d{13}")
# What any of these may be: asked first, of every run of groups.
_POSSIBLE: Final = re.compile(r"(?:(?:00)?86|0)?1[3-9]\d{9}|(?:(?:00)?86)?0[1-9]\d{8,10}|[1-9]\d{14,18}")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits, the signs between them and the next group, and where the digits stand."""

    digits: str
    gap: str
    start: int
    end: int


def numbers_in(plain: str) -> Iterator[Hit]:
    """The kinds of numbers in a text that is plain (``spelling.plain_digits``), as they stand in it."""
    text = _AMOUNT.sub("元", plain)
    for run in _runs(text):
        for start in range(len(run)):
            yield from _from(text, run[start : start + _LONGEST])


def _runs(text: str) -> Iterator[list[_Group]]:
    """The groups that only gaps part from each other."""
    run: list[_Group] = []
    for found in _GROUP.finditer(text):
        run.append(_Group(found[1], found[2] or "", found.start(), found.end(1)))
        if found[2] is None:
            yield run
            run = []


def _from(text: str, groups: Sequence[_Group]) -> Iterator[Hit]:
    """The numbers that begin with the first of ``groups``."""
    digits = ""
    for count, group in enumerate(groups, start=1):
        digits += group.digits
        if len(digits) > _LONGEST:
            return
        if not _POSSIBLE.fullmatch(digits):
            continue
        before = text[max(0, groups[0].start - _CONTEXT) : groups[0].start]
        after = text[group.end : group.end + _CONTEXT]
        hit = next((hit for hit, judge in _JUDGES if judge(digits, before, after)), None)
        if hit is not None and (count == 1 or _as_one(groups[:count], before, after)):
            yield hit


def _as_one(groups: Sequence[_Group], before: str, after: str) -> bool:
    """Whether somebody who writes these groups means one number."""
    sizes = tuple(len(group.digits) for group in groups)
    parts = [group.gap for group in groups[:-1]]
    gaps = set(parts)
    amount = _UNIT.match(after) or _CURRENCY.search(before) or groups[0].digits == "0"
    if (amount and gaps <= {".", ",", " "}) or _SUM.match(after):
        return False
    if gaps == {"."} and _ADDRESS.fullmatch(".".join(group.digits for group in groups)):
        return False
    values = [int(group.digits) for group in groups]
    if len(values) > 3 and all(one < other for one, other in pairwise(values)):
        return False
    if max(sizes) == 1 or sizes in _USUAL or sizes[1:] in _USUAL:
        return True
    alike = len(gaps) == 1 and not re.search(r"[\n\t]", parts[0])
    few = _FEW if sum(sizes) < _CARD_DIGITS else _FEW + 1
    return alike and (len(sizes) <= few or max(sizes) <= 2)


def _is_mobile(digits: str, _before: str, _after: str) -> bool:
    return _MOBILE.fullmatch(digits) is not None


def _is_landline(digits: str, _before: str, _after: str) -> bool:
    return _LANDLINE.fullmatch(digits) is not None


def _is_identity(digits: str, before: str, after: str) -> bool:
    """GB 11643-1999 (18 digits with a check digit) and GB 11643-1989 (15 without).

    Many numbers of offices are a place, a day and a count: without the right check digit 18 digits are an
    identity number only where the words before say so.
    """
    if len(digits) == 18:
        if _IDENTITY_WORDS.search(before):
            return True
        weights = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
        right = digits[17] == "10X98765432"[weights % 11]
        return right and digits[:2] in _PLACES and _born(digits[6:14])
    if len(digits) == 17:
        return _ENDING_X.match(after) is not None and digits[:2] in _PLACES and _born(digits[6:14])
    return len(digits) == 15 and digits[:2] in _PLACES and _born("19" + digits[6:12])


def _born(day: str) -> bool:
    try:
        born = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return born.year >= _EARLIEST_BIRTH


def _is_card(digits: str, before: str, _after: str) -> bool:
    if len(digits) < _CARD_DIGITS:
        return False
    if _CARD_WORDS.search(before):
        return True
    return _CARD.fullmatch(digits) is not None and _luhn(digits)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = (2 * int(digit) if at % 2 else int(digit) for at, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


_JUDGES: Final[tuple[tuple[Hit, Callable[[str, str, str], bool]], ...]] = (
    (Hit.IDENTITY_NUMBER, _is_identity),
    (Hit.MOBILE, _is_mobile),
    (Hit.BANK_CARD, _is_card),
    (Hit.LANDLINE, _is_landline),
)
