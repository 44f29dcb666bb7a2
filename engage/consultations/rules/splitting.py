"""A pasted draft split into chapters and clauses by how Chinese official texts and Markdown are numbered.

Nothing of the text is lost but its table of contents, whose entries stand in the text, and in Markdown the
signs around numbers and titles; below them it stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
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
from engage.consultations.rules.frame import signature_of, title_of, without_contents
from engage.consultations.rules.marks import Mark, Rank, is_title, marked
from engage.consultations.rules.markup import bare, is_markdown, opened
from engage.core.errors import Invalid

_NAME: Final = re.compile(r"[【〔\[]([^】〕\]]{1,40})[】〕\]][ 　]*(.*)\Z")
_LEVELS: Final = (Rank.ARTICLE, Rank.SECOND, Rank.FIRST, Rank.THIRD, Rank.HEADING, Rank.BULLET)


@dataclass(slots=True)
class _Block:
    rank: Rank
    number: str
    head: str
    line: str = ""
    body: list[str] = field(default_factory=list)


def split(text: str) -> list[Clause]:
    """The chapters and clauses of a text, each with a new key. Raises `Invalid` (field `text`) when too long.

    Articles (第…条) are clauses wherever there are any; else the deeper of 一、 and （一） that a part has;
    then 1. ; then headings with text below them; then bullets; then paragraphs. An annex is split by itself.
    """
    if len(text) > DRAFT_CHARACTERS:
        raise Invalid({"text": too_long()})
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    lines = [line.strip(" \t　") for line in plain.split("\n")]
    sections = _sections(_blocks(_without_contents(lines)))
    clauses = [clause for section in sections for clause in _split(section)]
    return [replace(clause, markdown=True) for clause in clauses] if is_markdown(lines) else clauses


def _without_contents(lines: list[str]) -> list[str]:
    words = [bare(line) for line in lines]
    kept = without_contents(words)
    left_out = len(lines) - len(kept)
    start = next((at for at, word in enumerate(kept) if word != words[at]), len(kept))
    return [*lines[:start], *lines[start + left_out :]]


def _blocks(lines: Sequence[str]) -> list[_Block]:
    """The text cut before each numbered line; what stands before the first is a block without number."""
    blocks = [_Block(Rank.PLAIN, "", "")]
    last_article = 0
    for line in lines:
        mark = _marked(line, last_article)
        if mark is None:
            blocks[-1].body.append(line)
        else:
            blocks.append(_Block(mark.rank, mark.number, mark.head, line))
            last_article = 0 if mark.rank is Rank.ANNEX else mark.value or last_article
    return [block for block in blocks if block.number or block.head or any(block.body)]


def _marked(line: str, last_article: int) -> Mark | None:
    """What a line begins with, bold or not; what follows keeps its bold words."""
    mark = marked(bare(line), last_article)
    if mark is None or "**" not in line:
        return mark
    bold = marked(opened(line), last_article)
    return bold if bold and (bold.rank, bold.number) == (mark.rank, mark.number) else mark


def _sections(blocks: Sequence[_Block]) -> Iterator[list[_Block]]:
    """The main text and each annex."""
    section: list[_Block] = []
    for block in blocks:
        if block.rank is Rank.ANNEX and section:
            yield section
            section = []
        section.append(block)
    if section:
        yield section


def _split(section: list[_Block]) -> Iterator[Clause]:
    body = section[-1].body
    signature, left = signature_of([bare(line) for line in body])
    section[-1].body = body[: len(left)]
    head, level = section[0], _clause_rank(section)
    if head.rank is Rank.ANNEX:
        # Tables and lists of an annex belong together; only what is numbered like a text is cut.
        single = level > Rank.SECOND
        yield _annex(head, section[1:] if single else ())
        section = [] if single else section[1:]
    elif head.rank is Rank.PLAIN:
        yield from _opening(head, alone=len(section) == 1)
        section = section[1:]
    yield from _gathered(section, level)
    if signature:
        yield Clause(new_key(), Part.CHAPTER, "", signature, "")


def _clause_rank(blocks: Sequence[_Block]) -> Rank:
    ranks = {block.rank for block in blocks}
    found = next((rank for rank in _LEVELS if rank in ranks), None)
    return found or (Rank.CHAPTER if Rank.CHAPTER in ranks else Rank.PLAIN)


def _opening(block: _Block, *, alone: bool) -> Iterator[Clause]:
    """What stands before the first number: the title, and a clause for the words below it."""
    title, below = title_of([bare(line) for line in block.body])
    below = block.body[len(block.body) - len(below) :]
    if alone and not any(below):
        # A text of short lines only: the first is its title, else there would be nothing to comment on.
        title, below = "", block.body
    if title:
        yield Clause(new_key(), Part.CHAPTER, "", title, "")
    text = _joined(below)
    if alone:
        yield from (_plain(paragraph) for paragraph in _paragraphs(text))
    elif text:
        yield _plain(text)


def _annex(block: _Block, below: Sequence[_Block]) -> Clause:
    lines = [line for line in (block.head, *block.body) if line]
    first = bare(lines[0]) if lines else ""
    titled = is_title(first) and marked(first) is None
    title, rest = (first, lines[1:]) if titled else ("", lines)
    text = _joined([*rest, *_written_out(below)])
    if not title and not text:
        return Clause(new_key(), Part.CHAPTER, "", block.number, "")
    return Clause(new_key(), Part.CLAUSE if text else Part.CHAPTER, block.number, title, text)


def _gathered(blocks: Sequence[_Block], level: Rank) -> Iterator[Clause]:
    at = 0
    while at < len(blocks):
        block = blocks[at]
        deeper = at + 1
        while deeper < len(blocks) and blocks[deeper].rank > max(level, block.rank):
            deeper += 1
        below = blocks[at + 1 : deeper]
        opens = deeper < len(blocks) and block.rank < blocks[deeper].rank
        yield _clause(block, below, chapter=block.rank < level and (opens or block.rank is Rank.CHAPTER))
        at = deeper


def _clause(block: _Block, below: Sequence[_Block], *, chapter: bool) -> Clause:
    title, first = _title(block, more=bool(below))
    text = _joined([first, *block.body, *_written_out(below)])
    number = block.number[:NUMBER_CHARACTERS] if block.rank is not Rank.BULLET else ""
    part = Part.CHAPTER if chapter or (block.rank <= Rank.HEADING and not text) else Part.CLAUSE
    return Clause(new_key(), part, number, title, text)


def _written_out(blocks: Sequence[_Block]) -> Iterator[str]:
    """Deeper numbers as lines of the text they belong to, as they were written."""
    for block in blocks:
        yield block.line
        yield from block.body


def _title(block: _Block, *, more: bool) -> tuple[str, str]:
    """A short line without a full stop is a title; an article may carry its name in brackets."""
    words = bare(block.head)
    named = _NAME.match(block.head) or _NAME.match(words)
    if block.rank is Rank.ARTICLE and named:
        return named[1], named[2]
    if block.rank <= Rank.HEADING and len(words) <= TITLE_CHARACTERS:
        return words, ""
    has_more = more or any(block.body) or block.rank in (Rank.FIRST, Rank.SECOND)
    return (words, "") if has_more and is_title(words) else ("", block.head)


def _paragraphs(text: str) -> list[str]:
    groups = text.split("\n\n")
    if len(groups) == 1:
        # The rows of a table belong together.
        lines = groupby(text.split("\n"), key=lambda line: line.startswith("|"))
        groups = [one for table, found in lines for one in (["\n".join(found)] if table else found)]
    return [one for one in groups if one.strip()]


def _plain(text: str) -> Clause:
    if is_title(bare(text)):
        return Clause(new_key(), Part.CHAPTER, "", bare(text), "")
    return Clause(new_key(), Part.CLAUSE, "", "", text)


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
