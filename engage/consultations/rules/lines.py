"""The lines of a pasted text: page numbers of a PDF left out, sentences broken for its width put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise
from typing import Final

from engage.consultations.rules.marks import marked

_LINE_END: Final = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_EMPTY: Final = re.compile("\n{3,}")
_BLANKS: Final = " \t　"
_PAGE: Final = re.compile(
    r"[ 　]*(?:[-—–－·•]+[ 　]*\d{1,4}[ 　]*[-—–－·•]+"
    r"|第[ 　]*\d{1,4}[ 　]*页(?:[ 　]*[，,/／]?[ 　]*共[ 　]*\d{1,4}[ 　]*页)?"
    r"|\d{1,4}[ 　]*[/／][ 　]*\d{1,4})[ 　]*\Z"
)
_BARE_PAGE: Final = re.compile(r"[ 　]*\d{1,4}[ 　]*\Z")
_NUMBER: Final = re.compile(r"\d+")
_PAGE_LINES: Final = 15
_ENDS: Final = "。；;：:！!？?…”』」》）)】"
_RUNNING: Final = re.compile("[，。、,；：]")
_INDENTED: Final = re.compile(r"　|\t| {2}")
_SHORTEST: Final = 10
_EVEN: Final = 0.6
"""A broken line has at least this part of the length of the longest of its paragraph."""


def one_line_end(text: str) -> str:
    """`text` with one kind of line end and of blank, and one empty line for several."""
    return _EMPTY.sub("\n\n", _LINE_END.sub("\n", text).replace("\u00a0", " "))


def lines_of(plain: str) -> list[str]:
    """The lines of a text without blanks around them; a row of a table keeps the tabs in front of it."""
    raw = _without_pages(plain.split("\n"))
    return _unbroken(raw, [_stripped(line) for line in raw])


def is_row(line: str) -> bool:
    """Whether a line has cells: those of a spreadsheet (tabs) or of Markdown."""
    return "\t" in line or line.startswith("|")


def _stripped(line: str) -> str:
    inside = line.strip(_BLANKS)
    return line.strip(" 　").rstrip(_BLANKS) if "\t" in inside and not marked(inside) else inside


def _without_pages(lines: list[str]) -> list[str]:
    """Page numbers count on through the text; what stands beside several of them is a running head."""
    pages = _counted(lines, _PAGE, apart=1) or _counted(lines, _BARE_PAGE, apart=_PAGE_LINES)
    if not pages:
        return lines
    words = {at: lines[at].strip(_BLANKS) for page in pages for at in _beside(lines, page)}
    times = Counter(words.values())
    left_out = {at for at, head in words.items() if times[head] > 1}.union(pages)
    _close_gaps(lines, left_out)
    return [line for at, line in enumerate(lines) if at not in left_out]


def _beside(lines: Sequence[str], page: int) -> Iterator[int]:
    """The lines with words above and below a page number, a few empty ones between."""
    for near in (range(page - 1, page - 4, -1), range(page + 1, page + 4)):
        yield from islice((at for at in near if 0 <= at < len(lines) and lines[at].strip(_BLANKS)), 1)


def _close_gaps(lines: Sequence[str], left_out: set[int]) -> None:
    """Leave out the empty lines too where a page ends in the middle of a sentence."""
    gap: list[int] = []
    above = ""
    for at, line in enumerate(lines):
        words = line.strip(_BLANKS)
        if at in left_out or not words:
            gap.append(at)
            continue
        if above and above[-1] not in _ENDS and not left_out.isdisjoint(gap):
            left_out.update(gap)
        gap, above = [], words


def _counted(lines: Sequence[str], page: re.Pattern[str], *, apart: int) -> list[int]:
    """The lines that are numbers of pages, if their numbers rise and lines of text stand between them."""
    found = [
        (at, int(number[0]))
        for at, line in enumerate(lines)
        if page.match(line) and (number := _NUMBER.search(line))
    ]
    rising = [later > number and at - before > apart for (before, number), (at, later) in pairwise(found)]
    return [at for at, _number in found] if rising and all(rising) else []


def _unbroken(raw: Sequence[str], lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        end, broken = _paragraph(raw, lines, at)
        kept += [_put_together(lines[at:end])] if broken else lines[at:end]
        at = end
    return kept


def _paragraph(raw: Sequence[str], lines: Sequence[str], start: int) -> tuple[int, bool]:
    """Where the lines end that may be a paragraph with that at `start`, and whether its width broke them.

    Then each but the last stops in the middle of a sentence, they are about equally long, and the last ends
    with a sign.
    """
    at = start + 1
    if not _goes_on(lines[start]) or not _RUNNING.search(lines[start]):
        return at, False
    while at < len(lines) and lines[at] and not is_row(lines[at]):
        if _INDENTED.match(raw[at]) or marked(lines[at]):
            return at, False
        if lines[at][-1] in _ENDS:
            lengths = [len(line) for line in lines[start:at]]
            return at + 1, min(lengths) >= _EVEN * max(lengths)
        if not _goes_on(lines[at]):
            return at, False
        at += 1
    return at, False


def _goes_on(line: str) -> bool:
    return len(line) >= _SHORTEST and line[-1] not in _ENDS and not is_row(line) and line[0] not in "#-*+>"


def _put_together(lines: Sequence[str]) -> str:
    text = lines[0]
    for line in lines[1:]:
        words = text[-1].isascii() and text[-1].isalpha() and line[0].isascii() and line[0].isalpha()
        text += f" {line}" if words else line
    return text
