"""A pasted draft split into chapters and clauses by how Chinese official texts and Markdown are numbered.

Source of the order of numbers: GB/T 9704-2012 党政机关公文格式 (一、（一）1.（1）).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from engage.consultations.rules.clauses import (
    DRAFT_CHARACTERS,
    NUMBER_CHARACTERS,
    TITLE_CHARACTERS,
    Clause,
    Part,
    new_key,
    too_long,
)
from engage.core.errors import Invalid

_HAN: Final = "一二三四五六七八九十百千零〇两"


class _Rank(IntEnum):
    """How deep a numbered line stands, from the widest to the narrowest."""

    CHAPTER = 1
    HEADING = 2
    ARTICLE = 3
    FIRST = 4
    SECOND = 5
    THIRD = 6
    BULLET = 7
    PLAIN = 8


_MARKS: Final = (
    (_Rank.CHAPTER, re.compile(rf"(第[{_HAN}\d]{{1,8}}[编章节])[ 　：:、]*(.*)\Z")),
    (_Rank.ARTICLE, re.compile(rf"(第[{_HAN}\d]{{1,8}}条(?:之[{_HAN}]{{1,3}})?)[ 　：:、]*(.*)\Z")),
    (_Rank.FIRST, re.compile(rf"([{_HAN}]{{1,5}}、)[ 　]*(.*)\Z")),
    (_Rank.SECOND, re.compile(rf"([（(][{_HAN}]{{1,5}}[）)])[ 　]*(.*)\Z")),
    (_Rank.THIRD, re.compile(r"(\d{1,3}(?:[.．](?!\d)|、|）|\)))[ 　]*(.*)\Z")),
    (_Rank.BULLET, re.compile(r"([-*+•·])[ 　]+(.*)\Z")),
)
_HEADING: Final = re.compile(r"#{1,6}[ 　]+(.*?)[ #]*\Z")
_NAME: Final = re.compile(r"[【〔\[]([^】〕\]]{1,40})[】〕\]][ 　]*(.*)\Z")
_ENDS: Final = "。；;，,：:！!？?…"
_SHORT: Final = 40


@dataclass(slots=True)
class _Block:
    rank: _Rank
    number: str
    head: str
    body: list[str] = field(default_factory=list)


def split(text: str) -> list[Clause]:
    """The chapters and clauses of a text, each with a new key. Raises `Invalid` (field `text`) when too long.

    Articles (第…条) are clauses wherever there are any; else the deeper of 一、 and （一） that a part has;
    then 1. ; then headings with text below them; then bullets; then paragraphs.
    """
    if len(text) > DRAFT_CHARACTERS:
        raise Invalid({"text": too_long()})
    blocks = _blocks(text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    level = _clause_rank(blocks)
    if level is _Rank.PLAIN:
        return [_plain(paragraph) for block in blocks for paragraph in _paragraphs(block)]
    return list(_gathered(blocks, level))


def _blocks(text: str) -> list[_Block]:
    """The text cut before each numbered line; what stands before the first is a block without number."""
    blocks = [_Block(_Rank.PLAIN, "", "")]
    for raw in text.split("\n"):
        line = raw.replace("**", "").strip(" \t　")
        block = _marked(line)
        if block is None:
            blocks[-1].body.append(line)
        else:
            blocks.append(block)
    return [block for block in blocks if block.number or block.head or any(block.body)]


def _marked(line: str) -> _Block | None:
    heading = _HEADING.match(line)
    plain = heading[1] if heading else line
    for rank, pattern in _MARKS:
        found = pattern.match(plain)
        if found and not (heading and rank is _Rank.BULLET):
            return _Block(rank, found[1], found[2].strip())
    return _Block(_Rank.HEADING, "", plain) if heading and plain else None


def _clause_rank(blocks: Sequence[_Block]) -> _Rank:
    ranks = {block.rank for block in blocks}
    for rank in (_Rank.ARTICLE, _Rank.SECOND, _Rank.FIRST, _Rank.THIRD, _Rank.HEADING, _Rank.BULLET):
        if rank in ranks:
            return rank
    return _Rank.PLAIN if not ranks - {_Rank.PLAIN} else _Rank.CHAPTER


def _gathered(blocks: Sequence[_Block], level: _Rank) -> Iterator[Clause]:
    at = 0
    while at < len(blocks):
        block = blocks[at]
        deeper = at + 1
        while deeper < len(blocks) and blocks[deeper].rank > max(level, block.rank):
            deeper += 1
        below = blocks[at + 1 : deeper]
        opens = deeper < len(blocks) and block.rank < blocks[deeper].rank
        yield _clause(block, below, chapter=block.rank < level and (opens or block.rank is _Rank.CHAPTER))
        at = deeper


def _clause(block: _Block, below: Sequence[_Block], *, chapter: bool) -> Clause:
    title, first = _title(block)
    lines = [first, *block.body]
    for other in below:
        sign = "-" if other.rank is _Rank.BULLET else other.number
        lines += [f"{sign}{' ' if other.rank is _Rank.BULLET else ''}{other.head}", *other.body]
    text = _joined(lines)
    if block.rank is _Rank.PLAIN and _is_title(text):
        return Clause(new_key(), Part.CHAPTER, "", text, "")
    number = block.number[:NUMBER_CHARACTERS] if block.rank is not _Rank.BULLET else ""
    part = Part.CHAPTER if chapter or (block.rank <= _Rank.HEADING and not text) else Part.CLAUSE
    return Clause(new_key(), part, number, title, text)


def _title(block: _Block) -> tuple[str, str]:
    """A short line without a full stop is a title; an article may carry its name in brackets."""
    named = _NAME.match(block.head)
    if block.rank is _Rank.ARTICLE and named:
        return named[1], named[2]
    if block.rank <= _Rank.HEADING and len(block.head) <= TITLE_CHARACTERS:
        return block.head, ""
    has_more = any(block.body) or block.rank in (_Rank.FIRST, _Rank.SECOND)
    return (block.head, "") if has_more and _is_title(block.head) else ("", block.head)


def _is_title(text: str) -> bool:
    return 0 < len(text) <= _SHORT and text[-1] not in _ENDS and not {"\n", "。"} & set(text)


def _paragraphs(block: _Block) -> Iterator[str]:
    groups = _joined(block.body).split("\n\n")
    yield from (one for one in (groups if len(groups) > 1 else groups[0].split("\n")) if one.strip())


def _plain(text: str) -> Clause:
    if _is_title(text):
        return Clause(new_key(), Part.CHAPTER, "", text, "")
    return Clause(new_key(), Part.CLAUSE, "", "", text)


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
