"""A rating on a scale: stars, or numbers with words at both ends."""

from dataclasses import dataclass
from typing import ClassVar, Final, Self

from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.questions import limits
from engage.questions.logic import Operand, Value
from engage.questions.reading import NO_TEXT, Finding, Reader, write_text
from engage.questions.types.base import Column, Kind, Parser, Summary, Wrong, not_understood

LOOKS: Final = ("stars", "scale")


@dataclass(frozen=True, slots=True)
class Rating(Kind):
    """A whole number from `low` (0 or 1) to `high` (2 to 10). Stars always begin at 1."""

    name: ClassVar[str] = "rating"
    title: ClassVar[Message] = msg("Rating")
    tests: ClassVar[frozenset[str]] = frozenset({"answered", "equals", "greater", "less"})
    unanswered: ClassVar[Message] = msg("Please choose a rating.")

    look: str = "stars"
    low: int = 1
    high: int = 5
    low_label: Localized = NO_TEXT
    high_label: Localized = NO_TEXT

    @property
    def steps(self) -> range:
        """The possible ratings."""
        return range(self.low, self.high + 1)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        look = reader.one_of("look", LOOKS, "stars")
        low = reader.whole("low", 0, 1, 1)
        if look == "stars" and low == 0:
            reader.reject("low", low, msg("Stars begin at 1."))
            low = 1
        return cls(
            look,
            1 if low is None else low,
            reader.whole("high", 2, 10, 5) or 5,
            reader.text("low_label", limits.END_LABEL),
            reader.text("high_label", limits.END_LABEL),
        )

    def write(self) -> dict[str, object]:
        data: dict[str, object] = {"look": self.look, "low": self.low, "high": self.high}
        if self.low_label:
            data["low_label"] = write_text(self.low_label)
        if self.high_label:
            data["high_label"] = write_text(self.high_label)
        return data

    def check(self, path: str) -> list[Finding]:
        return []

    def parser(self) -> Parser:
        steps = self.steps
        by_text = {str(step): step for step in steps}

        def parse(raw: object) -> Value | None:
            if isinstance(raw, str):
                if not raw:
                    return None
                step = by_text.get(raw)
                if step is not None:
                    return step
            elif raw is None:
                return None
            elif type(raw) is int and raw in steps:
                return raw
            elif not isinstance(raw, int | float):
                raise not_understood()
            raise Wrong(msg("Please choose one of the ratings shown."))

        return parse

    def operand_ok(self, op: str, value: Operand) -> bool:
        return op == "answered" or isinstance(value, int | float)

    def column(self, key: str) -> Column:
        return Column(key, "code", tuple(map(str, self.steps)))

    def summary(self) -> Summary:
        return Summary("scale", tuple((str(step), self._named(step)) for step in self.steps))

    def _named(self, step: int) -> Localized:
        """A step in words: both ends say what they mean."""
        end = {self.low: self.low_label, self.high: self.high_label}.get(step, NO_TEXT)
        if not end:
            return Localized(zh_CN=str(step), en=str(step))
        return Localized(zh_CN=f"{step}（{end.text('zh_CN')}）", en=f"{step} ({end.text('en')})")

    def text(self, value: Value, language: str) -> str:
        return f"{value}/{self.high}"
