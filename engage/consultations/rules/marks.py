"""The number a line of a draft begins with, told apart from a sentence that only refers to another clause.

Source of the order of numbers: GB/T 9704-2012 党政机关公文格式 (一、（一）1.（1）).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

HAN: Final = "一二三四五六七八九十百千零〇两"
SHORT: Final = 40
"""Longer lines are no titles."""

_DIGITS: Final = {sign: at for at, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
_ENDS: Final = "。.；;，,：:！!？?…"


class Rank(IntEnum):
    """How deep a numbered line stands, from the widest to the narrowest."""

    ANNEX = 0
    CHAPTER = 1
    HEADING = 2
    ARTICLE = 3
    FIRST = 4
    SECOND = 5
    THIRD = 6
    BULLET = 7
    PLAIN = 8


@dataclass(frozen=True, slots=True)
class Mark:
    """`number` as printed, `head` the rest of the line; `value` counts articles, 0 for anything else."""

    rank: Rank
    number: str
    head: str
    value: int = 0


_HEADING: Final = re.compile(r"#{1,6}[ 　]+(.*)\Z")
_BULLET: Final = re.compile(r"([-*+•·])[ 　]+(.*)\Z")
_GAP: Final = r"([ 　：:、]*)(.*)\Z"
_CHAPTER: Final = re.compile(rf"(第[{HAN}\d]{{1,8}}[编章节]){_GAP}")
_ARTICLE: Final = re.compile(rf"(第([{HAN}\d]{{1,8}})条(之[{HAN}]{{1,3}})?){_GAP}")
_FIRST: Final = re.compile(rf"([{HAN}]{{1,5}})、[ 　]*(.*)\Z")
_SECOND: Final = re.compile(rf"([（(][{HAN}]{{1,5}}[）)])[ 　]*(.*)\Z")
_THIRD: Final = re.compile(r"(\d{1,3})([.．](?!\d)|、|）|\))[ 　]*(.*)\Z")
_ANNEX: Final = re.compile(rf"(附[ 　]?[件表录图](?:[ 　]?(?:\d{{1,2}}|[{HAN}]{{1,2}}))?|附(?=[：:])){_GAP}")
_WORDS: Final = r"([ .:：—–-]*)(.*)\Z"
_CHAPTER_WORD: Final = re.compile(rf"((?:Chapter|CHAPTER|Part|PART)[ ]+(?:[IVXLC]{{1,6}}|\d{{1,3}})){_WORDS}")
_ARTICLE_WORD: Final = re.compile(rf"((?:Article|ARTICLE|Section|SECTION)[ ]+\d{{1,3}}[A-Z]?){_WORDS}")
_ANNEX_WORD: Final = re.compile(
    rf"((?:Annex|ANNEX|Appendix|APPENDIX|Attachment)(?:[ ]+(?:\d{{1,2}}|[A-Z])\b)?){_WORDS}"
)
# "第三条规定的…", "第三条、第四条…", "第三条第一款…" speak of an article instead of beginning one.
_OTHER: Final = rf"(?:[、和与及至或]|以及|或者)?第[{HAN}\d]{{1,8}}[条款项章节]"
_REFERS: Final = re.compile(rf"{_OTHER}|的|规定|所(?:称|列|述|指|规定)")
_REFERS_AFTER_GAP: Final = re.compile(_OTHER)
_ITEM_REFERS: Final = re.compile(rf"[、和与及至或]?[（(][{HAN}]|项")
# "一、二级医院应当…", "1、2号楼…" list numbers instead of beginning an item.
_NEXT_HAN: Final = re.compile(rf"([{HAN}]{{1,5}})[、和至及级类等]")
_NEXT_DIGITS: Final = re.compile(r"(\d{1,3})[、和至及级类等号楼幢栋路]")


def marked(line: str, last_article: int = 0) -> Mark | None:
    """What a line begins with; `last_article` is the number of the article before it."""
    heading = _HEADING.match(line)
    plain = heading[1].rstrip(" #") if heading else line
    found = _wide(plain, last_article) or _narrow(plain)
    if found is None and not heading:
        bullet = _BULLET.match(plain)
        return Mark(Rank.BULLET, bullet[1], bullet[2].strip()) if bullet else None
    return found or (Mark(Rank.HEADING, "", plain) if plain else None)


def is_title(text: str) -> bool:
    """A short line without an end sign is a title; a row of a table is none."""
    if not 0 < len(text) <= SHORT or text[0] == "|":
        return False
    return text[-1] not in _ENDS and not {"\n", "。"} & set(text)


def value_of(number: str) -> int:
    """The value of a printed number: 第十二条 is 12, also in digits."""
    if number.isdecimal():
        return int(number)
    total = digit = 0
    for sign in number:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        elif sign in _DIGITS:
            digit = _DIGITS[sign]
    return total + digit


def _wide(line: str, last_article: int) -> Mark | None:
    chapter = _CHAPTER.match(line)
    if chapter:
        number, gap, head = chapter.groups()
        refers = _REFERS_AFTER_GAP if gap else _REFERS
        sentence = len(head) > SHORT and "。" in head
        return None if refers.match(head) or sentence else Mark(Rank.CHAPTER, number, head.strip())
    article = _ARTICLE.match(line)
    if article:
        return _article(article, last_article)
    return _annex(line) or _in_words(line)


def _article(found: re.Match[str], last: int) -> Mark | None:
    number, printed, inserted, gap, head = found.groups()
    value = value_of(printed)
    if (_REFERS_AFTER_GAP if gap else _REFERS).match(head):
        return None
    follows = not last or value == last + 1 or (inserted and value == last)
    # Without a gap only the next number begins an article: paragraphs like to begin with an earlier one.
    if head and not gap and head[0] not in "【〔[（(" and not follows:
        return None
    return Mark(Rank.ARTICLE, number, head.strip(), value)


def _annex(line: str) -> Mark | None:
    found = _ANNEX.match(line)
    if not found:
        return None
    number, gap, head = found.groups()
    named = number[-1] not in "件表录图" and is_title(line)
    return Mark(Rank.ANNEX, number, head.strip()) if gap or not head or named else None


def _in_words(line: str) -> Mark | None:
    patterns = ((Rank.CHAPTER, _CHAPTER_WORD), (Rank.ARTICLE, _ARTICLE_WORD), (Rank.ANNEX, _ANNEX_WORD))
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
        listed = _lists(_NEXT_HAN, *first.groups())
        return None if listed else Mark(Rank.FIRST, f"{first[1]}、", first[2].strip())
    second = _SECOND.match(line)
    if second:
        refers = _ITEM_REFERS.match(second[2])
        return None if refers else Mark(Rank.SECOND, second[1], second[2].strip())
    third = _THIRD.match(line)
    if third and not (third[2] == "、" and _lists(_NEXT_DIGITS, third[1], third[3])):
        return Mark(Rank.THIRD, third[1] + third[2], third[3].strip())
    return None


def _lists(pattern: re.Pattern[str], number: str, rest: str) -> bool:
    following = pattern.match(rest)
    return bool(following) and value_of(following[1]) > value_of(number)  # type: ignore[index]
