"""The words of the builder, which its script reads from the page."""

from __future__ import annotations

from typing import Final

from flask_babel import gettext as _

from engage.questions import limits
from engage.questions.types import KINDS
from engage.web.languages import render

_SETTINGS: Final = {
    "at_least": "atLeast",
    "at_most": "atMost",
    "max_length": "maxLength",
    "least": "least",
    "greatest": "greatest",
    "decimals": "decimals",
    "low": "low",
    "high": "high",
}


def builder_words() -> dict[str, object]:
    """Every sentence the builder's script may show, in the current language."""
    return {
        # A list: JSON objects are sent in the order of the alphabet.
        "types": [[name, render(kind.title)] for name, kind in KINDS.items()],
        "tests": {name: sorted(kind.tests) for name, kind in KINDS.items()},
        "operators": {
            "answered": _("is answered"),
            "equals": _("is"),
            "contains": _("contains"),
            "greater": _("is greater than"),
            "less": _("is less than"),
        },
        # Of a question whose answers are options.
        "choiceOperators": {
            "answered": _("is answered"),
            "equals": _("chose"),
            "contains": _("chose"),
            "any_of": _("chose one of these"),
        },
        "limits": {"pages": limits.PAGES, "questions": limits.QUESTIONS, "choices": limits.CHOICES},
        **_general(),
        **_fields(),
    }


def setting_words() -> dict[str, str]:
    """What the builder calls the settings that a finding may be about, by their key in the definition."""
    words = _fields()
    return {key: words[name] for key, name in _SETTINGS.items()}


def _general() -> dict[str, str]:
    return {
        "saved": _("All changes are saved."),
        "saving": _("Saving …"),
        "unsaved": _("Not saved yet."),
        "offline": _("Not saved: there is no connection. It is tried again by itself."),
        "refused": _("Not saved."),
        "page": _("Page {number}"),
        "question": _("Question {number}"),
        "option": _("Question {question}, option {number}"),
        "test": _("Question {question}, condition {number}"),
        "of": _("{deed}: {thing}"),
        "addPage": _("Add a page"),
        "addQuestion": _("Add a question"),
        "moveUp": _("Move up"),
        "moveDown": _("Move down"),
        "duplicate": _("Duplicate"),
        "remove": _("Remove"),
        "removed": _("Removed."),
        "undo": _("Undo"),
        "complete": _("Nothing is missing: the survey can be published."),
        "missing": _("Still to be completed: {count}"),
        "noQuestions": _("This page has no question yet."),
    }


def _fields() -> dict[str, str]:
    return {
        "textZh": _("Question in Chinese"),
        "textEn": _("Question in English"),
        "helpZh": _("Help text in Chinese"),
        "helpEn": _("Help text in English"),
        "titleZh": _("Page title in Chinese"),
        "titleEn": _("Page title in English"),
        "introductionZh": _("Words above the questions of this page, in Chinese"),
        "introductionEn": _("Words above the questions of this page, in English"),
        "onPage": _("Stands on"),
        "choose": _("Please choose"),
        "goneChoice": _("(an option that was removed)"),
        "required": _("An answer is required"),
        "more": _("Help text, condition and English"),
        "choices": _("Options"),
        "choiceZh": _("Option {number} in Chinese"),
        "choiceEn": _("Option {number} in English"),
        "addChoice": _("Add an option"),
        "pasteChoices": _("Paste several lines into an option to add them all."),
        "atLeast": _("At least"),
        "atMost": _("At most"),
        "long": _("Several lines"),
        "maxLength": _("Most characters"),
        "least": _("Smallest number"),
        "greatest": _("Greatest number"),
        "decimals": _("Decimal places"),
        "unitZh": _("Unit of measure in Chinese"),
        "unitEn": _("Unit of measure in English"),
        "look": _("Shown as"),
        "stars": _("Stars"),
        "scale": _("Scale"),
        "low": _("Lowest"),
        "high": _("Highest"),
        "lowLabelZh": _("Words at the lowest, in Chinese"),
        "lowLabelEn": _("Words at the lowest, in English"),
        "highLabelZh": _("Words at the highest, in Chinese"),
        "highLabelEn": _("Words at the highest, in English"),
        "showIf": _("Ask this question"),
        "always": _("always"),
        "allOf": _("only if all of these hold"),
        "anyOf": _("only if one of these holds"),
        "addTest": _("Add a condition"),
        "earlier": _("Earlier question"),
        "operator": _("Comparison"),
        "value": _("Value"),
        "noEarlier": _("Conditions ask about earlier questions; there is none before this one."),
        "complexCondition": _("This condition was made elsewhere and is kept as it is."),
    }
