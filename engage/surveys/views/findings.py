"""What is still to be put right in a questionnaire, and in which question, option or setting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from engage.questions.beside import check_beside
from engage.questions.definition import Definition
from engage.questions.reading import Finding
from engage.surveys.views.words import setting_words
from engage.web.languages import local_text, render

_TITLE = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A finding for people: `words` say where it is, `message` is for its field, `path` leads there."""

    path: str
    words: str
    message: str


def missing(definition: Definition) -> list[Told]:
    """What keeps ``definition`` from being published."""
    places = dict(_places(definition))
    return [_told(finding, places) for finding in check_beside(definition)]


def refused(findings: Iterable[Finding]) -> list[Told]:
    """What no editor sends: there are no questions to name."""
    return [_told(finding, {}) for finding in findings]


def _told(finding: Finding, places: dict[str, str]) -> Told:
    message = render(finding.message)
    parts = finding.path.split(".")
    holder = ".".join(parts[: 4 if len(parts) > 3 else 2])
    place = places.get(holder, "")
    if place and (setting := _setting(parts[4:])):
        place = _("%(question)s, %(setting)s", question=place, setting=setting)
    words = _("%(place)s: %(message)s", place=place, message=message) if place else message
    return Told(finding.path, words, message)


def _places(definition: Definition) -> Iterable[tuple[str, str]]:
    number = 0
    for at, page in enumerate(definition.pages):
        yield f"pages.{at}", _("Page {number}").format(number=at + 1)
        for place, question in enumerate(page.questions):
            number += 1
            title = local_text(question.text)
            short = title if len(title) <= _TITLE else f"{title[: _TITLE - 1]}…"
            words = _("Question {number}").format(number=number)
            if title:
                words = _("%(question)s “%(title)s”", question=words, title=short)
            yield f"pages.{at}.questions.{place}", words


def _setting(way: list[str]) -> str:
    """The words of the setting a path goes on to; the question's own text needs none."""
    match way:
        case ["choices", at, *_rest]:
            return _("option %(number)s", number=int(at) + 1)
        case [key, *_rest]:
            return setting_words().get(key, "")
    return ""
