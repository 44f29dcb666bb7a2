"""Which numbered lines of a draft begin a part of it: what a line cannot tell by itself, its neighbours do.

Articles without a blank behind their number follow one another; 1, 1.1, 1.2 are numbers and no amounts where
they follow one another; a short line above an article is a chapter (总则) that has no number; quoted lines of
an amending decision begin nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from engage.consultations.rules.marks import HAN, Mark, Rank, closed_up, is_title, marked, point, value_of
from engage.consultations.rules.markup import bare, opened

_CHAPTERS: Final = {"总则", "分则", "附则", "罚则", "法律责任"}
_CHAPTER_CHARACTERS: Final = 20
_QUOTED_LINES: Final = 40
_OPENING: Final = "“「『"
_CLOSING: Final = "”」』"
_STRAIGHT: Final = '"＂'
_ANY_QUOTE: Final = re.compile(f"[{_OPENING}{_CLOSING}{_STRAIGHT}]")
_SKIPPED: Final = 3
_FEW_CHAPTERS: Final = 20
_UNITS: Final = re.compile(
    r"个|名|年|月|日|天|小时|分|秒|元|万|亿|千|百|人|次|项|条|家|辆|层|楼|号|米|公里|公斤|吨|平方|%|％|度|倍|级|类|种|批|期|点|台|户|份"
)
_MAY_COUNT: Final = re.compile(r"[#* 　]*\d")
_SENTENCE_ENDS: Final = "。；;”）)：:"


def outline(lines: Sequence[str]) -> list[Mark | None]:
    """For each line the mark of the part that begins with it, or ``None`` where it goes on."""
    quoted = _quoted(lines)
    marks = [
        None if inside or line.count("\t") > 1 else _marked(line)
        for line, inside in zip(lines, quoted, strict=True)
    ]
    _points(lines, marks, quoted)
    _settle_articles(marks)
    _parts(lines, marks, quoted)
    _chapters(lines, marks, quoted)
    return marks


def _marked(line: str) -> Mark | None:
    """What a line begins with, bold or not; what follows keeps its bold words."""
    plain, first = bare(line), opened(line)
    mark = marked(plain)
    if mark is None or plain == first:
        return mark
    bold = marked(first)
    return bold if bold and (bold.rank, bold.number) == (mark.rank, mark.number) else mark


def _quoted(lines: Sequence[str]) -> list[bool]:
    """Whether a line stands inside a quotation that an earlier one opened and a later one closes."""
    inside = [False] * len(lines)
    opened_at: int | None = None
    for at, line in enumerate(lines):
        if not _ANY_QUOTE.search(line):
            continue
        opening, closing = _last_quotes(line, within=opened_at is not None)
        if opening == closing:
            continue
        if closing > opening:
            if opened_at is not None and at - opened_at <= _QUOTED_LINES:
                inside[opened_at + 1 : at + 1] = [True] * (at - opened_at)
            opened_at = None
        elif opened_at is None:
            opened_at = at
    return inside


def _last_quotes(line: str, *, within: bool) -> tuple[int, int]:
    """Where the last sign stands that opens a quotation and the last that closes one, -1 where there is none.

    Straight signs open and close in turns; one at the beginning of a quoted paragraph opens again.
    """
    opening = max(map(line.rfind, _OPENING))
    closing = max(map(line.rfind, _CLOSING))
    opens = not within
    for at in (at for at, sign in enumerate(line) if sign in _STRAIGHT):
        if opens or at == 0:
            opening, opens = max(opening, at), False
        else:
            closing, opens = max(closing, at), True
    return opening, closing


def _settle_articles(marks: list[Mark | None]) -> None:
    """An article right before its text begins where none of the numbers it skips comes later."""
    found = [(at, one) for at, one in enumerate(marks) if one and one.rank in (Rank.ARTICLE, Rank.ANNEX)]
    last_place = {one.value: at for at, one in found}
    last = 0
    for at, one in found:
        if one.rank is Rank.ANNEX:
            last = 0
            continue
        if one.value:
            follows = not last or one.value == last + 1 or (one.inserted and one.value == last)
            skips = one.value > last + 1 and last_place.get(last + 1, -1) < at
            if not (one.spaced or follows or skips):
                marks[at] = None
                continue
            last = one.value


_PART: Final = re.compile(rf"([{HAN}]{{1,3}})[ 　\t]+(\S.*)\Z")


def _parts(lines: Sequence[str], marks: list[Mark | None], quoted: Sequence[bool]) -> None:
    """Titles numbered 一, 二: chapters where articles stand below each, and parts also without a sign."""
    if not any(mark and mark.rank is Rank.FIRST for mark in marks):
        unsigned = [
            (at, Mark(Rank.FIRST, found[1], found[2].strip(), value_of(found[1])))
            for at, line in enumerate(lines)
            if marks[at] is None and not quoted[at] and (found := _PART.match(line))
        ]
        if _count_on(unsigned):
            for at, mark in unsigned:
                marks[at] = mark
    numbered = [mark for mark in marks if mark]
    parts = [(at, mark) for at, mark in enumerate(marks) if mark and mark.rank is Rank.FIRST]
    below = {after.rank for mark, after in pairwise(numbered) if mark.rank is Rank.FIRST}
    if below == {Rank.ARTICLE} and numbered[-1].rank is not Rank.FIRST and _count_on(parts):
        for at, mark in parts:
            marks[at] = replace(mark, rank=Rank.CHAPTER)


def _count_on(parts: Sequence[tuple[int, Mark]]) -> bool:
    """Whether they are titles numbered from one on, two at least."""
    counted = [mark.value for _at, mark in parts] == list(range(1, len(parts) + 1))
    return len(parts) > 1 and counted and all(is_title(bare(mark.head)) for _at, mark in parts)


def _points(lines: Sequence[str], marks: list[Mark | None], quoted: Sequence[bool]) -> None:
    """Read 1, 1.1 and 1.1.1 as numbers where at least two of the deeper ones follow one another."""
    numbered = [
        (at, mark)
        for at, mark in _candidates(lines, marks, quoted)
        if len(mark.path) != 1 or is_title(bare(mark.head))
    ]
    accepted = list(_chain(numbered))
    if sum(len(mark.path) > 1 for _at, mark in accepted) > 1:
        for at, mark in accepted:
            marks[at] = mark


def _candidates(
    lines: Sequence[str], marks: Sequence[Mark | None], quoted: Sequence[bool]
) -> Iterator[tuple[int, Mark]]:
    for at, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if mark and mark.rank is Rank.ANNEX:
            yield at, mark
        elif quoted[at] or not _MAY_COUNT.match(line) or line.count("\t") > 1:
            continue
        elif deeper := point(opened(line).lstrip("# ")):
            yield at, deeper
        elif single := _single(opened(line).lstrip("# "), mark):
            yield at, single


_SINGLE: Final = re.compile(r"(\d{1,2})([ 　\t]*)([^\d\s.．、）)%％:：/-].*)\Z")


def _single(line: str, mark: Mark | None) -> Mark | None:
    """The number 1 or 1. of a chapter."""
    if mark and mark.rank is Rank.THIRD and mark.number[-1] in ".．、":
        return replace(mark, rank=Rank.POINT_1, path=(mark.value,))
    found = _SINGLE.match(line)
    if not found or (not found[2] and _UNITS.match(found[3])):
        return None
    return Mark(Rank.POINT_1, found[1], found[3].strip(), int(found[1]), bool(found[2]), (int(found[1]),))


def _chain(numbered: Sequence[tuple[int, Mark]]) -> Iterator[tuple[int, Mark]]:
    """Those that count on from one another; each annex counts anew."""
    path: tuple[int, ...] = ()
    following = _next_deeper(numbered)
    for place, (at, mark) in enumerate(numbered):
        if mark.rank is Rank.ANNEX:
            path = ()
            continue
        if len(mark.path) == 1 and not _is_chapter(numbered, place, following[place], begun=bool(path)):
            continue
        if _counts_on(path, mark.path):
            path = mark.path
            yield at, mark


def _is_chapter(
    numbered: Sequence[tuple[int, Mark]], place: int, ahead: tuple[int, ...] | None, *, begun: bool
) -> bool:
    """Whether a single number is a chapter: by what is below it (`ahead` comes next) or beside it."""
    number = numbered[place][1].path[0]
    if ahead is not None and (ahead[:2] == (number, 1) or ahead[:2] == (number, 0)):
        return True
    if begun:
        return number > 1 and (ahead is None or ahead[0] > number)
    # The first chapters may have nothing below them: then they count on to the one that has.
    if ahead is None or number != 1:
        return False
    coming = [mark.path for _at, mark in numbered[place + 1 : place + _FEW_CHAPTERS]]
    wanted = [(at,) for at in range(2, ahead[0] + 1)]
    return len(wanted) > 0 and coming[: len(wanted)] == wanted


def _next_deeper(numbered: Sequence[tuple[int, Mark]]) -> list[tuple[int, ...] | None]:
    """For each number the next one of several parts before the annex that follows."""
    following: list[tuple[int, ...] | None] = []
    ahead: tuple[int, ...] | None = None
    for _at, mark in reversed(numbered):
        following.append(ahead)
        if mark.rank is Rank.ANNEX:
            ahead = None
        elif len(mark.path) > 1:
            ahead = mark.path
    return following[::-1]


def _counts_on(path: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether `after` is the first below `path`, or comes next on some level, a few skipped at most."""
    if not path:
        return _is_first(after[1:]) or len(after) == 1
    common = 0
    while common < min(len(path), len(after)) and path[common] == after[common]:
        common += 1
    if common == len(after):
        return False
    if common == len(path) and after[common] == 0:
        return _is_first(after[common:])
    before = path[common] if common < len(path) else 0
    most = before + (_SKIPPED if before else 1)
    return before < after[common] <= most and _is_first(after[common + 1 :])


def _is_first(rest: tuple[int, ...]) -> bool:
    """Whether a number ends as the first of its kind: 1.1, or 1.0.1 as standards count (GB 50000 series)."""
    return set(rest) <= {0, 1} and rest[-1:] != (0,)


def _chapters(lines: Sequence[str], marks: list[Mark | None], quoted: Sequence[bool]) -> None:
    """A short line of its own right above an article is a chapter without a number."""
    found = [at for at in _above_articles(marks, lines) if not quoted[at] and _may_be_chapter(lines[at])]
    known = any(closed_up(bare(lines[at])) in _CHAPTERS for at in found)
    between = [at for at in found if _after_sentence(lines, at)]
    for at in found if known else between if len(between) > 1 else ():
        marks[at] = Mark(Rank.CHAPTER, "", closed_up(bare(lines[at])))


def _above_articles(marks: Sequence[Mark | None], lines: Sequence[str]) -> Iterable[int]:
    before: int | None = None
    for at, mark in enumerate(marks):
        if mark and mark.rank is Rank.ARTICLE and before is not None and marks[before] is None:
            yield before
        if lines[at]:
            before = at


def _may_be_chapter(line: str) -> bool:
    words = closed_up(bare(line))
    return is_title(words) and len(words) <= _CHAPTER_CHARACTERS and not {"，", "、", "：", "年"} & set(words)


def _after_sentence(lines: Sequence[str], at: int) -> bool:
    above = at - 1
    while above >= 0 and not lines[above]:
        above -= 1
    return above >= 0 and lines[above][-1] in _SENTENCE_ENDS
