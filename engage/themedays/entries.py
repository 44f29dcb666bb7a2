"""What the year writes into the audit log."""

from __future__ import annotations

from engage.audit.events import Key, declare
from engage.core.messages import Message, msg
from engage.themedays.models import ActivityState, Form, PlanRowState, ThemeDayState

_NOTE, _UNIT, _THEME, _DAY, _MONTH = msg("Reason"), msg("Unit"), msg("Theme"), msg("Day"), msg("Month")
_FORM = Key(msg("Form"), Form)
_ROW: dict[str, Message | Key] = {
    "theme": _THEME,
    "form": _FORM,
    "planned_on": _DAY,
    "steps": msg("Steps"),
    "remarks": msg("Remarks"),
    "cohosts": msg("Co-hosts"),
    "contacts": msg("Number of contacts"),
}
_STATE = Key(msg("State"), PlanRowState)
_DAY_KEYS: dict[str, Message | Key] = {
    "theme": _THEME,
    "month": _MONTH,
    "day": _DAY,
    "unit": _UNIT,
    "cohosts": msg("Co-hosts"),
}
_ACTIVITY: dict[str, Message | Key] = {
    "title": msg("Title"),
    "form": _FORM,
    "starts_at": msg("Starts"),
    "ends_at": msg("Ends"),
    "place": msg("Place"),
    "summary": msg("Summary"),
    "agenda": msg("Agenda"),
    "contact": msg("Contact"),
    "address": msg("Web address"),
    "theme_day": msg("Theme day"),
    "unit": _UNIT,
}

ROUND_OPENED = declare("plan.opened", msg("Plan opened for filing"), deadline=msg("Deadline"))
ROUND_CHANGED = declare(
    "plan.changed", msg("Plan settings changed"), deadline=msg("Deadline"), instructions=msg("Instructions")
)
EXTENDED = declare("plan.extended", msg("Filing time extended"), unit=_UNIT, until=msg("Until"))
PUBLISHED = declare("plan.published", msg("Annual schedule published"), theme_days=msg("Theme days"))

ROW_CREATED = declare("plan-row.created", msg("Plan row written"), **_ROW)
ROW_CHANGED = declare("plan-row.changed", msg("Plan row changed"), **_ROW)
ROW_STATE = declare(
    "plan-row.moved", msg("State of a plan row changed"), state=_STATE, reason=_NOTE, late=msg("Late")
)
ROW_ARRANGED = declare(
    "plan-row.arranged", msg("Plan row arranged"), theme_day=msg("Theme day"), month=_MONTH
)
ROW_DELETED = declare("plan-row.deleted", msg("Plan row deleted"), **_ROW)

DAY_CREATED = declare("theme-day.created", msg("Theme day created"), **_DAY_KEYS)
DAY_CHANGED = declare(
    "theme-day.changed", msg("Theme day changed"), **_DAY_KEYS, story=msg("Story"), note=_NOTE
)
DAY_MERGED = declare("theme-day.merged", msg("Theme days merged"), merged=msg("Merged theme day"), note=_NOTE)
DAY_STATE = declare(
    "theme-day.moved",
    msg("State of a theme day changed"),
    state=Key(msg("State"), ThemeDayState),
    note=_NOTE,
)

DAY_REMOVED = declare("theme-day.removed", msg("Draft of a theme day deleted"), **_DAY_KEYS)

ACTIVITY_CREATED = declare("activity.created", msg("Activity created"), **_ACTIVITY)
ACTIVITY_CHANGED = declare("activity.changed", msg("Activity changed"), **_ACTIVITY)
ACTIVITY_STATE = declare(
    "activity.moved",
    msg("State of an activity changed"),
    state=Key(msg("State"), ActivityState),
    reason=_NOTE,
)
ACTIVITY_REMOVED = declare("activity.removed", msg("Draft of an activity deleted"), **_ACTIVITY)
REPORTED = declare(
    "activity.reported",
    msg("Report published"),
    title=msg("Title"),
    report=msg("Report"),
    people_reached=msg("People reached"),
)
REPORT_KEPT = declare(
    "activity.report-kept",
    msg("Draft of a report saved"),
    title=msg("Title"),
    people_reached=msg("People reached"),
)
PHOTO_ADDED = declare("photo.added", msg("Photo added"), alt=msg("Photo description"))
PHOTO_REMOVED = declare("photo.removed", msg("Photo deleted"), alt=msg("Photo description"))
