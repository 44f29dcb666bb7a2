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
_NO_ROOM: Final = r"(?![\d年元平米m万多余个户人层%]|(?:[、,\d-]*号)?(?:门面|商铺|铺面))"
_PATTERNS: Final = (
    (
        Hit.EMAIL,
        re.compile(
            rf"{_LOCAL}(?:{_AT}{_NAMED}(?:{_DOT}{_NAMED}){{1,4}}"
            rf"| (?:at|AT) (?:{_MAILERS}{_DOT}[A-Za-z]{{2,6}}|{_NAMED} (?:dot|DOT) [A-Za-z]{{2,10}})"
            rf"|{_AT}{_MAILERS} ?[·•,，。 ] ?(?:com|cn|net)(?![A-Za-z])"
            rf"| ?在 ?{_MAILERS}{_DOT}[A-Za-z]{{2,6}})",
            re.IGNORECASE,
        ),
    ),
    (
        Hit.MESSENGER,
        re.compile(
            r"(?:微 ?信|威信|薇信|徽信|wechat|weixin|(?<![a-z0-9])(?:vx|wx|v信)|加 ?v(?![a-z])|q ?q|扣扣|企鹅"
            r"|(?:抖音|快手|钉钉)(?=号))"
            r"(?: ?号码?|(?<=[q扣])(?:交流)?群|帐号|账号|id|同号|是|为|我|加|[:\- ]){0,6}"
            r"(?:[a-z][a-z0-9_-]{5,19}+|(?<!\d)[1-9]\d{4,10}+|(?<!\d)[1-9]\d{1,3}(?:[ -]\d{2,4}){2,3})"
            r"(?![a-z0-9_.-])"
            r"|(?<![a-z0-9])q ?(?:号|:) ?[1-9]\d{8,9}(?!\d)"
            # V: as people write for 微信; what follows begins with a letter, so that V:5伏 is none.
            r"|(?<![a-z0-9])v ?: ?(?=[a-z_-]*\d|wxid)[a-z][a-z0-9_-]{5,19}+(?![a-z0-9_.-])",
            re.IGNORECASE,
        ),
    ),
    (
        Hit.PASSPORT,
        re.compile(
            r"(?:护照|通行证|passport)(?:号码?|no\.?|是|为|[: ]){0,5}[a-z]{1,2} ?\d{7,8}(?!\d)"
            r"|(?:台胞|军官|士兵|文职干部|警官)证(?:号码?|是|为|[: ]|[\u4e00-\u9fff]字第?){0,5}\d{6,8}(?!\d)",
            re.IGNORECASE,
        ),
    ),
    (
        Hit.PLATE,
        re.compile(
            rf"[{_PROVINCES}] ?[A-HJ-NP-Z][·.• -]?(?=[A-Z]{{0,3}}\d)[A-HJ-NP-Z0-9]{{4,6}}"
            r"[挂学警港澳领]?(?![A-Za-z0-9])"
            # In small letters as people type it; 新gb18030 is a standard.
            rf"|[{_PROVINCES}](?!gb|db)[a-hj-np-z][·.• -]?(?:[a-hj-np-z]?\d{{4,5}}|\d{{5}}[a-hj-np-z])"
            r"(?![A-Za-z0-9])"
        ),
    ),
)
# Looked for where Chinese numerals are digits too.
_FIGURES: Final = (
    (
        # Without an area code seven or eight digits are a telephone number only where it is said.
        Hit.LANDLINE,
        re.compile(
            r"(?:电话|座机|固话|(?<![a-z])tel)(?:号码?|是|为|[:. ]){0,4}(?!20[23]\d[01]\d[0-3]\d)"
            r"[2-9]\d{2,3}[ -]?\d{4}(?![\d./年月-]| ?[元万亿多余])",
            re.IGNORECASE,
        ),
    ),
    (
        # A house and a room of it: whose home that is can be told.
        Hit.ADDRESS,
        re.compile(
            rf"\d{{1,3}} ?(?:号楼|栋|幢|座|号)?,? ?\d{{1,2}} ?单元,? ?\d{{2,4}}{_NO_ROOM}"
            rf"|(?<!\d)\d{{1,3}} ?(?:号楼|栋|幢),? ?\d{{3,4}}{_NO_ROOM}"
        ),
    ),
)


def screened(text: str) -> Screening:
    """What ``text`` seems to contain of personal data; each kind is named once."""
    letters, digits = plain_letters(text), plain_digits(text)
    found = {place.hit for place in numbers_in(digits)}
    found.update(hit for hit, pattern in _PATTERNS if pattern.search(letters))
    found.update(hit for hit, pattern in _FIGURES if pattern.search(digits))
    return Screening(tuple(hit for hit in Hit if hit in found))


def places_in(text: str) -> list[Place]:
    """Where ``text`` seems to contain personal data, in the order of the text; some may overlap."""
    letters, digits = plain_letters(text), plain_digits(text)
    found = [*numbers_in(digits)]
    for plain, patterns in ((letters, _PATTERNS), (digits, _FIGURES)):
        found += [Place(hit, *match.span()) for hit, pattern in patterns for match in pattern.finditer(plain)]
    at = places_of_plain(text)
    return sorted(
        (Place(hit, at[start], at[end - 1] + 1) for hit, start, end in found), key=lambda it: it[1:]
    )
