"""Who may do what in which state, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engage.accounts.permissions import GRANTS, Role
from engage.core.errors import Conflict
from engage.themedays.models import ActivityState, PlanRowState, ThemeDayState
from engage.themedays.rules import (
    ACTIVITY_DEEDS,
    ACTIVITY_NOT_NOW,
    ROW_DEEDS,
    ROW_NOT_NOW,
    ActivityDeed,
    ActivityPhase,
    RowDeed,
    activity_phase,
    filing_ends,
    is_late,
    require_activity,
    require_row,
    row_deeds,
    row_possible,
    stays_public,
    takes_part,
)

NOON = datetime(2026, 3, 12, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)

# deed: draft filed returned arranged
ROWS = """
edit       x . x .
file       x . x .
take-back  . x . .
delete     x . x .
return     . x . .
adjust     . x . x
arrange    . x . x
release    . . . x
"""

# deed: draft announced running held reported cancelled
ACTIVITIES = """
see      . x x x x x
edit     x x x x . .
publish  x . . . . .
cancel   . x x . . .
report   . . . x x .
remove   x . . . . .
"""

# deed: where filing is over: draft filed returned arranged
TOO_LATE = """
edit       x . x .
file       . . x .
take-back  . . . .
delete     x . x .
return     . x . .
adjust     . x . x
arrange    . x . x
release    . . . x
"""

# deed: administrator coordinator department approver moderator typist check-in
ACTIVITY_ROLES = """
edit       . x x . . . .
publish    . x . x . . .
cancel     . x . x . . .
report     . x x . . . .
remove     . x x . . . .
"""
ROLES = """
edit       . x x . . . .
file       . x x . . . .
take-back  . x x . . . .
delete     . x x . . . .
return     . x . . . . .
adjust     . x . . . . .
arrange    . x . . . . .
release    . x . . . . .
"""


def _table(text: str, columns: list[str]) -> list[tuple[str, str, bool]]:
    lines = [line.split() for line in text.strip().splitlines()]
    return [
        (line[0], column, mark == "x")
        for line in lines
        for column, mark in zip(columns, line[1:], strict=True)
    ]


@pytest.mark.parametrize(("deed", "state", "expected"), _table(ROWS, [s.value for s in PlanRowState]))
def test_deeds_with_a_plan_row_in_each_state(deed: str, state: str, expected: bool) -> None:
    assert row_possible(RowDeed(deed), PlanRowState(state)) is expected
    if not expected:
        with pytest.raises(Conflict) as refused:
            require_row(RowDeed(deed), PlanRowState(state))
        assert refused.value.message == ROW_NOT_NOW[PlanRowState(state)]


@pytest.mark.parametrize(("deed", "state", "expected"), _table(TOO_LATE, [s.value for s in PlanRowState]))
def test_deeds_with_a_plan_row_once_filing_is_over(deed: str, state: str, expected: bool) -> None:
    assert (RowDeed(deed) in row_deeds(PlanRowState(state), NOON, NOON)) is expected
    in_time = row_deeds(PlanRowState(state), NOON, NOON + HOUR)
    assert in_time == {one for one in RowDeed if row_possible(one, PlanRowState(state))}


@pytest.mark.parametrize(("deed", "role", "expected"), _table(ACTIVITY_ROLES, [r.value for r in Role]))
def test_deeds_with_an_activity_for_each_role(deed: str, role: str, expected: bool) -> None:
    assert (ACTIVITY_DEEDS[ActivityDeed(deed)][0] in GRANTS[Role(role)]) is expected


@pytest.mark.parametrize(("deed", "role", "expected"), _table(ROLES, [r.value for r in Role]))
def test_deeds_with_a_plan_row_for_each_role(deed: str, role: str, expected: bool) -> None:
    assert (ROW_DEEDS[RowDeed(deed)][0] in GRANTS[Role(role)]) is expected


@pytest.mark.parametrize(("deed", "phase", "expected"), _table(ACTIVITIES, [p.value for p in ActivityPhase]))
def test_deeds_with_an_activity_in_each_phase(deed: str, phase: str, expected: bool) -> None:
    assert (ActivityPhase(phase) in ACTIVITY_DEEDS[ActivityDeed(deed)][1]) is expected
    if not expected:
        with pytest.raises(Conflict) as refused:
            require_activity(ActivityDeed(deed), ActivityPhase(phase))
        assert refused.value.message == ACTIVITY_NOT_NOW[ActivityPhase(phase)]


@pytest.mark.parametrize(
    ("state", "starts", "ends", "reported", "expected"),
    [
        (ActivityState.DRAFT, None, None, None, ActivityPhase.DRAFT),
        (ActivityState.DRAFT, NOON - HOUR, NOON + HOUR, None, ActivityPhase.DRAFT),
        (ActivityState.CANCELLED, NOON + HOUR, None, None, ActivityPhase.CANCELLED),
        (ActivityState.PUBLISHED, None, None, None, ActivityPhase.ANNOUNCED),
        (ActivityState.PUBLISHED, NOON + HOUR, None, None, ActivityPhase.ANNOUNCED),
        (ActivityState.PUBLISHED, NOON, NOON + HOUR, None, ActivityPhase.RUNNING),
        (ActivityState.PUBLISHED, NOON - HOUR, NOON, None, ActivityPhase.HELD),
        (ActivityState.PUBLISHED, NOON, None, None, ActivityPhase.RUNNING),
        # Noon in Qiyang: its midnight lies twelve hours away on both sides.
        (ActivityState.PUBLISHED, NOON - 12 * HOUR, None, None, ActivityPhase.RUNNING),
        (ActivityState.PUBLISHED, NOON - 13 * HOUR, None, None, ActivityPhase.HELD),
        (ActivityState.PUBLISHED, NOON - HOUR, NOON, NOON, ActivityPhase.REPORTED),
    ],
)
def test_where_an_activity_stands(
    state: ActivityState,
    starts: datetime | None,
    ends: datetime | None,
    reported: datetime | None,
    expected: ActivityPhase,
) -> None:
    assert activity_phase(state, starts, ends, reported, NOON) is expected


def test_the_time_for_filing() -> None:
    assert filing_ends(NOON, None) == NOON
    assert filing_ends(NOON, NOON + HOUR) == NOON + HOUR
    assert filing_ends(NOON, NOON - HOUR) == NOON
    assert is_late(NOON + HOUR, NOON)
    assert not is_late(NOON, NOON)
    assert not is_late(None, NOON)


@pytest.mark.parametrize(
    ("unit", "owner", "hosts", "expected"),
    [(1, 1, {2}, True), (1, 2, {1, 2}, True), (1, 2, {2, 3}, False), (1, 2, set(), False)],
)
def test_what_a_unit_makes_belongs_to_its_own_or_a_hosted_activity(
    unit: int, owner: int, hosts: set[int], expected: bool
) -> None:
    assert takes_part(unit, owner, hosts) is expected


# activity, moved into a theme day that is: draft published cancelled
MOVES = """
draft      x x x
published  . x .
cancelled  . x .
"""


@pytest.mark.parametrize(("activity", "day", "expected"), _table(MOVES, [s.value for s in ThemeDayState]))
def test_where_people_still_find_an_activity(activity: str, day: str, expected: bool) -> None:
    assert stays_public(ActivityState(activity), ThemeDayState(day)) is expected
