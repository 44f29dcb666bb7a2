"""What may be done with plan rows, theme days and activities, and when: pure, as tables."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from engage.accounts.permissions import Permission
from engage.core.clock import local, start_of_day
from engage.core.errors import Conflict
from engage.core.messages import Message, msg
from engage.themedays.models import ActivityState, Form, PlanRowState, ThemeDayState

THEME_LIMIT: Final = 200
TEXT_LIMIT: Final = 4_000
ARTICLE_LIMIT: Final = 20_000
NOTE_LIMIT: Final = 500
CONTACTS_LIMIT: Final = 10
COHOSTS_LIMIT: Final = 20
PHOTOS_LIMIT: Final = 12
ALT_LIMIT: Final = 200
ROWS_LIMIT: Final = 50
"""How many rows one unit may have in one round."""
YEARS: Final = range(2020, 2100)
ON_SITE: Final = frozenset({Form.SITE_VISIT, Form.SYMPOSIUM, Form.BRIEFING})


class RowDeed(Enum):
    """What is done with a plan row."""

    EDIT = "edit"
    FILE = "file"
    TAKE_BACK = "take-back"
    DELETE = "delete"
    RETURN = "return"
    ADJUST = "adjust"
    ARRANGE = "arrange"
    RELEASE = "release"


_R = PlanRowState
ROW_DEEDS: Final[dict[RowDeed, tuple[Permission, frozenset[PlanRowState]]]] = {
    # deed: (the permission it needs, the states in which it is possible)
    RowDeed.EDIT: (Permission.PLAN_FILE, frozenset({_R.DRAFT, _R.RETURNED})),
    RowDeed.FILE: (Permission.PLAN_FILE, frozenset({_R.DRAFT, _R.RETURNED})),
    RowDeed.TAKE_BACK: (Permission.PLAN_FILE, frozenset({_R.FILED})),
    RowDeed.DELETE: (Permission.PLAN_FILE, frozenset({_R.DRAFT, _R.RETURNED})),
    RowDeed.RETURN: (Permission.PLAN_ARRANGE, frozenset({_R.FILED})),
    RowDeed.ADJUST: (Permission.PLAN_ARRANGE, frozenset({_R.FILED, _R.ARRANGED})),
    RowDeed.ARRANGE: (Permission.PLAN_ARRANGE, frozenset({_R.FILED, _R.ARRANGED})),
    RowDeed.RELEASE: (Permission.PLAN_ARRANGE, frozenset({_R.ARRANGED})),
}

ROW_NOT_NOW: Final[dict[PlanRowState, Message]] = {
    _R.DRAFT: msg("This row has not been filed yet."),
    _R.FILED: msg("This row has been filed. Take it back first if it must be changed."),
    _R.RETURNED: msg("This row has been returned to the unit."),
    _R.ARRANGED: msg("This row has been arranged into a theme day; only the coordinator changes it now."),
}


def row_possible(deed: RowDeed, state: PlanRowState) -> bool:
    """Whether ``deed`` is possible with a row in ``state``, for whoever may do it."""
    return state in ROW_DEEDS[deed][1]


def require_row(deed: RowDeed, state: PlanRowState) -> None:
    """Raise ``Conflict`` with its sentence unless ``deed`` is possible in ``state``."""
    if not row_possible(deed, state):
        raise Conflict(ROW_NOT_NOW[state])


def filing_ends(deadline: datetime, extended_until: datetime | None) -> datetime:
    """Until when a unit may file: the deadline of the round, or the later end it was given."""
    return max(deadline, extended_until) if extended_until else deadline


def filing_open(state: PlanRowState, moment: datetime, ends: datetime) -> bool:
    """Whether a unit may file a row at ``moment``: in its time; what was returned to it also after that."""
    return state is PlanRowState.RETURNED or moment < ends


def row_deeds(state: PlanRowState, moment: datetime, ends: datetime) -> frozenset[RowDeed]:
    """What is possible with a row at ``moment`` where filing ends for its unit at ``ends``."""
    found = {deed for deed in RowDeed if row_possible(deed, state)}
    if not filing_open(state, moment, ends):
        # Taken back now, a row could not be filed again.
        found -= {RowDeed.FILE, RowDeed.TAKE_BACK}
    return frozenset(found)


def is_late(filed_at: datetime | None, deadline: datetime) -> bool:
    """Whether a row was filed after the round's deadline (under an extension or after a return)."""
    return filed_at is not None and filed_at > deadline


class ActivityPhase(Enum):
    """Where an activity stands at a moment. Never stored."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    RUNNING = "running"
    HELD = "held"
    REPORTED = "reported"
    CANCELLED = "cancelled"


class ActivityDeed(Enum):
    """What is done with an activity."""

    SEE = "see"
    EDIT = "edit"
    PUBLISH = "publish"
    CANCEL = "cancel"
    REPORT = "report"
    REMOVE = "remove"


_A = ActivityPhase
_PUBLIC: Final = frozenset({_A.ANNOUNCED, _A.RUNNING, _A.HELD, _A.REPORTED, _A.CANCELLED})
ACTIVITY_DEEDS: Final[dict[ActivityDeed, tuple[Permission | None, frozenset[ActivityPhase]]]] = {
    # deed: (the permission it needs, None for everyone; the phases in which it is possible)
    ActivityDeed.SEE: (None, _PUBLIC),
    ActivityDeed.EDIT: (Permission.ACTIVITY_EDIT, frozenset({_A.DRAFT, _A.ANNOUNCED, _A.RUNNING, _A.HELD})),
    ActivityDeed.PUBLISH: (Permission.ACTIVITY_PUBLISH, frozenset({_A.DRAFT})),
    ActivityDeed.CANCEL: (Permission.ACTIVITY_PUBLISH, frozenset({_A.ANNOUNCED, _A.RUNNING})),
    ActivityDeed.REPORT: (Permission.ACTIVITY_EDIT, frozenset({_A.HELD, _A.REPORTED})),
    ActivityDeed.REMOVE: (Permission.ACTIVITY_EDIT, frozenset({_A.DRAFT})),
}

ACTIVITY_NOT_NOW: Final[dict[ActivityPhase, Message]] = {
    _A.DRAFT: msg("This activity has not been published yet."),
    _A.ANNOUNCED: msg("This activity has not begun yet."),
    _A.RUNNING: msg("This activity is being held now."),
    _A.HELD: msg("This activity has already been held."),
    _A.REPORTED: msg("This activity has its report already; change the report instead."),
    _A.CANCELLED: msg("This activity has been cancelled."),
}


def activity_phase(
    state: ActivityState,
    starts_at: datetime | None,
    ends_at: datetime | None,
    reported_at: datetime | None,
    moment: datetime,
) -> ActivityPhase:
    """The phase at ``moment``. Without a start it is announced; without an end it lasts until midnight."""
    if state is not ActivityState.PUBLISHED:
        return _A.DRAFT if state is ActivityState.DRAFT else _A.CANCELLED
    if reported_at is not None:
        return _A.REPORTED
    if starts_at is None or moment < starts_at:
        return _A.ANNOUNCED
    return _A.RUNNING if moment < (ends_at or _midnight_after(starts_at)) else _A.HELD


def _midnight_after(moment: datetime) -> datetime:
    return start_of_day(local(moment).date() + timedelta(days=1))


def activity_possible(deed: ActivityDeed, phase: ActivityPhase) -> bool:
    """Whether ``deed`` is possible in ``phase``, for whoever may do it."""
    return phase in ACTIVITY_DEEDS[deed][1]


def require_activity(deed: ActivityDeed, phase: ActivityPhase) -> None:
    """Raise ``Conflict`` with its sentence unless ``deed`` is possible in ``phase``."""
    if not activity_possible(deed, phase):
        raise Conflict(ACTIVITY_NOT_NOW[phase])


NOT_HOSTED: Final = msg(
    "Your unit is neither host nor co-host of this theme day. "
    "Please ask the coordinator to add it as a co-host."
)


def takes_part(unit_id: int, activity_unit_id: int, hosts: Collection[int]) -> bool:
    """Whether what a unit makes may belong to an activity: its own, or one of a theme day it (co-)hosts."""
    return unit_id == activity_unit_id or unit_id in hosts


def stays_public(activity: ActivityState, day: ThemeDayState) -> bool:
    """Whether people would still find an activity that is moved into a theme day."""
    return activity is ActivityState.DRAFT or day is ThemeDayState.PUBLISHED


def change_needs_note(state: ThemeDayState) -> bool:
    """Whether a change must be explained to the public: once the schedule has been published."""
    return state is ThemeDayState.PUBLISHED
