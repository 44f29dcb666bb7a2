"""A number typed by the respondent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.questions import limits
from engage.questions.logic import Operand, Value
from engage.questions.reading import NO_TEXT, Finding, Reader, write_text
from engage.questions.types.base import Column, Kind, Parser, Summary, Wrong, not_understood

_PLAIN: Final = re.compile(r"[+-]?\d{1,16}(?:\.(\d*))?|[+-]?\.(\d+)", re.ASCII)
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
_WIDE: Final = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | str.maketrans("−–。\u3000", "--. ")
_LONGEST: Final = 40

_WRONG: Final = msg("Please enter a number, for example 12.")
_WHOLE: Final = msg("Please enter a whole number.")


def read_number(text: str, units: Iterable[str] = ()) -> int | float | None:
    """The number people mean: full-width digits and signs, blanks and thousands commas are understood.

    Also with one of ``units`` behind it. None when it is none. `static/js/questions/logic.js` reads the same
    way.
    """
    plain = _narrow(text.strip())
    number = _plain_number(plain)
    if number is not None:
        return number
    for unit in units:
        said = _narrow(unit)
        if said and plain[-len(said) :].lower() == said.lower():
            number = _plain_number(plain[: -len(said)])
            if number is not None:
                return number
    return None


def _narrow(text: str) -> str:
    if len(text) > _LONGEST:
        return ""
    return (text if text.isascii() else text.translate(_WIDE)).replace(" ", "")


def _plain_number(text: str) -> int | float | None:
    if "," in text and _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    match = _PLAIN.fullmatch(text)
    if match is None:
        return None
    if "." not in text:
        return int(text)
    number = float(text)
    return int(number) if number.is_integer() else number


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A whole number, or one with up to `decimals` places, from `least` to `greatest`, counted in `unit`."""

    name: ClassVar[str] = "number"
    title: ClassVar[Message] = msg("Number")
    tests: ClassVar[frozenset[str]] = frozenset({"answered", "equals", "greater", "less"})
    unanswered: ClassVar[Message] = msg("Please enter a number.")

    decimals: int = 0
    least: int | float | None = None
    greatest: int | float | None = None
    unit: Localized = NO_TEXT

    @classmethod
    def read(cls, reader: Reader) -> Self:
        return cls(
            reader.whole("decimals", 0, limits.DECIMALS, 0) or 0,
            reader.number("least"),
            reader.number("greatest"),
            reader.text("unit", limits.UNIT_TEXT),
        )

    def write(self) -> dict[str, object]:
        data: dict[str, object] = {}
        if self.decimals:
            data["decimals"] = self.decimals
        if self.least is not None:
            data["least"] = self.least
        if self.greatest is not None:
            data["greatest"] = self.greatest
        if self.unit:
            data["unit"] = write_text(self.unit)
        return data

    def check(self, path: str) -> list[Finding]:
        if self.least is not None and self.greatest is not None and self.least > self.greatest:
            return [Finding(f"{path}.greatest", msg("The greatest number is smaller than the least."))]
        return []

    def parser(self) -> Parser:
        least = -limits.NUMBER if self.least is None else self.least
        greatest = limits.NUMBER if self.greatest is None else self.greatest
        decimals, units = self.decimals, tuple(self.unit.values())

        def parse(raw: object) -> Value | None:
            if isinstance(raw, str):
                if not raw or raw.isspace():
                    return None
                number = read_number(raw, units)
                if number is None:
                    raise Wrong(_WRONG)
            elif type(raw) is int or type(raw) is float:
                number = raw
            elif raw is None:
                return None
            else:
                raise not_understood()
            if not least <= number <= greatest:  # also refuses what is not a number at all (NaN)
                raise Wrong(self._range())
            if isinstance(number, float):
                if number.is_integer():
                    return int(number)
                if decimals == 0:
                    raise Wrong(_WHOLE)
                if round(number, decimals) != number:
                    raise Wrong(msg("Please enter at most {count} decimal places.", count=decimals))
            return number

        return parse

    def sentences(self) -> dict[str, Message]:
        return {"wrong": _WRONG, "whole": _WHOLE, "range": self._range()}

    def _range(self) -> Message:
        if self.least is not None and self.greatest is not None:
            return msg(
                "Please enter a number from {least} to {greatest}.", least=self.least, greatest=self.greatest
            )
        if self.least is not None:
            return msg("Please enter {least} or more.", least=self.least)
        if self.greatest is not None:
            return msg("Please enter {greatest} or less.", greatest=self.greatest)
        return msg("This number is too large. Please check it.")

    def operand_ok(self, op: str, value: Operand) -> bool:
        return op == "answered" or isinstance(value, int | float)

    def column(self, key: str) -> Column:
        return Column(key, "decimal" if self.decimals else "integer")

    def summary(self) -> Summary:
        return Summary("numbers", decimals=self.decimals)

    def text(self, value: Value, language: str) -> str:
        unit = self.unit.text(language)
        separator = "" if language.startswith("zh") or unit == "%" else " "
        return f"{value}{separator}{unit}" if unit else str(value)
