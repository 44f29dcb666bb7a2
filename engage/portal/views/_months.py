"""Where theme days and activities stand, and the twelve months of a year for the ``months`` macro."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for

from engage.core.clock import now
from engage.portal.queries.things import Standing
from engage.portal.rules import month_slots
from engage.themedays.models import Activity, ThemeDay, ThemeDayState
from engage.themedays.rules import ActivityPhase, activity_phase
from engage.web.display import date_text, local

_STANDINGS = {
    ActivityPhase.ANNOUNCED: Standing.SOON,
    ActivityPhase.RUNNING: Standing.OPEN,
    ActivityPhase.HELD: Standing.HELD,
    ActivityPhase.REPORTED: Standing.HELD,
    ActivityPhase.CANCELLED: Standing.CANCELLED,
}


def months(
    theme_days: Sequence[ThemeDay], year: int, today: date, *, brief: bool = False
) -> list[dict[str, Any]]:
    """One line for each theme day, and one for each month without; ``brief`` leaves out who and held."""
    lines = []
    for slot in month_slots([one.month for one in theme_days], year, today):
        found = [theme_days[place] for place in slot.places]
        lines += [_line(one, slot.now, today, brief) for one in found]
        if not found:
            lines.append(
                {"month": slot.month, "theme": "", "url": "", "meta": "", "state": "", "now": slot.now}
            )
    return lines


def _line(one: ThemeDay, this_month: bool, today: date, brief: bool) -> dict[str, Any]:
    day = date_text(one.day) if one.day else ""
    state = standing(one, today)
    return {
        "month": one.month,
        "theme": local(one.theme),
        "url": url_for("portal.theme_day", public_id=one.public_id),
        "meta": day if brief else " · ".join(part for part in (day, local(one.unit.name)) if part),
        "state": "" if brief and state == Standing.HELD else state,
        "past": state == Standing.HELD,
        "now": this_month and one.state is ThemeDayState.PUBLISHED,
    }


def standing(one: ThemeDay, today: date) -> str:
    """The state tag of a theme day; none until its month is over: its activities may go on after its day."""
    if one.state is ThemeDayState.CANCELLED:
        return Standing.CANCELLED.value
    if (one.year, one.month) < (today.year, today.month):
        return Standing.HELD.value
    return ""


def activity_standing(activity: Activity) -> Standing:
    """The state tag of an activity at this moment."""
    phase = activity_phase(activity.state, activity.starts_at, activity.ends_at, activity.reported_at, now())
    return _STANDINGS[phase]
