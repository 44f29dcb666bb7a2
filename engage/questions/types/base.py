"""What every question type offers. A type is one small frozen class: its settings are its fields."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.questions.logic import Operand, Value
from engage.questions.reading import Finding, Reader


class Wrong(Exception):
    """An answer that cannot be accepted; `message` tells the respondent what to do."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.template)
        self.message = message


@dataclass(frozen=True, slots=True)
class Choice:
    """One option; its id never changes, whatever its text or place."""

    id: str
    text: Localized


@dataclass(frozen=True, slots=True)
class Column:
    """How answers are kept for analysis: as codes, never as labels.

    `storage` is `code` (one option id), `mask` (several option ids), `integer`, `decimal` or `text`;
    `codes` are the possible option ids of the first two, in the order of the form.
    """

    key: str
    storage: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a tally shows: `counts` (per code, with labels), `scale` (counts, a mean), `numbers` or `texts`.

    With `several`, one response may count under more than one code, so shares add up to more than one.
    Numbers have up to `decimals` places.
    """

    kind: str
    labels: tuple[tuple[str, Localized], ...] = ()
    several: bool = False
    decimals: int = 0


Parser = Callable[[object], Value | None]


class Kind(ABC):
    """A question type with its settings. Subclasses are frozen dataclasses registered in `types.KINDS`."""

    __slots__ = ()

    name: ClassVar[str]
    title: ClassVar[Message]
    tests: ClassVar[frozenset[str]]
    """The operators conditions may use on answers of this type."""
    unanswered: ClassVar[Message] = msg("Please answer this question.")

    @classmethod
    @abstractmethod
    def read(cls, reader: Reader) -> Self:
        """The settings in untrusted JSON; faults become findings of the reader."""

    @abstractmethod
    def write(self) -> dict[str, object]:
        """The settings as JSON, read back by `read` to an equal value."""

    def check(self, path: str) -> list[Finding]:
        """What still keeps a question with these settings from being published."""
        return []

    @abstractmethod
    def parser(self) -> Parser:
        """A function prepared for speed: from a raw form or JSON value to the stored value.

        It answers None for "not answered" and raises `Wrong` for what cannot be accepted, of whatever type.
        """

    def from_form(self, values: Sequence[str]) -> object:
        """The raw value in the fields a form sent under the question's name."""
        return values[0] if values else None

    def operand_ok(self, op: str, value: Operand) -> bool:
        """Whether a condition may compare answers of this type with `value` by an operator in `tests`."""
        return True

    @abstractmethod
    def column(self, key: str) -> Column:
        """The column of the question with id `key`."""

    @abstractmethod
    def summary(self) -> Summary:
        """What to tally."""

    @abstractmethod
    def text(self, value: Value, language: str) -> str:
        """The answer in words, for exports with labels and for receipts."""

    def sentences(self) -> dict[str, Message]:
        """The sentences the browser needs to check answers as they are given, by name."""
        return {}

    @property
    def form_bytes(self) -> int:
        """Most bytes an answer takes in a form, with the names of its fields."""
        return 200

    @property
    def template(self) -> str:
        """The partial that shows the field."""
        return f"questions/_{self.name}.html"


def not_understood() -> Wrong:
    """For a raw value no form of ours sends."""
    return Wrong(msg("This answer could not be understood. Please answer the question again."))
