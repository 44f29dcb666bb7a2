"""Sizes a questionnaire may have. Every one is checked when a definition is read, whatever its origin."""

from typing import Final

JSON_BYTES: Final = 2_000_000
PAGES: Final = 100
QUESTIONS: Final = 300
CHOICES: Final = 200
FINDINGS: Final = 500
"""Findings after which reading unknown keys stops adding more."""
TITLE: Final = 200
QUESTION_TEXT: Final = 1_000
HELP_TEXT: Final = 2_000
CHOICE_TEXT: Final = 300
UNIT_TEXT: Final = 20
END_LABEL: Final = 60
SHORT_ANSWER: Final = 500
LONG_ANSWER: Final = 5_000
NUMBER: Final = 10**15
KEPT: Final = 1e300
"""Greatest number a draft keeps although it cannot be used."""
DECIMALS: Final = 6
CONDITION_DEPTH: Final = 8
CONDITION_NODES: Final = 100
CONDITION_VALUE: Final = 500
"""Characters of one text compared with in a condition."""
