"""What a machine notices of personal data before a person reads: pure, and linear in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from engage.moderation.rules.hits import Hit
from engage.moderation.rules.numbers import numbers_in
from engage.moderation.rules.spelling import plain_digits, plain_letters


@dataclass(frozen=True, slots=True)
class Screening:
    """What was noticed in a text; ``held``: a person has to look before anybody else may read it."""

    hits: tuple[Hit, ...] = ()

    @property
    def held(self) -> bool:
        return bool(self.hits)


_LOCAL: Final = r"[A-Za-z0-9._%+-]{1,64}"
_NAMED: Final = r"[A-Za-z0-9-]{1,63}"
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
            rf"{_LOCAL}{_AT}{_NAMED}(?:{_DOT}{_NAMED}){{1,4}}"
            rf"|{_LOCAL} (?:at|AT) (?:{_MAILERS}{_DOT}[A-Za-z]{{2,6}}|{_NAMED} (?:dot|DOT) [A-Za-z]{{2,10}})"
            rf"|{_LOCAL} ?在 ?{_MAILERS}{_DOT}[A-Za-z]{{2,6}}",
            re.IGNORECASE,
        ),
    ),
    (
        Hit.MESSENGER,
        re.compile(
            r"(?:微信|威信|薇信|徽信|wechat|weixin|(?<![a-z0-9])(?:vx|wx|v信)|加 ?v(?![a-z])|qq|扣扣|企鹅)"
            r"(?:号码?|帐号|账号|id|同号|是|为|我|加|[:\- ]){0,6}"
            r"(?:[a-z][a-z0-9_-]{5,19}|(?<!\d)[1-9]\d{4,10})"
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
    found = set(numbers_in(plain_digits(text)))
    found.update(hit for hit, pattern in _PATTERNS if pattern.search(letters))
    return Screening(tuple(hit for hit in Hit if hit in found))
