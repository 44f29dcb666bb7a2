"""The clauses of a draft: what one is, how it is stored, its limits, and correcting a split by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from engage.core.errors import Invalid
from engage.core.ids import short_id
from engage.core.messages import Message, msg

DRAFT_CHARACTERS: Final = 300_000
CLAUSES: Final = 1_000
CLAUSE_CHARACTERS: Final = 8_000
NUMBER_CHARACTERS: Final = 30
TITLE_CHARACTERS: Final = 120
_MARKS: Final = re.compile(r"[*#`]+")
CUT: Final = "---"
"""A line of its own where a person wants a clause to be cut in two."""


class Part(StrEnum):
    """A chapter is a heading; a clause is what people comment on."""

    CHAPTER = "chapter"
    CLAUSE = "clause"


@dataclass(frozen=True, slots=True)
class Clause:
    """`key` stays the same through all versions; `number` is as printed (第三条), or empty.

    Its `text` is shown line by line exactly as written, or as `markdown` where its draft was pasted as that.
    """

    key: str
    part: Part
    number: str
    title: str
    text: str
    markdown: bool = False

    @property
    def commentable(self) -> bool:
        """Whether people may comment on it: everything but a bare heading."""
        return self.part is Part.CLAUSE or bool(self.text)

    @property
    def name(self) -> str:
        """What it is called in lists: number and title, else how its text begins."""
        words = " ".join(part for part in (self.number, self.title) if part)
        if words or not self.markdown:
            return words or _beginning(self.text)
        return _beginning(" ".join(_MARKS.sub("", self.text.split("\n", 1)[0]).replace("|", " ").split()))


def new_key() -> str:
    """A clause key of its own; unguessable enough not to meet another in the same draft."""
    return short_id(6)


def to_data(clauses: Iterable[Clause]) -> list[dict[str, Any]]:
    """Clauses as JSON values."""
    return [
        {"key": one.key, "part": one.part.value, "number": one.number, "title": one.title, "text": one.text}
        | ({"markdown": True} if one.markdown else {})
        for one in clauses
    ]


def from_data(data: Iterable[Mapping[str, Any]]) -> tuple[Clause, ...]:
    """Clauses from their JSON values."""
    return tuple(
        Clause(
            one["key"],
            Part(one["part"]),
            one["number"],
            one["title"],
            one["text"],
            one.get("markdown", False),
        )
        for one in data
    )


def require_clauses(clauses: Sequence[Clause]) -> None:
    """Raises `Invalid` (field `clauses`, or `text-<n>` for a clause) where a draft breaks a limit."""
    require_size(clauses)
    errors = problems(clauses)
    if errors:
        raise Invalid(errors)


def problems(clauses: Sequence[Clause]) -> dict[str, Message]:
    """What is wrong with single clauses, a sentence each under `text-<n>`."""
    found = {f"text-{at}": _problem(one, at + 1) for at, one in enumerate(clauses)}
    return {name: sentence for name, sentence in found.items() if sentence is not None}


def require_size(clauses: Sequence[Clause]) -> None:
    """Raises `Invalid` (field `clauses`) where a draft is empty or too long as a whole."""
    errors: dict[str, Message] = {}
    if not any(one.commentable for one in clauses):
        errors["clauses"] = msg("The draft has no clause yet. Please paste its text.")
    if len(clauses) > CLAUSES:
        errors["clauses"] = msg(
            "The draft has {count} clauses; at most {limit} are possible. Please merge some.",
            count=len(clauses),
            limit=CLAUSES,
        )
    if sum(len(one.text) for one in clauses) > DRAFT_CHARACTERS:
        errors["clauses"] = too_long()
    if errors:
        raise Invalid(errors)


def too_long() -> Message:
    """What is said about a draft over the limit."""
    return msg(
        "The text is too long: at most {limit} characters are possible. Please publish it in parts.",
        limit=DRAFT_CHARACTERS,
    )


def fitted(clauses: Sequence[Clause]) -> list[Clause]:
    """At most as many clauses as a draft may have: as many neighbours as needed put together."""
    if len(clauses) <= CLAUSES:
        return list(clauses)
    together = -(-len(clauses) // CLAUSES)
    groups = [clauses[at : at + together] for at in range(0, len(clauses), together)]
    return [_put_together(group) for group in groups]


def _put_together(group: Sequence[Clause]) -> Clause:
    first = group[0]
    text = "\n".join([part for part in (first.text, *map(_written, group[1:])) if part])
    return replace(first, text=text, part=Part.CLAUSE if len(group) > 1 else first.part)


def _written(one: Clause) -> str:
    head = " ".join(part for part in (one.number, one.title) if part)
    return "\n".join(part for part in (head, one.text) if part)


def merged(clauses: Sequence[Clause], at: int) -> list[Clause]:
    """The clause at `at` added to the one before it, which keeps its key."""
    if not 0 < at < len(clauses):
        return list(clauses)
    before, one = clauses[at - 1], clauses[at]
    text = "\n".join(part for part in (before.text, _written(one)) if part)
    return [*clauses[: at - 1], replace(before, text=text), *clauses[at + 1 :]]


def cut(clauses: Sequence[Clause], at: int) -> list[Clause]:
    """The clause at `at` in two: at its line `---`, else at its first empty line, else at its first line end.

    The first half keeps the key. Raises `Invalid` where there is nowhere to cut.
    """
    if not 0 <= at < len(clauses):
        return list(clauses)
    one = clauses[at]
    first, second = _halves(one.text)
    if not first or not second:
        raise Invalid(
            {f"text-{at}": msg("Please put a line with {sign} where the clause should be split.", sign=CUT)}
        )
    halves = (replace(one, text=first), Clause(new_key(), Part.CLAUSE, "", "", second, one.markdown))
    return [*clauses[:at], *halves, *clauses[at + 1 :]]


def removed(clauses: Sequence[Clause], at: int) -> list[Clause]:
    """The draft without the clause at `at`."""
    return [one for position, one in enumerate(clauses) if position != at]


def added(clauses: Sequence[Clause], at: int) -> list[Clause]:
    """The draft with an empty clause after the one at `at`."""
    return [*clauses[: at + 1], Clause(new_key(), Part.CLAUSE, "", "", ""), *clauses[at + 1 :]]


def _halves(text: str) -> tuple[str, str]:
    lines = text.split("\n")
    marks = [at for at, line in enumerate(lines) if line.strip() == CUT]
    blanks = [at for at, line in enumerate(lines) if not line.strip()]
    if marks or blanks:
        at = (marks or blanks)[0]
        return "\n".join(lines[:at]).strip(), "\n".join(lines[at + 1 :]).strip()
    return lines[0].strip(), "\n".join(lines[1:]).strip()


def _problem(one: Clause, position: int) -> Message | None:
    # Its name too: among the findings of a whole draft "this clause" would say nothing.
    name = _beginning(one.name)
    if len(one.text) > CLAUSE_CHARACTERS:
        return msg(
            "“{clause}” has {count} characters; at most {limit} are possible. Please split it.",
            clause=name,
            count=len(one.text),
            limit=CLAUSE_CHARACTERS,
        )
    if len(one.number) > NUMBER_CHARACTERS or len(one.title) > TITLE_CHARACTERS:
        return msg(
            "The number or title of “{clause}” is too long. Please move some into the text.", clause=name
        )
    if not (one.number or one.title or one.text):
        return msg("Box {position} is empty. Please fill it in or remove it.", position=position)
    if one.part is Part.CLAUSE and not one.text and not one.title:
        return msg("“{clause}” has only a number. Please add its text.", clause=name)
    return None


def _beginning(text: str, most: int = 24) -> str:
    line = text.split("\n", 1)[0]
    return line if len(line) <= most else line[:most] + "…"
