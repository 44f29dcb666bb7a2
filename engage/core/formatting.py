"""What an office writes is shown as typed, unless it chose formatting (Markdown) for this text.

The choice is the first line of the stored text: it goes wherever the text goes, through forms, versions,
cases and records, and whoever sends a text by another door can choose too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

CHOSEN: Final = "<!-- markdown -->"
FORMAT_FIELD: Final = "__format"
"""Ends the name of the form field that says how the text of the field it begins with is shown."""
MARKDOWN: Final = "markdown"

# What nobody writes unless formatting is meant: headings, bold and struck words, links and pictures, quotes,
# bullets, the line under the head of a table, fences of code.
_MARKUP: Final = re.compile(
    r"^#{1,6} +\S|\*\*(?=\S)[^*\n]{0,199}\S\*\*|~~(?=\S)[^~\n]{0,199}\S~~|\]\([^)\s]{1,500}\)|^> "
    r"|^ {0,3}[-*+] +\S|^\|?[ :]*-{2,}[ :]*\|[-|: ]*$|^```",
    re.MULTILINE,
)


def is_formatted(text: str) -> bool:
    """Whether formatting was chosen for a stored text."""
    return text.startswith(CHOSEN)


def words_of(text: str) -> str:
    """A stored text without its choice."""
    return text.removeprefix(CHOSEN).removeprefix("\n") if is_formatted(text) else text


def with_format(text: str, *, chosen: bool) -> str:
    """A text as it is stored, formatting chosen or not; an empty one stays empty."""
    words = words_of(text)
    return f"{CHOSEN}\n{words}" if chosen and words.strip() else words


def as_it_was_read(text: str) -> str:
    """A text from before there was a choice: formatted where it has what only formatting shows."""
    return with_format(text, chosen=is_formatted(text) or bool(_MARKUP.search(text)))


def with_choices(fields: Mapping[str, str]) -> dict[str, str]:
    """The chosen formats by field name of a form, taken from the fields that hold the choices."""
    return {
        name.removesuffix(FORMAT_FIELD): value
        for name, value in fields.items()
        if name.endswith(FORMAT_FIELD) and name != FORMAT_FIELD
    }
