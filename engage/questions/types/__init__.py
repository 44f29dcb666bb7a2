"""The registry of question types. A new type is one small class, one partial template and one line here."""

from typing import Final

from engage.questions.types.base import Choice, Column, Kind, Summary, Wrong
from engage.questions.types.choice import MultipleChoice, SingleChoice
from engage.questions.types.number import Number
from engage.questions.types.rating import Rating
from engage.questions.types.text import Text

KINDS: Final[dict[str, type[Kind]]] = {
    kind.name: kind for kind in (SingleChoice, MultipleChoice, Text, Number, Rating)
}

__all__ = [
    "KINDS",
    "Choice",
    "Column",
    "Kind",
    "MultipleChoice",
    "Number",
    "Rating",
    "SingleChoice",
    "Summary",
    "Text",
    "Wrong",
]
