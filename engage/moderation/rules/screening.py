"""What a machine notices of personal data before a person reads: pure, and linear in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engage.moderation.rules.hits import Hit, Place
from engage.moderation.rules.numbers import numbers_in
from engage.moderation.rules.spelling import places_of_plain, plain_digits, plain_letters


@dataclass(frozen=True, slots=True)
class Screening:
    """What was noticed in a text; ``held``: a person has to look before anybody else may read it."""

    hits: tuple[Hit, ...] = ()

    @property
    def held(self) -> bool:
        return bool(self.hits)


# What stands before the sign need not be read to be known, and reading it from each of its letters costs.
_LOCAL: Final = r"(?<=[A-Za-z0-9._%+-])"
_NAMED: Final = r"[A-Za-z0-9-]{1,63}+"
_DOT: Final = r"(?: ?(?:[.。]|[(\[{<]dot[)\]}>]|点|點) ?| dot )"
_AT: Final = r"(?: ?(?:@|[(\[{<【〔] ?(?:at|@|艾特|圈a) ?[)\]}>】〕]|艾特|圈a|#|\*) ?)"
_MAILERS: Final = (
    r"(?:qq|163|126|139|189|yeah|sina|sohu|gmail|outlook|hotmail|foxmail|aliyun|icloud|live|yahoo|21cn|wo)"
)
_PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PATTERNS: Final = (
    (
        Hit.EMAIL,
        re.compile(
            rf"{_LOCAL}(?:{_AT}{_NAMED}(?:{_DOT}{_NAMED}){{1,4}}"
            rf"| (?:at|AT) (?:{_MAILERS}{_DOT}[A-Za-z]{{2,6}}|{_NAMED} (?:dot|DOT) [A-Za-z]{{2,10}})"
            rf"| ?在 ?{_MAILERS}{_DOT}[A-Za-z]{{2,6}})",
            re.IGNORECASE,
        ),
    ),
    (
        Hit.MESSENGER,
        re.compile(
            r"(?:微信|威信|薇信|徽信|wechat|weixin|(?<![a-z0-9])(?:vx|wx|v信)|加 ?v(?![a-z])|qq|扣扣|企鹅)"
            r"(?:号码?|帐号|账号|id|同号|是|为|我|加|[:\- ]){0,6}"
            r"(?:[a-z][a-z0-9_-]{5,19}+|(?<!\d)[1-9]\d{4,10}+)"
            r"(?![a-z0-9_.-])",
            re.IGNORECASE,
        ),
    ),
    (
        Hit.PASSPORT,
        re.compile(
            r"(?:护照|通行证|passport)(?:号码?|no\.?|是|为|[: ]){0,5}[a-z]{1,2}\d{7,8}(?!\d)", re.IGNORECASE
        ),
    ),
    (
        Hit.PLATE,
        re.compile(
            rf"[{_PROVINCES}][A-HJ-NP-Z][·.• -]?(?=[A-Z]{{0,3}}\d)[A-HJ-NP-Z0-9]{{4,6}}"
            r"[挂学警港澳领]?(?![A-Za-z0-9])"
        ),
    ),
)


def screened(text: str) -> Screening:
    """What ``text`` seems to contain of personal data; each kind is named once."""
    letters = plain_letters(text)
    found = {place.hit for place in numbers_in(plain_digits(text))}
    found.update(hit for hit, pattern in _PATTERNS if pattern.search(letters))
    return Screening(tuple(hit for hit in Hit if hit in found))


def places_in(text: str) -> list[Place]:
    """Where ``text`` seems to contain personal data, in the order of the text; some may overlap."""
    letters = plain_letters(text)
    found = [*numbers_in(plain_digits(text))]
    for hit, pattern in _PATTERNS:
        found += [Place(hit, *match.span()) for match in pattern.finditer(letters)]
    at = places_of_plain(text)
    return sorted(
        (Place(hit, at[start], at[end - 1] + 1) for hit, start, end in found), key=lambda it: it[1:]
    )
