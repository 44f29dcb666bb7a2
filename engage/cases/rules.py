"""How a case stands on a day, and who may do what with it: pure, as tables."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from engage.accounts.permissions import Permission
from engage.cases.models import CaseState
from engage.core.calendar import is_working_day, lateness, working_days_between
from engage.core.errors import Conflict
from engage.core.messages import Message, msg

SOON_WORKING_DAYS: Final = 2
EXCERPT: Final = 40
"""Characters of what was asked by which a list names a case."""


class Standing(Enum):
    """What a list shows of a case; never stored."""

    OPEN = "open"
    DUE_SOON = "due-soon"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered-late"
    WITHDRAWN = "withdrawn"


class CaseDeed(Enum):
    """What is done with a case."""

    READ = "read"
    ANSWER = "answer"
    CORRECT = "correct"
    RETURN = "return"
    REASSIGN = "reassign"


CASE_DEEDS: Final[dict[CaseDeed, tuple[Permission, frozenset[CaseState]]]] = {
    # deed: (the permission it needs, the states in which it is possible)
    CaseDeed.READ: (Permission.CASE_READ, frozenset(CaseState)),
    CaseDeed.ANSWER: (Permission.CASE_ANSWER, frozenset({CaseState.OPEN})),
    CaseDeed.CORRECT: (Permission.CASE_ANSWER, frozenset({CaseState.ANSWERED})),
    CaseDeed.RETURN: (Permission.CASE_ANSWER, frozenset({CaseState.OPEN})),
    CaseDeed.REASSIGN: (Permission.CASE_ASSIGN, frozenset({CaseState.OPEN})),
}


NOT_IN_HAND: Final = frozenset({CaseDeed.ANSWER, CaseDeed.RETURN})
"""What is not done with a case that was given back, until it is handed on."""


def excerpt(text: str, most: int = EXCERPT) -> str:
    """``text`` on one line, cut after ``most`` characters with a sign that it goes on."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rstrip() + "…"


def require_in_hand(returned_at: datetime | None) -> None:
    """Raises ``Conflict`` where the case was given back."""
    if returned_at is not None:
        raise Conflict(msg("This case was given back. The coordinator hands it to the right unit first."))


def standing(state: CaseState, due_on: date, day: date, answered_on: date | None = None) -> Standing:
    """How a case stands on ``day``: due soon from two working days before its due date."""
    if state is CaseState.WITHDRAWN:
        return Standing.WITHDRAWN
    if state is CaseState.ANSWERED:
        return Standing.ANSWERED_LATE if answered_on and answered_on > due_on else Standing.ANSWERED
    if day > due_on:
        return Standing.OVERDUE
    if working_days_between(day, due_on) <= SOON_WORKING_DAYS:
        return Standing.DUE_SOON
    return Standing.OPEN


def time_left(due_on: date, day: date) -> Message:
    """How much time is left, or how late it is, in working days."""
    if due_on == day:
        return msg("due today")
    if due_on > day:
        return msg("{days} working days left", days=working_days_between(day, due_on))
    return lateness(due_on, day)


def reminder_due(due_on: date, day: date, reminded_on: date | None) -> bool:
    """Whether the unit is reminded on ``day``: two working days before, on the day, and weekly when late.

    Only on working days, and once a day.
    """
    if not is_working_day(day) or reminded_on == day:
        return False
    if day > due_on:
        return reminded_on is None or reminded_on <= due_on or day - reminded_on >= timedelta(days=7)
    left = working_days_between(day, due_on)
    if left == 0:
        return True
    return left <= SOON_WORKING_DAYS and reminded_on is None
