"""Numbers of persons in a text, however their digits are grouped: pure, and linear in the text.

Digits stand in groups with signs between them. A number is a run of whole groups with the right count of
digits; what is written as an amount, a list, an address of a computer or a sum is none.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import accumulate, pairwise
from typing import Final

from engage.moderation.rules.hits import Hit, Place

_SHORTEST: Final = 10
_LONGEST: Final = 19
_CARD_DIGITS: Final = 15
_FEW: Final = 4
"""Most groups that any number may have; a card has one more."""
_EARLIEST_BIRTH: Final = 1890
_CONTEXT: Final = 14
"""Characters before a number that may say what it is."""

# Signs that people put between groups: no letters, and none that makes a sum or an amount of it.
_GAP: Final = r"[^\w×*÷=<>%‰°℃￥¥$€£]|_"
_RUN: Final = re.compile(rf"\d+(?:(?:{_GAP}|[杠横]){{1,6}}\d+)*")
_DIGITS: Final = re.compile(r"\d+")
# Amounts as 1,380,013.80, whole: what follows must not go on with it.
_AMOUNT: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![.,]?\d)")
# What follows an amount; a single sign may as well begin a name (元先生) or a word (平时, 公司).
_NAME: Final = r"\S{0,2}(?:先生|女士|小姐|师傅|老师|某)"
_UNIT: Final = re.compile(
    rf"(?:\.\d{{1,4}})?\s{{0,2}}(?:[十百千万亿]{{0,2}}(?:[美欧日港]?元(?!旦|宵|{_NAME})|人次|平方|立方|平米|公里|公斤|公顷|千瓦|千米|吨|亩)"
    r"|[万亿]{1,2}[人户件张份股]|%|㎡|m[²³23]|km\b)"
)
_MONEY: Final = re.compile(rf"\s{{0,2}}[万亿]{{0,2}}[美欧日港]?元(?!旦|宵|{_NAME})")
_SUM: Final = re.compile(r"\s?=\s?\d")
_CURRENCY: Final = re.compile(r"[￥¥$€£]\s?$|\d\s?=\s?$|人民币$")
_ADDRESS: Final = re.compile(
    r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}"
)
_USUAL: Final = frozenset(
    {
        (3, 4, 4),
        (3, 3, 5),
        (4, 4, 3),
        (3, 8),
        (7, 4),
        (3, 7),
        (2, 8),
        (4, 3, 4),
        (3, 2, 2, 2, 2),
        (3, 5, 3),
        (6, 8, 4),
        (6, 6, 3),
        (6, 4, 4, 4),
    }
)

_IDENTITY_CHINESE: Final = "身份|证件|公民|居民证|sfz"
_IDENTITY_WORDS: Final = re.compile(rf"{_IDENTITY_CHINESE}|\bI\.?D\b", re.IGNORECASE)
_CARD_WORDS: Final = re.compile(r"卡号|银行卡|储蓄卡|信用卡|账号|帐号|账户|帐户|card", re.IGNORECASE)
_BANKS: Final = re.compile("银行|[工农建中交招]行|邮储|信用社|农商")
# GB/T 2260: the first two digits of a place.
_PLACE: Final = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"
_ENDING_X: Final = re.compile(r"[ .\-]{0,2}[xX×](?![a-zA-Z])")
_MOBILE: Final = re.compile(r"(?:(?:00)?86|0)?1[3-9]\d{9}")
# From abroad the area code has no zero.
_ABROAD: Final = re.compile(r"(?:00)?86(?:10|2\d|[3-9]\d\d)[2-9]\d{6,7}")
_LANDLINE: Final = re.compile(rf"(?:(?:00)?86)?0(?:10|2\d|[3-9]\d\d)[2-9]\d{{6,7}}|{_ABROAD.pattern}")
_PLUS: Final = re.compile(r"\+ ?[(\[]?$")
_CARD: Final = re.compile(r"62\d{14,17}|(?:4\d|5[1-5]|35|6[058])\d{14}|3[47]\d{13}")
_MONTH_DAY: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_IDENTITY: Final = re.compile(
    rf"{_PLACE}\d{{4}}"
    rf"(?:\d\d{_MONTH_DAY}\d{{3}}|(?:1[89]|20)\d\d{_MONTH_DAY}\d{{3,4}})"
)
_SHAPES: Final = "|".join(shape.pattern for shape in (_MOBILE, _LANDLINE, _IDENTITY, _CARD))
# What any of these may be; where words before it say so, a card or an identity number may be anything.
_SHAPED: Final = re.compile(_SHAPES)
_SHAPED_OR_SAID: Final = re.compile(rf"{_SHAPES}|[1-9]\d{{14,18}}")
_BEGINNING: Final = re.compile(rf"(?={_SHAPES})")
_SAID: Final = re.compile(rf"{_IDENTITY_CHINESE}|I\.?D|{_CARD_WORDS.pattern}", re.IGNORECASE)
_DOUBLED: Final = str.maketrans("0123456789", "0246813579")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class _Run:
    """Groups of digits that only gaps part from each other: ``text[start:end]``."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.groups = [found.span() for found in _DIGITS.finditer(text, start, end)]
        self.digits = "".join(text[first:last] for first, last in self.groups)
        self.offsets = [0, *accumulate(last - first for first, last in self.groups)]

    def numbers(self, named: _Named) -> Iterator[Place]:
        """The numbers in the run, each time from the group after the last one found."""
        done = 0
        for first in self._beginnings(named):
            start = self.groups[first][0]
            if start >= done:
                for place in self._from(first, _SHAPED_OR_SAID if named.beside(start) else _SHAPED):
                    yield place
                    done = place.end

    def _beginnings(self, named: _Named) -> list[int]:
        """The groups that a number may begin with."""
        group_at = {offset: first for first, offset in enumerate(self.offsets[:-1])}
        starts = (found.start() for found in _BEGINNING.finditer(self.digits))
        begins = [group_at[start] for start in starts if start in group_at]
        said = (
            [first for first, (start, _end) in enumerate(self.groups) if named.beside(start)] if named else []
        )
        return sorted({*begins, *said})

    def _from(self, first: int, shaped: re.Pattern[str]) -> Iterator[Place]:
        begin = self.offsets[first]
        start = self.groups[first][0]
        before = self.text[max(0, start - _CONTEXT) : start]
        shortest = bisect_left(self.offsets, begin + _SHORTEST, first + 1) - 1
        beyond = bisect_right(self.offsets, begin + _LONGEST, first + 1) - 1
        for last in range(shortest, beyond):
            digits = self.digits[begin : self.offsets[last + 1]]
            if not shaped.fullmatch(digits):
                continue
            end = self.groups[last][1]
            after = self.text[end : end + _CONTEXT]
            hit = next((hit for hit, judge in _JUDGES if judge(digits, before, after)), None)
            if hit is not None and self._as_one(first, last, before, after):
                ending = _ENDING_X.match(after) if len(digits) == 17 else None
                yield Place(hit, start, end + (ending.end() if ending else 0))

    def _as_one(self, first: int, last: int, before: str, after: str) -> bool:
        """Whether somebody who writes these groups means one number."""
        groups = self.groups[first : last + 1]
        sizes = tuple(end - start for start, end in groups)
        parts = [self.text[end:start] for (_, end), (start, _) in pairwise(groups)]
        if _is_amount(sizes, parts) and (_UNIT.match(after) or _CURRENCY.search(before)):
            return False
        if len(groups) == 1:
            return True
        # Grouped by ten thousands, as amounts are in Chinese.
        if set(parts) == {","} and set(sizes[1:]) == {4} and _MONEY.match(after):
            return False
        return _looks_like_one(sizes, parts) and not self._something_else(groups, set(parts), after)

    def _something_else(self, groups: Sequence[tuple[int, int]], gaps: set[str], after: str) -> bool:
        """Whether they are a fraction, a term of a sum, an address of a computer or an enumeration."""
        digits = [self.text[start:end] for start, end in groups]
        if digits[0] == "0" and len(groups) == 2 and gaps == {"."}:
            return True
        if _SUM.match(after) is not None:
            return True
        if gaps == {"."} and _ADDRESS.fullmatch(".".join(digits)) is not None:
            return True
        values = [int(group) for group in digits]
        # Two groups are a number, three of one size may be.
        alike = len({end - start for start, end in groups}) == 1
        listed = len(values) > 3 or (len(values) == 3 and alike)
        return listed and all(one < other for one, other in pairwise(values))


def _looks_like_one(sizes: tuple[int, ...], gaps: Sequence[str]) -> bool:
    if max(sizes) == 1 or sizes in _USUAL or sizes[1:] in _USUAL:
        return True
    few = _FEW if sum(sizes) < _CARD_DIGITS else _FEW + 1
    if len(sizes) > few and max(sizes) > 2:
        return False
    return gaps.count(gaps[0]) == len(gaps) and not ("\n" in gaps[0] or "\t" in gaps[0])


def _is_amount(sizes: tuple[int, ...], gaps: Sequence[str]) -> bool:
    """Whether figures are grouped as in an amount: not at all, by thousands, with decimals."""
    if gaps and gaps[-1] == ".":
        sizes, gaps = sizes[:-1], gaps[:-1]
    return set(gaps) <= {",", " "} and set(sizes[1:]) <= {3}


class _Named:
    """Where a text says that a number of a person follows."""

    def __init__(self, text: str) -> None:
        self._ends = [found.end() for found in _SAID.finditer(text)]

    def __bool__(self) -> bool:
        return bool(self._ends)

    def beside(self, start: int) -> bool:
        """Whether it may be said shortly before ``start``."""
        at = bisect_right(self._ends, start)
        return at > 0 and self._ends[at - 1] > start - _CONTEXT


def numbers_in(plain: str) -> Iterator[Place]:
    """The numbers in a text that is plain (``spelling.plain_digits``), and where in it each stands.

    One pass of a compiled pattern finds where a number may begin; only there is anything looked at.
    """
    text = _AMOUNT.sub(lambda found: "元" * len(found[0]), plain)
    named = _Named(text)
    for found in _RUN.finditer(text):
        if found.end() - found.start() >= _SHORTEST:
            yield from _Run(text, *found.span()).numbers(named)


def _is_mobile(digits: str, _before: str, _after: str) -> bool:
    return _MOBILE.fullmatch(digits) is not None


def _is_landline(digits: str, before: str, _after: str) -> bool:
    if _LANDLINE.fullmatch(digits) is None:
        return False
    return not _ABROAD.fullmatch(digits) or digits.startswith("00") or _PLUS.search(before) is not None


def _is_identity(digits: str, before: str, after: str) -> bool:
    """GB 11643-1999 (18 digits with a check digit) and GB 11643-1989 (15 without).

    Many numbers of offices are a place, a day and a count: without the right check digit 18 digits are an
    identity number only where the words before say so.
    """
    if len(digits) == 18 and _IDENTITY_WORDS.search(before):
        return True
    if not _IDENTITY.fullmatch(digits):
        return False
    if len(digits) == 18:
        return _born(digits[6:14]) and _checked(digits)
    if len(digits) == 17:
        return _ENDING_X.match(after) is not None and _born(digits[6:14])
    return _born("19" + digits[6:12])


def _born(day: str) -> bool:
    try:
        born = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return False
    return born.year >= _EARLIEST_BIRTH


def _checked(digits: str) -> bool:
    weights = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return digits[17] == "10X98765432"[weights % 11]


def _is_card(digits: str, before: str, _after: str) -> bool:
    if len(digits) < _CARD_DIGITS:
        return False
    if _CARD_WORDS.search(before):
        return True
    return _CARD.fullmatch(digits) is not None and (_luhn(digits) or _BANKS.search(before) is not None)


def _luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    others = digits[-2::-2].translate(_DOUBLED)
    return sum(map(int, digits[::-2])) % 10 == -sum(map(int, others)) % 10


_JUDGES: Final[tuple[tuple[Hit, Callable[[str, str, str], bool]], ...]] = (
    (Hit.IDENTITY_NUMBER, _is_identity),
    (Hit.MOBILE, _is_mobile),
    (Hit.BANK_CARD, _is_card),
    (Hit.LANDLINE, _is_landline),
)
