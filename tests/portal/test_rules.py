"""Months, years and the steps of a story, as tables."""

from __future__ import annotations

from datetime import date

import pytest

from engage.portal.rules import DONE, NEXT, NOW, chosen_year, month_slots, progress

TODAY = date(2026, 11, 24)


def test_twelve_months_with_what_falls_into_them() -> None:
    slots = month_slots([3, 3, 11], 2026, TODAY)
    assert [slot.month for slot in slots] == list(range(1, 13))
    assert slots[2].places == (0, 1)
    assert slots[10].places == (2,)
    assert [slot.month for slot in slots if slot.now] == [11]
    assert not [slot for slot in month_slots([], 2025, TODAY) if slot.now or slot.places]


@pytest.mark.parametrize(
    ("asked", "years", "shown"),
    [
        (2025, [2025, 2026], 2025),
        (1999, [2025, 2026], 2026),
        (None, [2025, 2026], 2026),
        (None, [2024, 2025], 2025),
        (None, [], 2026),
        (2030, [], 2026),
    ],
)
def test_the_year_of_a_calendar(asked: int | None, years: list[int], shown: int) -> None:
    assert chosen_year(asked, years, 2026) == shown


@pytest.mark.parametrize(
    ("begun", "going_on", "said", "handled", "adopted", "results", "states"),
    [
        (False, False, 0, 0, 0, False, (NEXT, NEXT, NEXT, NEXT)),
        (True, True, 0, 0, 0, False, (NOW, NOW, NEXT, NEXT)),
        (True, True, 5, 5, 0, False, (NOW, NOW, NOW, NEXT)),
        (True, False, 5, 3, 1, False, (DONE, DONE, NOW, NOW)),
        (True, False, 5, 5, 2, True, (DONE, DONE, DONE, DONE)),
        (True, False, 0, 0, 0, False, (DONE, DONE, NEXT, NEXT)),
    ],
)
def test_how_far_the_story_is(
    begun: bool,
    going_on: bool,
    said: int,
    handled: int,
    adopted: int,
    results: bool,
    states: tuple[str, ...],
) -> None:
    steps = progress(
        begun=begun, going_on=going_on, said=said, handled=handled, adopted=adopted, results=results
    )
    assert (steps["took_part"], steps["said"], steps["answered"], steps["adopted"]) == states
