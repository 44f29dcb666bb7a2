"""The number a line of a draft begins with, told apart from a sentence that only refers to another clause.

Sources of the order of numbers: GB/T 9704-2012 党政机关公文格式 (一、（一）1.（1）) and, for 1, 1.1, 1.1.1,
GB/T 1.1-2020. Blanks inside a number, full-width signs and signs that hold a bracket or a dot (㈠ ⑴ ⒈ ①)
are the same number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

HAN: Final = "一二三四五六七八九十百千零〇两"
SHORT: Final = 40
"""Longer lines are no titles."""

# What a number between 第 and 条 may be set in besides: circles for zero, and the numerals of contracts.
_SET: Final = rf"{HAN}○◯OＯ廿卅壹贰叁肆伍陆柒捌玖拾佰仟"
_DIGITS: Final = (
    {
        sign: at
        for numerals in ("零一二三四五六七八九", "○壹贰叁肆伍陆柒捌玖")
        for at, sign in enumerate(numerals)
    }
    | dict.fromkeys("〇◯OＯ", 0)
    | {"两": 2}
)
_UNITS: Final = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_TENS: Final = {"廿": 20, "卅": 30}
_ENDS: Final = "。.；;，,：:！!？?…"


class Rank(IntEnum):
    """How deep a numbered line stands, from the widest to the narrowest."""

    ANNEX = 0
    CHAPTER = 1
    HEADING = 2
    ARTICLE = 3
    FIRST = 4
    POINT_1 = 5
    POINT_2 = 6
    POINT_3 = 7
    POINT_4 = 8
    POINT_5 = 9
    SECOND = 10
    THIRD = 11
    FOURTH = 12
    FIFTH = 13
    BULLET = 14
    PLAIN = 15


POINTS: Final[tuple[Rank, ...]] = (Rank.POINT_1, Rank.POINT_2, Rank.POINT_3, Rank.POINT_4, Rank.POINT_5)
"""1, 1.1, 1.1.1 …"""


@dataclass(frozen=True, slots=True)
class Mark:
    """`number` as printed without blanks, `head` the rest of the line.

    `value` counts articles and items (0 for what has no order), `path` the numbers of 1.3.1. Where the text
    follows a number at once (not `spaced`) only its place among the others tells whether it is one.
    """

    rank: Rank
    number: str
    head: str
    value: int = 0
    spaced: bool = True
    path: tuple[int, ...] = ()
    inserted: bool = False


_B: Final = "[ 　\t]*"
_HEADING: Final = re.compile(r"#{1,6}[ 　]+(.*)\Z")
_BULLET: Final = re.compile(r"([-*+•·])[ 　\t]+(.*)\Z")
_GAP: Final = r"([ 　\t：:、.．]*)(.*)\Z"
_CHAPTER: Final = re.compile(
    rf"(第{_B}(?:[{_SET}\d]{_B}){{1,8}}(?:(?:分{_B})?编|[篇章节]|(?:部{_B}分|目)(?=[ 　\t：:]|\Z))){_GAP}"
)
_ARTICLE: Final = re.compile(
    rf"(第{_B}((?:[{_SET}\d]{_B}){{1,8}}|\d{{1,3}}(?:[.．]\d{{1,3}}){{1,2}}{_B})条"
    rf"({_B}之{_B}[{HAN}]{{1,3}})?){_GAP}"
)
_FIRST: Final = re.compile(rf"([{HAN}]{{1,5}}){_B}([、．.]){_B}(.*)\Z")
_SECOND: Final = re.compile(rf"([（(]{_B}([{HAN}]{{1,5}}){_B}[）)]|[㈠-㈩]|[㊀-㊉])[、．.]?{_B}(.*)\Z")
_THIRD: Final = re.compile(rf"(?:(\d{{1,3}}){_B}([.．](?!\d)|、|）|\))|([⒈-⒛])){_B}(.*)\Z")
_FOURTH: Final = re.compile(rf"([（(]{_B}\d{{1,3}}{_B}[）)]|[⑴-⒇])[、．.]?{_B}(.*)\Z")
_FIFTH: Final = re.compile(rf"([①-⑳㉑-㉟㊱-㊿❶-❿]){_B}(.*)\Z")
_POINT: Final = re.compile(rf"(\d{{1,3}}(?:[.．]\d{{1,3}}){{1,4}}(?![\d%％‰℃]))[.．、]?({_B})(.*)\Z")
_ANNEX: Final = re.compile(
    rf"(附[ 　]?[件表录图](?:[ 　]?(?:\d{{1,2}}|[{HAN}]{{1,2}}|[A-Z](?![A-Za-z])))?|附(?=[：:])){_GAP}"
)
_WORDS: Final = r"([ .:：—–-]*)(.*)\Z"
_CHAPTER_WORD: Final = re.compile(rf"((?:Chapter|CHAPTER|Part|PART)[ ]+(?:[IVXLC]{{1,6}}|\d{{1,3}})){_WORDS}")
_ARTICLE_WORD: Final = re.compile(
    rf"((?:Article|ARTICLE|Section|SECTION)[ ]+(?:\d{{1,3}}[A-Z]?|[IVXLC]{{1,6}}\b)(?!\d|\.\d)){_WORDS}"
)
_SECTION_BELOW: Final = re.compile(rf"((?:Section|SECTION)[ ]+\d{{1,3}}(?:\.\d{{1,3}}){{1,3}}){_WORDS}")
_ANNEX_WORD: Final = re.compile(
    rf"((?:Annex|ANNEX|Appendix|APPENDIX|Attachment)(?:[ ]+(?:\d{{1,2}}|[A-Z])\b)?){_WORDS}"
)
# "第三条规定的…", "第三条、第四条…", "第三条第一款…", "第九条修改为…" speak of an article.
_OTHER: Final = rf"(?:[、和与及至或到—~～-]|以及|或者)?第{_B}[{HAN}\d]{{1,8}}{_B}[条款项章节]"
_AMENDS: Final = (
    r"[“”]?(?:修改|改为|改作|增加|增设|增补|删除|删去|删掉|废止|作为|调整为|合并|分为|更名|移至"
    r"|(?:之|以)?[前后]增|中的?[“”《「]|中增|中删|中将|中“|条文)"
)
_REFERS: Final = re.compile(rf"{_OTHER}|的|规定|所(?:称|列|述|指|规定)|{_AMENDS}")
_REFERS_AFTER_GAP: Final = re.compile(rf"{_OTHER}|{_AMENDS}(?=为|“|”|一|第|：|:)|修改为|改为")
# Also behind a blank, unless the number is just the one that comes next.
_MAY_REFER: Final = re.compile("规定的|所[称列述]")
_ANNEX_REFERS: Final = re.compile("中?[的所]|规定")
_ITEM_REFERS: Final = re.compile(rf"[、和与及至或]?[（(][{HAN}\d]|项")
# "一、二级医院应当…", "1、2号楼…" list numbers instead of beginning an item.
_NEXT_HAN: Final = re.compile(rf"([{HAN}]{{1,5}})[、和至及级类等]")
_NEXT_DIGITS: Final = re.compile(r"(\d{1,3})[、和至及级类等号楼幢栋路]")
_BEGINS: Final = re.compile(r"[#第附" + HAN + r"（(\d㈠-㈩㊀-㊉①-⑳㉑-㉟㊱-㊿⑴-⒛❶-❿\-*+•·A-Z]")


def marked(line: str) -> Mark | None:
    """What a line begins with by itself, whatever stands around it."""
    if not _BEGINS.match(line):
        return None
    heading = _HEADING.match(line)
    plain = heading[1].rstrip(" #") if heading else line
    found = (_wide(plain) or _narrow(plain)) if plain else None
    if found is None and not heading:
        bullet = _BULLET.match(plain)
        return Mark(Rank.BULLET, bullet[1], bullet[2].strip()) if bullet else None
    return found or (Mark(Rank.HEADING, "", plain) if plain else None)


def point(line: str) -> Mark | None:
    """The number 1.1 or 1.1.1 a line begins with: an amount unless its place among others says otherwise."""
    found = _POINT.match(line) if line[:1].isdecimal() else None
    if not found:
        return None
    path = tuple(int(part) for part in re.split("[.．]", found[1]))
    return Mark(POINTS[len(path) - 1], found[1], found[3].strip(), path[-1], bool(found[2]), path)


def is_title(text: str) -> bool:
    """A short line without an end sign is a title; a row of a table is none."""
    if not 0 < len(text) <= SHORT or text[0] == "|" or "\t" in text:
        return False
    return text[-1] not in _ENDS and not {"\n", "。"} & set(text)


def closed_up(text: str) -> str:
    """A title set with a blank between its signs (总 则) as one word."""
    signs = text.split()
    spaced = len(signs) > 1 and all(len(sign) == 1 and not sign.isascii() for sign in signs)
    return "".join(signs) if spaced else text


def value_of(number: str) -> int:
    """The value of a printed number: 第十二条 is 12, also in digits."""
    if number.isdecimal():
        return int(number)
    total = digit = 0
    for sign in number:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        elif sign in _TENS:
            total += _TENS[sign]
        elif sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign.isdecimal():
            digit = digit * 10 + int(sign)
    return total + digit


def _wide(line: str) -> Mark | None:
    if line[0] == "第":
        return _chapter(line) or _article(line)
    if line[0] == "附":
        return _annex(line)
    return _in_words(line) if line[0].isascii() and line[0].isalpha() else None


def _chapter(line: str) -> Mark | None:
    found = _CHAPTER.match(line)
    if not found:
        return None
    number, gap, head = found.groups()
    refers = _REFERS_AFTER_GAP if gap else _REFERS
    sentence = len(head) > SHORT and "。" in head
    if refers.match(head) or sentence:
        return None
    return Mark(Rank.CHAPTER, "".join(number.split()), closed_up(head.strip()))


def _article(line: str) -> Mark | None:
    found = _ARTICLE.match(line)
    if not found:
        return None
    number, printed, inserted, gap, head = found.groups()
    if (_REFERS_AFTER_GAP if gap else _REFERS).match(head):
        return None
    spaced = bool(gap or not head or head[0] in "【〔[（(") and not _MAY_REFER.match(head)
    value = value_of("".join(printed.split()))
    return Mark(Rank.ARTICLE, "".join(number.split()), head.strip(), value, spaced, inserted=bool(inserted))


def _annex(line: str) -> Mark | None:
    found = _ANNEX.match(line)
    if not found:
        return None
    number, gap, head = found.groups()
    if _ANNEX_REFERS.match(head):
        return None
    named = number[-1] not in "件表录图" and is_title(line)
    return Mark(Rank.ANNEX, number, head.strip()) if gap or not head or named else None


def _in_words(line: str) -> Mark | None:
    patterns = (
        (Rank.CHAPTER, _CHAPTER_WORD),
        (Rank.ARTICLE, _ARTICLE_WORD),
        (Rank.SECOND, _SECTION_BELOW),
        (Rank.ANNEX, _ANNEX_WORD),
    )
    for rank, pattern in patterns:
        found = pattern.match(line)
        if found:
            number, gap, head = found.groups()
            # "Article 3 shall not apply…" goes on in small letters.
            begins = not head or bool(gap.strip()) or head[0].isupper() or not head[0].isascii()
            return Mark(rank, number, head.strip()) if begins else None
    return None


def _narrow(line: str) -> Mark | None:
    first = _FIRST.match(line)
    if first:
        number, sign, head = first.groups()
        listed = sign == "、" and _lists(_NEXT_HAN, number, head)
        return None if listed else Mark(Rank.FIRST, number + sign, head.strip(), value_of(number))
    second = _SECOND.match(line)
    if second:
        refers = _ITEM_REFERS.match(second[3])
        return None if refers else Mark(Rank.SECOND, "".join(second[1].split()), second[3].strip())
    third = _THIRD.match(line)
    if third:
        number, sign = third[1] or third[3], third[2] or ""
        listed = sign == "、" and _lists(_NEXT_DIGITS, number, third[4])
        value = ord(number) - ord("⒈") + 1 if third[3] else int(number)
        return None if listed else Mark(Rank.THIRD, number + sign, third[4].strip(), value)
    return _deepest(line)


def _deepest(line: str) -> Mark | None:
    for rank, pattern in ((Rank.FOURTH, _FOURTH), (Rank.FIFTH, _FIFTH)):
        found = pattern.match(line)
        if found and not _ITEM_REFERS.match(found[2]):
            return Mark(rank, "".join(found[1].split()), found[2].strip())
    return None


def _lists(pattern: re.Pattern[str], number: str, rest: str) -> bool:
    following = pattern.match(rest)
    return bool(following) and value_of(following[1]) > value_of(number)  # type: ignore[index]
