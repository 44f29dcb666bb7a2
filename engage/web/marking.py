"""Pages in another language hold what people wrote in Chinese: they say where it is (WCAG 2.2, 3.1.2).

Content reaches a page by many ways: names, titles, comments, sentences with a title in them. So it is marked
where the page leaves its template, and no template has to think of it. Chinese pages stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from flask import Flask
from jinja2 import Template

from engage.core.threads import Turn
from engage.core.types import DEFAULT_LANGUAGE
from engage.web.languages import current_language

_CHINESE: Final = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN: Final = re.compile("[A-Za-z]")
# What a browser takes as one piece without elements in it; then each tag.
_TAGS: Final = re.compile(
    r"(<script\b.*?</script>|<style\b.*?</style>|<title\b.*?</title>|<svg\b.*?</svg>|<!--.*?-->|<[^>]*>)",
    re.DOTALL,
)
_OPENING: Final = re.compile(r"<([a-z][a-z0-9-]*)\b[^>]*(?<!/)>")
_BLANKS: Final = re.compile(r"(\s+)")
_MARK: Final = ' lang="zh-CN"'
# These hold text only.
_TEXT_ONLY: Final = frozenset({"option", "textarea"})
# The language of an element is also that of these attributes.
_SPOKEN: Final = re.compile(r"\s(?:lang|aria-label|title|alt|placeholder|data-[a-z-]+)=")
# Pieces of a page; most pages have fewer than a thousand.
_AT_ONCE: Final = 100


class PageTemplate(Template):
    """A template whose pages say where they are in Chinese."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """The page in the language of the request; others are served while a long one is put together."""
        if not (self.name or ".html").endswith(".html"):
            return super().render(*args, **kwargs)
        page = "".join(_in_turns(self.generate(*args, **kwargs)))
        return page if current_language() == DEFAULT_LANGUAGE else mark_chinese(page)


def _in_turns(pieces: Iterator[str]) -> Iterator[str]:
    turn = Turn()
    while some := list(islice(pieces, _AT_ONCE)):
        yield from some
        turn.pause()


def init_marking(app: Flask) -> None:
    """Mark the pages of ``app``; before the first template is loaded."""
    app.jinja_env.template_class = PageTemplate


def mark_chinese(page: str) -> str:
    """``page`` (well-formed HTML) with ``lang`` at each Chinese text not yet in an element that has it."""
    pieces = _TAGS.split(page)
    speaking, depth = "", 0
    turn = Turn()
    for at in range(0, len(pieces), 2):
        if not at % _AT_ONCE:
            turn.pause()
        if not depth and _CHINESE.search(pieces[at]):
            _mark(pieces, at)
        if at + 1 == len(pieces):
            break
        tag = pieces[at + 1]
        if depth:
            depth += _step(tag, speaking)
        elif 'lang="zh' in tag and (opening := _OPENING.fullmatch(tag)):
            speaking, depth = opening[1], 1
    return "".join(pieces)


def _step(tag: str, name: str) -> int:
    if tag.startswith(f"</{name}"):
        return -1
    opening = _OPENING.fullmatch(tag)
    return 1 if opening and opening[1] == name else 0


def _mark(pieces: list[str], at: int) -> None:
    """Mark the Chinese in the text at ``at``: at its element where it is all there is, else around it."""
    text = pieces[at]
    opening = _OPENING.fullmatch(pieces[at - 1]) if at else None
    if opening and (opening[1] in _TEXT_ONLY or _is_all(opening, text, pieces[at + 1 : at + 2])):
        pieces[at - 1] = f"{opening[0][:-1]}{_MARK}>"
        return
    pieces[at] = "".join(f"<span{_MARK}>{part}</span>" if chinese else part for part, chinese in _parts(text))


def _is_all(opening: re.Match[str], text: str, rest: list[str]) -> bool:
    """Whether ``text`` is all that the element and its attributes say, and Chinese from end to end."""
    closes = bool(rest) and rest[0].startswith(f"</{opening[1]}")
    return closes and not _LATIN.search(text) and not _SPOKEN.search(opening[0])


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """``text`` in parts, and whether each is Chinese: from a word with Chinese to the last before English."""
    if not _LATIN.search(text):
        inner = text.strip()
        start = text.index(inner)
        yield from ((text[:start], False), (inner, True), (text[start + len(inner) :], False))
        return
    run, between = "", ""
    for word in _BLANKS.split(text):
        if _CHINESE.search(word):
            run, between = run + between + word if run else word, ""
            continue
        between += word
        if not run or _LATIN.search(word):
            if run:
                yield run, True
            yield between, False
            run, between = "", ""
    if run:
        yield run, True
    yield between, False
