"""A pasted draft split into chapters and clauses by how Chinese official texts and Markdown are numbered.

Nothing of the text is lost but its table of contents, whose entries stand in the text, and in Markdown the
signs around numbers and titles; below them it stays as it was written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Final

from engage.consultations.rules.clauses import (
    CLAUSES,
    DRAFT_CHARACTERS,
    TITLE_CHARACTERS,
    Clause,
    Part,
    fitted,
    new_key,
    too_long,
)
from engage.consultations.rules.frame import contents_of, signature_of, title_of
from engage.consultations.rules.lines import is_row, lines_of, one_line_end
from engage.consultations.rules.marks import HAN, POINTS, Rank, closed_up, is_title, marked
from engage.consultations.rules.markup import bare, is_markdown
from engage.consultations.rules.outline import outline
from engage.core.errors import Invalid

_NAME: Final = re.compile(r"[【〔\[]([^】〕\]]{1,40})[】〕\]][ 　]*(.*)\Z")
_NAME_IN_BRACKETS: Final = re.compile(rf"[（(](?![{HAN}\d略])([^（）()，。；、：]{{1,20}})[）)][ 　]*(.+)\Z")
_LEVELS: Final[tuple[Rank, ...]] = (
    Rank.ARTICLE,
    *POINTS[1:],
    Rank.SECOND,
    Rank.FIRST,
    Rank.THIRD,
    Rank.FOURTH,
    Rank.FIFTH,
)
_LOOSE: Final[tuple[Rank, ...]] = (Rank.HEADING, Rank.BULLET)
_NEW: Final = ""
_MOST_LINES: Final = 10_000
"""A text of more lines is no draft: no numbers are looked for in it."""


@dataclass(slots=True)
class _Block:
    rank: Rank
    number: str
    head: str
    line: str = ""
    body: list[str] = field(default_factory=list)
    value: int = 0


def split(text: str) -> list[Clause]:
    """The chapters and clauses of a text, each with a new key. Raises `Invalid` (field `text`) when too long.

    Articles (第…条) are clauses wherever there are any; else 1.1 or, where they have titles, 1.1.1; else the
    deeper of 一、 and （一） that a part has; then 1. ; then headings with text below them; then bullets;
    then paragraphs. An annex is split by itself. Where more come out than a draft may have, neighbours are
    put together.
    """
    if len(text) > DRAFT_CHARACTERS:
        raise Invalid({"text": too_long()})
    plain = one_line_end(text)
    if plain.count("\n") > _MOST_LINES:
        return [Clause(new_key(), Part.CLAUSE, "", "", part) for part in _portions(plain.split("\n"))]
    lines = lines_of(plain)
    sections = _sections(_blocks(_without_contents(lines)))
    clauses = fitted([clause for section in sections for clause in _split(section)])
    markdown = is_markdown(lines)
    return [replace(clause, key=new_key(), markdown=markdown) for clause in clauses]


def _portions(lines: Sequence[str]) -> Iterator[str]:
    """As many neighbouring lines together as make no more clauses than a draft may have."""
    together = -(-len(lines) // CLAUSES)
    for at in range(0, len(lines), together):
        if portion := "\n".join(lines[at : at + together]).strip():
            yield portion


def _without_contents(lines: list[str]) -> list[str]:
    words = [bare(line) for line in lines]
    start, end = contents_of(words)
    return [*lines[:start], *lines[end:]]


def _blocks(lines: Sequence[str]) -> list[_Block]:
    """The text cut before each numbered line; what stands before the first is a block without number."""
    blocks = [_Block(Rank.PLAIN, "", "")]
    for line, mark in zip(lines, outline(lines), strict=True):
        if mark is None:
            blocks[-1].body.append(line)
        else:
            blocks.append(_Block(mark.rank, mark.number, mark.head, line, value=mark.value))
    return [block for block in blocks if block.number or block.head or any(block.body)]


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
        yield Clause(_NEW, Part.CHAPTER, "", signature, "")


def _clause_rank(blocks: Sequence[_Block]) -> Rank:
    ranks = {block.rank for block in blocks}
    level = next((rank for rank in _LEVELS if rank in ranks), None)
    if level in POINTS:
        return _deepest_titled(blocks)
    if level in (Rank.FIRST, Rank.SECOND) and _counts_through(blocks):
        return Rank.THIRD
    found = level or next((rank for rank in (*POINTS[:1], *_LOOSE) if rank in ranks), None)
    return found or (Rank.CHAPTER if Rank.CHAPTER in ranks else Rank.PLAIN)


def _deepest_titled(blocks: Sequence[_Block]) -> Rank:
    """The deepest of 1.1, 1.1.1 … most of which have a title with text below it; else the widest."""
    numbered: Counter[Rank] = Counter()
    titled: Counter[Rank] = Counter()
    for at, block in enumerate(blocks):
        if block.rank in POINTS:
            below = any(block.body) or (at + 1 < len(blocks) and blocks[at + 1].rank > block.rank)
            numbered[block.rank] += 1
            titled[block.rank] += below and is_title(bare(block.head))
    deep = [rank for rank in POINTS[2:] if numbered[rank] and 2 * titled[rank] >= numbered[rank]]
    return deep[-1] if deep else next(rank for rank in POINTS[1:] if numbered[rank])


def _counts_through(blocks: Sequence[_Block]) -> bool:
    """Whether 1. 2. 3. count on from one part 一、 to the next instead of beginning again."""
    last, crossed, new_part = 0, 0, False
    for block in blocks:
        if block.rank in (Rank.FIRST, Rank.SECOND):
            new_part = True
        elif block.rank is Rank.THIRD:
            if block.value != last + 1:
                return False
            crossed += new_part and last > 0
            last, new_part = block.value, False
    return crossed > 0


def _opening(block: _Block, *, alone: bool) -> Iterator[Clause]:
    """What stands before the first number: the title, and a clause for the words below it."""
    title, below = title_of([bare(line) for line in block.body])
    below = block.body[len(block.body) - len(below) :]
    if alone and not any(below):
        # A text of short lines only: the first is its title, else there would be nothing to comment on.
        title, below = "", block.body
    if title:
        yield Clause(_NEW, Part.CHAPTER, "", title, "")
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
        return Clause(_NEW, Part.CHAPTER, "", block.number, "")
    return Clause(_NEW, Part.CLAUSE if text else Part.CHAPTER, block.number, title, text)


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
    title, first = _title(block, more=chapter or bool(below))
    text = _joined([first, *block.body, *_written_out(below)])
    number = block.number if block.rank is not Rank.BULLET else ""
    chapter = chapter or (block.rank is Rank.POINT_1 and not text)
    part = Part.CHAPTER if chapter or (block.rank <= Rank.HEADING and not text) else Part.CLAUSE
    return Clause(_NEW, part, number, title, text)


def _written_out(blocks: Sequence[_Block]) -> Iterator[str]:
    """Deeper numbers as lines of the text they belong to, as they were written."""
    for block in blocks:
        yield block.line
        yield from block.body


def _title(block: _Block, *, more: bool) -> tuple[str, str]:
    """A short line without a full stop is a title; an article may carry its name in brackets."""
    words = bare(block.head)
    if block.rank is Rank.ARTICLE and (
        named := _NAME.match(block.head) or _NAME.match(words) or _NAME_IN_BRACKETS.match(block.head)
    ):
        return closed_up(named[1]), named[2]
    if block.rank <= Rank.HEADING and len(words) <= TITLE_CHARACTERS:
        return words, ""
    has_more = more or any(block.body) or block.rank in (Rank.FIRST, Rank.SECOND, Rank.POINT_1)
    titled = is_title(words) and not (block.rank is Rank.ARTICLE and "，" in words)
    return (words, "") if has_more and titled else ("", block.head)


def _paragraphs(text: str) -> list[str]:
    groups = text.split("\n\n")
    if len(groups) == 1:
        # The rows of a table belong together.
        lines = groupby(text.split("\n"), key=is_row)
        groups = [one for table, found in lines for one in (["\n".join(found)] if table else found)]
    return [one for one in groups if one.strip()]


def _plain(text: str) -> Clause:
    if is_title(bare(text)):
        return Clause(_NEW, Part.CHAPTER, "", bare(text), "")
    return Clause(_NEW, Part.CLAUSE, "", "", text)


def _joined(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
