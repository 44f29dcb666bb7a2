"""How a case stands, when a unit is reminded, who may do what: tables."""

from __future__ import annotations

from datetime import date

import pytest

from engage.accounts.permissions import GRANTS, Role
from engage.cases.models import CaseState
from engage.cases.rules import CASE_DEEDS, CaseDeed, Standing, excerpt, reminder_due, standing, time_left

# 2026-03-05 is a Thursday, 2026-03-06 a Friday, 2026-03-09 a Monday.
THURSDAY, FRIDAY, SATURDAY, MONDAY = date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)
TUESDAY, WEDNESDAY, WEEK_LATER = date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 16)


@pytest.mark.parametrize(
    ("state", "due", "day", "answered", "expected"),
    [
        (CaseState.OPEN, WEDNESDAY, THURSDAY, None, Standing.OPEN),
        (CaseState.OPEN, MONDAY, THURSDAY, None, Standing.DUE_SOON),
        (CaseState.OPEN, THURSDAY, THURSDAY, None, Standing.DUE_SOON),
        (CaseState.OPEN, THURSDAY, FRIDAY, None, Standing.OVERDUE),
        (CaseState.ANSWERED, THURSDAY, MONDAY, THURSDAY, Standing.ANSWERED),
        (CaseState.ANSWERED, THURSDAY, MONDAY, FRIDAY, Standing.ANSWERED_LATE),
        (CaseState.WITHDRAWN, THURSDAY, MONDAY, None, Standing.WITHDRAWN),
    ],
)
def test_how_a_case_stands(
    state: CaseState, due: date, day: date, answered: date | None, expected: Standing
) -> None:
    assert standing(state, due, day, answered) is expected


@pytest.mark.parametrize(
    ("due", "day", "words"),
    [
        (MONDAY, THURSDAY, "2 working days left"),
        (THURSDAY, THURSDAY, "due today"),
        (THURSDAY, MONDAY, "2 working days late"),
        (FRIDAY, SATURDAY, "late since the day it was due"),
    ],
)
def test_the_time_left_counts_working_days(due: date, day: date, words: str) -> None:
    assert str(time_left(due, day)) == words


@pytest.mark.parametrize(
    ("due", "day", "reminded", "expected"),
    [
        (TUESDAY, THURSDAY, None, False),
        (MONDAY, THURSDAY, None, True),
        (MONDAY, FRIDAY, THURSDAY, False),
        (MONDAY, MONDAY, THURSDAY, True),
        (MONDAY, MONDAY, MONDAY, False),
        (FRIDAY, SATURDAY, None, False),
        (FRIDAY, MONDAY, FRIDAY, True),
        (FRIDAY, TUESDAY, MONDAY, False),
        (FRIDAY, WEEK_LATER, MONDAY, True),
    ],
)
def test_when_a_unit_is_reminded(due: date, day: date, reminded: date | None, expected: bool) -> None:
    assert reminder_due(due, day, reminded) is expected


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("", 5, ""),
        ("五个字为止", 5, "五个字为止"),
        ("多于五个字的", 5, "多于五个字…"),
        ("两行\n  合一", 9, "两行 合一"),
        ("abcd efg", 5, "abcd…"),
        ("𠀀" * 6, 5, "𠀀" * 5 + "…"),
    ],
)
def test_an_excerpt_says_where_it_was_cut(text: str, most: int, expected: str) -> None:
    assert excerpt(text, most) == expected


# deed: administrator coordinator department approver moderator typist check-in | open answered withdrawn
TABLE = """
read      . x x x . . .   x x x
answer    . x x . . . .   x . .
reassign  . x . . . . .   x . .
"""


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_who_may_do_what_and_when(line: str) -> None:
    deed, *marks = line.split()
    permission, states = CASE_DEEDS[CaseDeed(deed)]
    roles = ["x" if permission in GRANTS[role] else "." for role in Role]
    assert roles + ["x" if state in states else "." for state in CaseState] == marks
