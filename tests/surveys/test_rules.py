"""Phases and deeds as tables: what the clock makes of a survey, and who may do what when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engage.accounts.permissions import GRANTS, Permission, Role
from engage.core.errors import Conflict, Gone, NotFound
from engage.surveys.labels import LABELS
from engage.surveys.models import Layout, Source, State
from engage.surveys.rules import ALLOWED, NOT_NOW, Deed, Phase, phase, possible, require_phase

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("state", "opens", "closes", "expected"),
    [
        (State.DRAFT, BEFORE, AFTER, Phase.DRAFT),
        (State.PUBLISHED, None, None, Phase.OPEN),
        (State.PUBLISHED, NOON, None, Phase.OPEN),
        (State.PUBLISHED, AFTER, None, Phase.ANNOUNCED),
        (State.PUBLISHED, BEFORE, NOON, Phase.CLOSED),
        (State.PUBLISHED, BEFORE, AFTER, Phase.OPEN),
        (State.PUBLISHED, AFTER, BEFORE, Phase.CLOSED),
        (State.WITHDRAWN, BEFORE, AFTER, Phase.WITHDRAWN),
        (State.ARCHIVED, BEFORE, AFTER, Phase.ARCHIVED),
        (State.ARCHIVED_WITHDRAWN, BEFORE, AFTER, Phase.ARCHIVED_WITHDRAWN),
    ],
)
def test_the_phase_follows_from_state_and_clock(
    state: State, opens: datetime | None, closes: datetime | None, expected: Phase
) -> None:
    assert phase(state, opens, closes, NOON) is expected


#                          draft announced open closed withdrawn archived archived-withdrawn
TABLE = {
    Deed.SEE: "             -   x   x   x   x   x   x",
    Deed.ANSWER: "          -   -   x   -   -   -   -",
    Deed.EDIT: "            x   x   x   x   x   -   -",
    Deed.DISCARD: "         -   x   x   x   x   -   -",
    Deed.PUBLISH: "         x   x   x   x   x   -   -",
    Deed.RESCHEDULE: "      -   x   x   x   -   -   -",
    Deed.CLOSE: "           -   -   x   -   -   -   -",
    Deed.WITHDRAW: "        -   x   x   x   -   -   -",
    Deed.ARCHIVE: "         x   -   -   x   x   -   -",
    Deed.RESTORE: "         -   -   -   -   -   x   x",
    Deed.ENTER: "           -   -   x   x   -   -   -",
    Deed.PUBLISH_RESULTS: " -   -   -   x   -   x   -",
}
ORDER = [
    Phase.DRAFT,
    Phase.ANNOUNCED,
    Phase.OPEN,
    Phase.CLOSED,
    Phase.WITHDRAWN,
    Phase.ARCHIVED,
    Phase.ARCHIVED_WITHDRAWN,
]


@pytest.mark.parametrize("deed", Deed)
def test_deeds_by_phase(deed: Deed) -> None:
    assert ["x" if possible(deed, each) else "-" for each in ORDER] == TABLE[deed].split()


def test_a_check_in_helper_and_a_moderator_change_no_survey() -> None:
    changing = {permission for permission, _ in ALLOWED.values() if permission is not None}
    changing -= {Permission.SURVEY_ENTER}
    for role in (Role.CHECK_IN, Role.MODERATOR, Role.TYPIST):
        assert not GRANTS[role] & changing


@pytest.mark.parametrize(
    ("deed", "now", "refusal"),
    [
        (Deed.SEE, Phase.DRAFT, NotFound),
        (Deed.ANSWER, Phase.ANNOUNCED, Conflict),
        (Deed.ANSWER, Phase.CLOSED, Gone),
        (Deed.ANSWER, Phase.WITHDRAWN, Gone),
        (Deed.PUBLISH_RESULTS, Phase.OPEN, Conflict),
    ],
)
def test_refusals_say_why(deed: Deed, now: Phase, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        require_phase(deed, now)


def test_every_word_has_its_label() -> None:
    for enum in (State, Phase, Layout, Source):
        for member in enum:
            assert any(key is member for key in LABELS), member
    assert set(NOT_NOW) == set(Phase)
