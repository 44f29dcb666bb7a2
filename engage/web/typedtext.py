"""Text shown as it was typed: its lines, its blanks, its signs; rows with tabs as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby, zip_longest

from markupsafe import Markup, escape

from engage.core.formatting import is_formatted, words_of
from engage.web.rendered import rendered
from engage.web.richtext import to_html

_ROWS = 2
"""One line with a single tab is a line; two of them, or one with more cells, are rows."""
_PADDED = 5_000
"""Most cells of a table that was filled to less than half: one line of tabs would widen every other."""
_SHORT, _LASTING = 200, 3_000
"""Characters up to which a text is made anew each time, and from which it takes more than a moment."""


def official(text: str | None, start: int = 2) -> Markup:
    """What an office wrote: as typed, or as Markdown where it chose that (highest heading ``h<start>``)."""
    if text and is_formatted(text):
        return to_html(words_of(text), start)
    return typed(text)


def typed(text: str | None, *, each_line: bool = False) -> Markup:
    """``text`` as paragraphs in which every sign, line end and blank stands as it was typed.

    A paragraph ends at an empty line, or with `each_line` at every line end. Neighbouring lines with tabs are
    the rows of a table, the first one its head.
    """
    if not text or len(text) <= _SHORT:
        return _as_typed(text or "", each_line=each_line)
    key = ("typed", each_line, text)
    return rendered.get(key, lambda: _as_typed(text, each_line=each_line), lasting=len(text) > _LASTING)


def _as_typed(text: str, *, each_line: bool) -> Markup:
    parts: list[Markup] = []
    lines = text.rstrip().split("\n")
    for tabbed, group in groupby(lines, key=lambda line: "\t" in line and bool(line.strip())):
        block = list(group)
        if tabbed and _is_table(block):
            parts.append(_table(block))
        else:
            parts.extend(_paragraphs(block, each_line=each_line))
    return Markup("\n").join(parts)


def _paragraphs(lines: Sequence[str], *, each_line: bool) -> Iterable[Markup]:
    if each_line:
        return [Markup("<p>{}</p>").format(line) for line in lines if line.strip()]
    groups = groupby(lines, key=lambda line: bool(line.strip()))
    return [
        Markup('<p class="as-typed">{}</p>').format("\n".join(block)) for filled, block in groups if filled
    ]


def _is_table(lines: Sequence[str]) -> bool:
    tabs = [line.strip().count("\t") for line in lines]
    most = max(tabs)
    if (most + 1) * len(lines) > max(_PADDED, 2 * (sum(tabs) + len(lines))):
        return False
    return most > 0 and (len(lines) >= _ROWS or most >= _ROWS)


def _table(lines: Sequence[str]) -> Markup:
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines]
    head, *body = zip(*zip_longest(*rows, fillvalue=""), strict=True)
    return Markup(
        '<figure class="table-scroll" tabindex="0"><table><thead>{}</thead><tbody>{}</tbody></table></figure>'
    ).format(_row("th", head), Markup("").join(_row("td", row) for row in body))


def _row(tag: str, cells: Iterable[str]) -> Markup:
    inside = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
    return Markup(f"<tr>{inside}</tr>")  # noqa: S704 (escaped above)
