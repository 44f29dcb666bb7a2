"""What stands around the clauses of a draft: its title, its table of contents, its signature."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from engage.consultations.rules.clauses import TITLE_CHARACTERS
from engage.consultations.rules.marks import HAN, is_title, marked, point

_CONTENTS: Final = re.compile(
    r"#{0,6}[ 　]*[【\[]?(?:目[ 　]*[录次]|(?i:table of contents|contents))[】\]]?\Z"
)
_LEADERS: Final = ".．。…·•—-_ 　\t（）()"
_BRACKETED: Final = re.compile(r"[（(][^（）()]{1,38}[）)]\Z")
_TITLE_ENDS: Final = re.compile(
    r"(?:[）)》]|办法|规定|细则|通知|公告|通告|方案|意见|条例|规划|计划|决定|标准|章程|规则|草案|稿|(?i:draft))\Z"
)
_YEAR: Final = rf"(?:\d{{4}}|[{HAN}○◯OＯ]{{4}}|[XxＸ×]{{2,4}})"
_PART: Final = rf"[ 　]*(?:\d{{1,2}}|[{HAN}]{{1,3}}|[XxＸ×]{{1,2}})?[ 　]*"
_DATE: Final = re.compile(rf"{_YEAR}[ 　]*年{_PART}月{_PART}日(?:印发)?\Z")
_OFFICES: Final = "局委府部办室处会院厅司署站所镇乡组队心社"
_SIGNERS: Final = 3
_SIGNER_CHARACTERS: Final = 30
_TITLE_LINES: Final = 4
_BEFORE_CONTENTS: Final = 12
_PLAIN_NUMBER: Final = re.compile(r"\d{1,2}[ 　]*[^\W\d]")


def contents_of(lines: Sequence[str]) -> tuple[int, int]:
    """Where a table of contents begins and ends: the page makes its own. Both are 0 where there is none.

    Only entries that come again in the text belong to it. Without the word 目录 above it, it is the first
    numbered lines of a text that all come again in their order, with something between them.
    """
    start = next((at for at, line in enumerate(lines) if _CONTENTS.match(line)), None)
    if start is None:
        return _unnamed_contents(lines)
    later = Counter(_entry(line) for line in lines[start + 1 :])
    end = start + 1
    while end < len(lines):
        entry = _entry(lines[end])
        later[entry] -= 1
        if entry and not (later[entry] > 0 and (marked(lines[end]) or is_title(lines[end]))):
            break
        end += 1
    return (start, end) if any(lines[start + 1 : end]) else (0, 0)


def _unnamed_contents(lines: Sequence[str]) -> tuple[int, int]:
    entries = [_entry(line) for line in lines]
    start = next((at for at in range(min(_BEFORE_CONTENTS, len(lines))) if _may_be_entry(lines[at])), None)
    if start is None:
        return 0, 0
    try:
        end = entries.index(entries[start], start + 1)
    except ValueError:
        return 0, 0
    listed = [entry for entry in entries[start:end] if entry]
    lengths = all(_may_be_entry(line) for line in lines[start:end] if line)
    at = end
    for entry in listed:
        while at < len(entries) and entries[at] != entry:
            at += 1
        at += 1
    found = [entry for entry in entries[end:at] if entry]
    again = at <= len(entries) and len(found) > len(listed) > 1
    return (start, end) if lengths and again and _tell_apart(listed) else (0, 0)


def _tell_apart(entries: Sequence[str]) -> bool:
    """Whether no entry begins another one: a number stands once in a table of contents."""
    ordered = sorted(entries)
    return not any(after.startswith(before) for before, after in pairwise(ordered))


def _may_be_entry(line: str) -> bool:
    """A numbered line that is no sentence: a chapter, or an article with its name and page."""
    words = line.rstrip("0123456789").rstrip(_LEADERS)
    return is_title(words) and (marked(words) or point(words) or _PLAIN_NUMBER.match(words)) is not None


def title_of(lines: Sequence[str]) -> tuple[str, list[str]]:
    """The title that lines begin with, over one line or several, and the lines below it.

    A title of several lines ends with the name of a kind of document, or with a line in brackets.
    """
    start = next((at for at, line in enumerate(lines) if line), len(lines))
    end = start
    for at in range(start, min(start + _TITLE_LINES, len(lines))):
        line = lines[at]
        if not is_title(line) or len(_joined(lines[start : at + 1])) > TITLE_CHARACTERS:
            break
        if at == start or _TITLE_ENDS.search(line):
            end = at + 1
    after = next((at for at in range(end, len(lines)) if lines[at]), end)
    if start < end < after and _BRACKETED.match(lines[after]):
        end = after + 1
    return _joined([line for line in lines[start:end] if line]), list(lines[end:])


def signature_of(lines: Sequence[str]) -> tuple[str, list[str]]:
    """Who signs and when, where lines end with it, and the lines above it."""
    left = list(lines)
    while left and not left[-1]:
        left.pop()
    if not left or not _DATE.match(left[-1]):
        return "", list(lines)
    signers = [left.pop()]
    while len(signers) <= _SIGNERS:
        end = len(left)
        while end and not left[end - 1]:
            end -= 1
        if not end or not _signs(left[end - 1]):
            break
        signers.insert(0, left[end - 1])
        left = left[: end - 1]
    return " ".join(signers), left


def _signs(line: str) -> bool:
    return len(line) <= _SIGNER_CHARACTERS and line[-1] in _OFFICES and is_title(line)


def _entry(line: str) -> str:
    """A line without blanks, leader dots, page number and Markdown signs: the same in contents and text."""
    bare = line.lstrip("#-*+ 　").rstrip(_LEADERS).rstrip("0123456789").rstrip(_LEADERS)
    return "".join(bare.split())


def _joined(lines: Sequence[str]) -> str:
    """Lines of a title as one: words need a blank between them, Chinese does not."""
    text = ""
    for line in lines:
        text += f" {line}" if text and text[-1].isascii() and line[0].isascii() else line
    return text
