"""Choosing from options: one, or several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.questions import limits
from engage.questions.logic import Operand, Value
from engage.questions.reading import Finding, Reader, write_text
from engage.questions.types.base import Choice, Column, Kind, Parser, Summary, Wrong, not_understood


def read_choices(reader: Reader) -> tuple[Choice, ...]:
    """The options under `choices`, with ids that differ."""
    choices: list[Choice] = []
    seen: set[str] = set()
    for item in reader.objects("choices", limits.CHOICES):
        choice = Choice(item.id(), item.text("text", limits.CHOICE_TEXT))
        if choice.id in seen:
            item.fault("id", msg("Another option has the same id."))
        seen.add(choice.id)
        choices.append(choice)
        item.done()
    return tuple(choices)


def write_choices(choices: Sequence[Choice]) -> list[dict[str, object]]:
    """The JSON form of options."""
    return [{"id": choice.id, "text": write_text(choice.text)} for choice in choices]


def check_choices(choices: Sequence[Choice], path: str) -> list[Finding]:
    """Too few options, options without words, two options with the same words."""
    findings = []
    if len(choices) < 2:
        findings.append(Finding(f"{path}.choices", msg("Give at least two options.")))
    seen: set[Localized] = set()
    for position, choice in enumerate(choices):
        where = f"{path}.choices.{position}.text"
        if not choice.text:
            findings.append(Finding(where, msg("This option has no text.")))
        elif choice.text in seen:
            findings.append(Finding(where, msg("Another option has the same text.")))
        seen.add(choice.text)
    return findings


class _Choosing(Kind):
    """What both types share. Fields: choices."""

    __slots__ = ()
    choices: tuple[Choice, ...]

    @property
    def form_bytes(self) -> int:
        return 200 + 60 * len(self.choices)

    def label(self, code: str, language: str) -> str:
        """The words of one option; the id itself for an option of another version."""
        return next((choice.text.text(language) for choice in self.choices if choice.id == code), code)

    def operand_ok(self, op: str, value: Operand) -> bool:
        ids = {choice.id for choice in self.choices}
        match op:
            case "any_of":
                return isinstance(value, tuple) and bool(value) and ids.issuperset(value)
            case "equals" | "contains":
                return value in ids
            case _:
                return True


@dataclass(frozen=True, slots=True)
class SingleChoice(_Choosing):
    """One option of several. Stored as the option's id."""

    name: ClassVar[str] = "single"
    title: ClassVar[Message] = msg("Single choice")
    tests: ClassVar[frozenset[str]] = frozenset({"answered", "equals", "any_of"})
    unanswered: ClassVar[Message] = msg("Please choose one option.")

    choices: tuple[Choice, ...] = ()

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(read_choices(reader))

    def write(self) -> dict[str, object]:
        return {"choices": write_choices(self.choices)}

    def check(self, path: str) -> list[Finding]:
        return check_choices(self.choices, path)

    def parser(self) -> Parser:
        ids = frozenset(choice.id for choice in self.choices)

        def parse(raw: object) -> Value | None:
            if not isinstance(raw, str):
                if raw is None:
                    return None
                raise not_understood()
            if raw in ids:
                return raw
            if not raw:
                return None
            raise Wrong(msg("Please choose one of the options shown."))

        return parse

    def column(self, key: str) -> Column:
        return Column(key, "code", tuple(choice.id for choice in self.choices))

    def summary(self) -> Summary:
        return Summary("counts", tuple((choice.id, choice.text) for choice in self.choices))

    def text(self, value: Value, language: str) -> str:
        return self.label(str(value), language)


@dataclass(frozen=True, slots=True)
class MultipleChoice(_Choosing):
    """Several options, from `at_least` to `at_most` of them. Stored as their ids, in the form's order."""

    name: ClassVar[str] = "multiple"
    title: ClassVar[Message] = msg("Multiple choice")
    tests: ClassVar[frozenset[str]] = frozenset({"answered", "contains", "any_of"})
    unanswered: ClassVar[Message] = msg("Please choose at least one option.")

    choices: tuple[Choice, ...] = ()
    at_least: int | None = None
    at_most: int | None = None

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            read_choices(reader),
            reader.whole("at_least", 1, limits.CHOICES),
            reader.whole("at_most", 1, limits.CHOICES),
        )

    def write(self) -> dict[str, object]:
        data: dict[str, object] = {"choices": write_choices(self.choices)}
        if self.at_least is not None:
            data["at_least"] = self.at_least
        if self.at_most is not None:
            data["at_most"] = self.at_most
        return data

    def check(self, path: str) -> list[Finding]:
        findings = check_choices(self.choices, path)
        low, high = self.at_least or 1, self.at_most or len(self.choices)
        if low > len(self.choices):
            findings.append(Finding(f"{path}.at_least", msg("There are fewer options than must be chosen.")))
        if low > high:
            findings.append(Finding(f"{path}.at_most", msg("The most is smaller than the least.")))
        return findings

    def parser(self) -> Parser:
        order = {choice.id: position for position, choice in enumerate(self.choices)}
        low, high = self.at_least or 0, self.at_most or len(self.choices)

        def parse(raw: object) -> Value | None:
            if raw is None or raw == "":
                return None
            picked: Sequence[object] = raw if isinstance(raw, list | tuple) else (raw,)
            if len(picked) > limits.CHOICES or not all(isinstance(code, str) for code in picked):
                raise not_understood()
            codes = {code for code in picked if isinstance(code, str) and code}
            if not codes:
                return None
            if not codes <= order.keys():
                raise Wrong(msg("Please choose only from the options shown."))
            if len(codes) < low:
                raise Wrong(self.sentences()["too-few"])
            if len(codes) > high:
                raise Wrong(self.sentences()["too-many"])
            return sorted(codes, key=order.__getitem__)

        return parse

    def sentences(self) -> dict[str, Message]:
        sentences = {}
        if self.at_least is not None:
            sentences["too-few"] = msg("Please choose at least {count} options.", count=self.at_least)
        if self.at_most is not None:
            sentences["too-many"] = msg("Please choose at most {count} options.", count=self.at_most)
        return sentences

    def from_form(self, values: Sequence[str]) -> object:
        return list(values)

    def column(self, key: str) -> Column:
        return Column(key, "mask", tuple(choice.id for choice in self.choices))

    def summary(self) -> Summary:
        return Summary("counts", tuple((choice.id, choice.text) for choice in self.choices), several=True)

    def text(self, value: Value, language: str) -> str:
        codes = value if isinstance(value, list | tuple) else (str(value),)
        separator = "；" if language.startswith("zh") else "; "
        return separator.join(self.label(code, language) for code in codes)
