"""Strict reading of untrusted JSON: every fault becomes a finding that says where it is and what to do."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engage.core.ids import short_id
from engage.core.messages import Message, msg
from engage.core.text import clean_text
from engage.core.types import LANGUAGES, Localized
from engage.questions import limits

NO_TEXT: Final = Localized()
_ID: Final = re.compile(r"[a-z0-9]{1,16}")


def is_id(value: object) -> bool:
    """Whether `value` may be the id of a page, question or option."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def clean(text: str) -> str:
    """Clean text (``core.text``) with blanks for tabs and without blanks at the ends."""
    return clean_text(text).replace("\t", " ").strip()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a definition. `path` is dotted, e.g. `pages.0.questions.3.choices.1.text`."""

    path: str
    message: Message


@dataclass(frozen=True, slots=True)
class Rejected:
    """A setting as it was typed, and why it cannot be used: a draft keeps it until somebody puts it right."""

    key: str
    value: int | float
    message: Message


class Reader:
    """One JSON object being read, with its path and the list all findings go to.

    Each method reads one key, adds a finding when the value is not what it must be, and returns a usable
    value all the same, so that one pass finds every fault. A number that is only out of place is no finding:
    it goes to `rejected`. `done()` reports the keys nobody asked for.
    """

    def __init__(self, data: object, path: str, findings: list[Finding]) -> None:
        self.path = path
        self.findings = findings
        self.rejected: list[Rejected] = []
        self._asked: set[str] = set()
        self._data: Mapping[str, object] = {}
        if isinstance(data, dict):
            self._data = data
        else:
            findings.append(Finding(path, msg("This must be an object.")))

    def at(self, key: str) -> str:
        """The path of `key` inside this object."""
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, message: Message) -> None:
        """Adds a finding about `key`."""
        self.findings.append(Finding(self.at(key), message))

    def reject(self, key: str, value: object, message: Message) -> None:
        """Keeps a number that cannot be used under `key`; adds a finding about anything else."""
        if type(value) not in (int, float) or not abs(value) <= limits.KEPT:  # type: ignore[arg-type]
            self.fault(key, message)
            return
        number = value if abs(value) <= limits.NUMBER else float(value)  # type: ignore[arg-type]
        self.rejected.append(Rejected(key, number, message))  # type: ignore[arg-type]

    def get(self, key: str) -> object:
        """The raw value under `key`, or None."""
        self._asked.add(key)
        return self._data.get(key)

    def id(self, key: str = "id") -> str:
        """An id; a wrong one is reported and replaced by a fresh one."""
        value = self.get(key)
        if isinstance(value, str) and is_id(value):
            return value
        self.fault(key, msg("An id is 1 to 16 small letters and digits."))
        return short_id()

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        self.fault(key, msg("This must be true or false."))
        return default

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int | None:
        """A whole number from `low` to `high`, or `default` when the key is missing or out of range."""
        value = self.get(key)
        if value is None:
            return default
        if type(value) is int and low <= value <= high:
            return value
        self.reject(key, value, msg("This must be a whole number from {low} to {high}.", low=low, high=high))
        return default

    def number(self, key: str) -> int | float | None:
        """Any number of ordinary size, or None when the key is missing or the number too large."""
        value = self.get(key)
        if value is None:
            return None
        if type(value) in (int, float) and abs(value) <= limits.NUMBER:  # type: ignore[arg-type]
            return value  # type: ignore[return-value]
        self.reject(key, value, msg("This must be a number of at most 15 digits."))
        return None

    def one_of(self, key: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the words in `allowed`."""
        value = self.get(key)
        if value is None:
            return default
        if isinstance(value, str) and value in allowed:
            return value
        self.fault(key, msg("This must be one of: {allowed}.", allowed=", ".join(allowed)))
        return default

    def text(self, key: str, limit: int) -> Localized:
        """A text in one or more languages, each at most `limit` characters; empty when missing."""
        value = self.get(key)
        if value is None:
            return NO_TEXT
        if not isinstance(value, dict):
            self.fault(key, msg("This must be a text for each language."))
            return NO_TEXT
        texts: dict[str, str] = {}
        if any(language not in LANGUAGES for language in value):
            self.fault(key, msg("This language is not one of the site's."))
        for language in LANGUAGES:
            if language not in value:
                continue
            text = value[language]
            if not isinstance(text, str):
                self.fault(f"{key}.{language}", msg("This must be a text."))
            elif len(text) > limit:
                self.fault(
                    f"{key}.{language}",
                    msg(
                        "This text has {length} characters; at most {limit} are possible.",
                        length=len(text),
                        limit=limit,
                    ),
                )
            else:
                texts[language] = clean(text)
        return Localized(texts)

    def objects(self, key: str, limit: int) -> Iterator["Reader"]:
        """The objects of the list under `key`, at most `limit`; a longer list is reported and not read."""
        value = self.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            self.fault(key, msg("This must be a list."))
            return
        if len(value) > limit:
            self.fault(
                key,
                msg(
                    "There are {count} of these; at most {limit} are possible.", count=len(value), limit=limit
                ),
            )
            return
        for position, item in enumerate(value):
            yield Reader(item, f"{self.at(key)}.{position}", self.findings)

    def done(self) -> None:
        """Reports keys that mean nothing here: a misspelt key must not be lost in silence."""
        for key in self._data:
            if key not in self._asked and len(self.findings) < limits.FINDINGS:
                self.fault(str(key)[:40], msg("This part is not known."))


def write_text(text: Localized) -> dict[str, str]:
    """The JSON form of a text in languages."""
    return dict(text)
