"""When a survey may be seen, answered and changed: pure, as tables."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Final

from engage.accounts.permissions import Permission
from engage.core.errors import Conflict, Gone, NotFound, Refusal
from engage.core.messages import Message, msg
from engage.surveys.models import State


class Phase(Enum):
    """Where a survey stands at a moment. Never stored, and never equal to a `State` of the same word."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    ARCHIVED = "archived"
    ARCHIVED_WITHDRAWN = "archived-withdrawn"


class Deed(Enum):
    """What is done with a survey."""

    SEE = "see"
    ANSWER = "answer"
    EDIT = "edit"
    DISCARD = "discard"
    PUBLISH = "publish"
    RESCHEDULE = "reschedule"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    ARCHIVE = "archive"
    RESTORE = "restore"
    ENTER = "enter"
    PUBLISH_RESULTS = "publish-results"


_P = Phase
_PUBLISHED: Final = frozenset({_P.ANNOUNCED, _P.OPEN, _P.CLOSED})
TAKEN_BACK: Final = frozenset({_P.WITHDRAWN, _P.ARCHIVED_WITHDRAWN})
"""Phases in which the public is told that the survey was withdrawn, and nothing else of it."""

ALLOWED: Final[dict[Deed, tuple[Permission | None, frozenset[Phase]]]] = {
    # deed: (the permission it needs, None for everyone; the phases in which it is possible)
    Deed.SEE: (None, _PUBLISHED | TAKEN_BACK | {_P.ARCHIVED}),
    Deed.ANSWER: (None, frozenset({_P.OPEN})),
    Deed.EDIT: (Permission.SURVEY_EDIT, _PUBLISHED | {_P.DRAFT, _P.WITHDRAWN}),
    Deed.DISCARD: (Permission.SURVEY_EDIT, _PUBLISHED | {_P.WITHDRAWN}),
    Deed.PUBLISH: (Permission.SURVEY_PUBLISH, _PUBLISHED | {_P.DRAFT, _P.WITHDRAWN}),
    Deed.RESCHEDULE: (Permission.SURVEY_PUBLISH, _PUBLISHED),
    Deed.CLOSE: (Permission.SURVEY_PUBLISH, frozenset({_P.OPEN})),
    Deed.WITHDRAW: (Permission.SURVEY_PUBLISH, _PUBLISHED),
    Deed.ARCHIVE: (Permission.SURVEY_EDIT, frozenset({_P.DRAFT, _P.CLOSED, _P.WITHDRAWN})),
    Deed.RESTORE: (Permission.SURVEY_EDIT, frozenset({_P.ARCHIVED, _P.ARCHIVED_WITHDRAWN})),
    Deed.ENTER: (Permission.SURVEY_ENTER, frozenset({_P.OPEN, _P.CLOSED})),
    Deed.PUBLISH_RESULTS: (Permission.RESULTS_PUBLISH, frozenset({_P.CLOSED, _P.ARCHIVED})),
}

NOT_NOW: Final[dict[Phase, Message]] = {
    _P.DRAFT: msg("This survey has not been published yet."),
    _P.ANNOUNCED: msg("This survey is not open yet."),
    _P.OPEN: msg("This is not possible while the survey is open."),
    _P.CLOSED: msg("This survey is closed; it takes no more answers."),
    _P.WITHDRAWN: msg("This survey has been withdrawn."),
    _P.ARCHIVED: msg("This survey has been archived."),
    _P.ARCHIVED_WITHDRAWN: msg("This survey has been withdrawn."),
}


def phase(state: State, opens_at: datetime | None, closes_at: datetime | None, moment: datetime) -> Phase:
    """The phase at `moment`. The opening moment is open, the closing moment is closed; None has no limit."""
    if state is not State.PUBLISHED:
        return Phase(state.value)
    if closes_at is not None and moment >= closes_at:
        return Phase.CLOSED
    if opens_at is not None and moment < opens_at:
        return Phase.ANNOUNCED
    return Phase.OPEN


def possible(deed: Deed, now: Phase) -> bool:
    """Whether `deed` is possible in phase `now`, for whoever may do it."""
    return now in ALLOWED[deed][1]


def require_phase(deed: Deed, now: Phase) -> None:
    """Raises what a person is told when `deed` is not possible now.

    `NotFound` where they must not learn that the survey exists, `Gone` for an answer that comes too late,
    else `Conflict`.
    """
    if possible(deed, now):
        return
    if deed is Deed.SEE:
        raise NotFound
    refusal: type[Refusal] = Gone if deed is Deed.ANSWER and now is not Phase.ANNOUNCED else Conflict
    raise refusal(NOT_NOW[now])
