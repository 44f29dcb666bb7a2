"""The forms of theme days."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectMultipleField
from wtforms.validators import Optional

from engage.core.messages import msg
from engage.themedays.actions.theme_days import DayFields
from engage.themedays.forms._fields import Choice, both, name_of, official_text, shown, text
from engage.themedays.models import ThemeDay
from engage.themedays.rules import NOTE_LIMIT, TEXT_LIMIT, THEME_LIMIT
from engage.web.display import month_text
from engage.web.forms import Needed, StaffForm


class ThemeDayForm(StaffForm):
    revision = HiddenField()
    month = Choice(_l("Month"), coerce=int)
    day = DateField(_l("Day"), [Optional()], description=_l("Leave it empty while the day is not settled."))
    theme_zh = text(_l("Theme"), THEME_LIMIT, Needed(msg("Please enter the Chinese theme.")))
    theme_en = text(_l("Theme in English"), THEME_LIMIT)
    unit = Choice(_l("Host"), coerce=int)
    cohosts = SelectMultipleField(_l("Co-hosts"), coerce=int, validate_choice=False)
    story_zh = official_text(_l("What it is about"), TEXT_LIMIT, description=_l("Citizens read this first."))
    story_en = official_text(_l("What it is about, in English"), TEXT_LIMIT, rows=2)
    note_zh = text(_l("Reason of the change"), NOTE_LIMIT)
    note_en = text(_l("Reason in English"), NOTE_LIMIT)

    def offer(self, units: Any) -> None:
        """Fill the lists."""
        self.month.choices = [(month, month_text(month).striptags()) for month in range(1, 13)]
        self.unit.choices = [(unit.id, name_of(unit)) for unit in units]
        self.cohosts.choices = [(unit.id, name_of(unit)) for unit in units]

    def fields(self) -> DayFields:
        """What was typed, as the actions take it."""
        return DayFields(
            month=self.month.data,
            theme=both(self, "theme"),
            unit=self.unit.data,
            day=self.day.data,
            story=both(self, "story"),
            cohosts=tuple(self.cohosts.data or ()),
        )


def theme_day_data(day: ThemeDay) -> dict[str, Any]:
    """What the form of a stored theme day shows."""
    return {
        "revision": day.revision,
        "month": day.month,
        "day": day.day,
        "unit": day.unit_id,
        "cohosts": [one.unit_id for one in day.cohosts],
        **shown({"theme": day.theme, "story": day.story}),
    }


class NoteForm(StaffForm):
    """A reason that citizens read."""

    note_zh = text(_l("Reason"), NOTE_LIMIT, Needed(msg("Please give the reason; citizens read it.")))
    note_en = text(_l("Reason in English"), NOTE_LIMIT)
