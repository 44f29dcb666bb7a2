"""The twelve months of a year for the ``months`` macro."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for

from engage.portal.queries.things import Standing
from engage.portal.rules import month_slots
from engage.themedays.models import ThemeDay, ThemeDayState
from engage.web.display import date_text, local


def months(theme_days: Sequence[ThemeDay], year: int, today: date) -> list[dict[str, Any]]:
    """One line for each theme day, and one for each month without."""
    lines = []
    for slot in month_slots([one.month for one in theme_days], year, today):
        found = [theme_days[place] for place in slot.places]
        lines += [_line(one, slot.now, today) for one in found]
        if not found:
            lines.append(
                {"month": slot.month, "theme": "", "url": "", "meta": "", "state": "", "now": slot.now}
            )
    return lines


def _line(one: ThemeDay, this_month: bool, today: date) -> dict[str, Any]:
    day = date_text(one.day) if one.day else ""
    return {
        "month": one.month,
        "theme": local(one.theme),
        "url": url_for("portal.theme_day", public_id=one.public_id),
        "meta": " · ".join(part for part in (day, local(one.unit.name)) if part),
        "state": standing(one, today),
        "now": this_month and one.state is ThemeDayState.PUBLISHED,
    }


def standing(one: ThemeDay, today: date) -> str:
    """The state tag of a theme day; none while its month is still to come."""
    if one.state is ThemeDayState.CANCELLED:
        return Standing.CANCELLED.value
    if (one.year, one.month) < (today.year, today.month) or (one.day is not None and one.day < today):
        return Standing.HELD.value
    return ""
