"""Text in the respondent's own words."""

from dataclasses import dataclass
from typing import ClassVar, Self

from engage.core.messages import Message, msg
from engage.questions import limits
from engage.questions.logic import Operand, Value
from engage.questions.reading import Finding, Reader, clean
from engage.questions.types.base import Column, Kind, Parser, Summary, Wrong, not_understood


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """One line, or several when `long`; at most `max_length` characters (as people count them, not bytes)."""

    name: ClassVar[str] = "text"
    title: ClassVar[Message] = msg("Text")
    tests: ClassVar[frozenset[str]] = frozenset({"answered", "equals", "contains"})

    long: bool = False
    max_length: int | None = None

    @property
    def limit(self) -> int:
        """The greatest number of characters."""
        return self.max_length or (limits.LONG_ANSWER if self.long else limits.SHORT_ANSWER)

    @classmethod
    def read(cls, reader: Reader) -> Self:
        long = reader.flag("long")
        most = limits.LONG_ANSWER if long else limits.SHORT_ANSWER
        return cls(long, reader.whole("max_length", 1, most))

    def write(self) -> dict[str, object]:
        data: dict[str, object] = {"long": self.long}
        if self.max_length is not None:
            data["max_length"] = self.max_length
        return data

    def check(self, path: str) -> list[Finding]:
        return []

    def parser(self) -> Parser:
        limit, long = self.limit, self.long

        def parse(raw: object) -> Value | None:
            if not isinstance(raw, str):
                if raw is None:
                    return None
                raise not_understood()
            # Line breaks arrive as two characters, so the raw text may be twice as long and still fit.
            if len(raw) > 2 * limit + 100:
                raise _too_long(len(raw), limit)
            text = clean(raw)
            if not long and "\n" in text:
                text = text.replace("\n", " ")
            if len(text) > limit:
                raise _too_long(len(text), limit)
            return text or None

        return parse

    def operand_ok(self, op: str, value: Operand) -> bool:
        return op == "answered" or (isinstance(value, str) and bool(value))

    @property
    def form_bytes(self) -> int:
        # A character is up to four bytes of UTF-8, each of them three where a form is encoded for an address.
        return 200 + 12 * self.limit

    def column(self, key: str) -> Column:
        return Column(key, "text")

    def summary(self) -> Summary:
        return Summary("texts")

    def text(self, value: Value, language: str) -> str:
        return str(value)


def _too_long(length: int, limit: int) -> Wrong:
    return Wrong(
        msg(
            "Your text has {length} characters; at most {limit} are possible. Please shorten it.",
            length=length,
            limit=limit,
        )
    )
