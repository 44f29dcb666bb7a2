"""The staff's forms of the year."""

from __future__ import annotations

from engage.themedays.forms._fields import both, shown, wall
from engage.themedays.forms.activities import ActivityForm, ReportForm, activity_data, report_data
from engage.themedays.forms.plan import ExtensionForm, RoundForm, RowForm, contact_lines, row_data
from engage.themedays.forms.theme_days import NoteForm, ThemeDayForm, theme_day_data

__all__ = [
    "ActivityForm",
    "ExtensionForm",
    "NoteForm",
    "ReportForm",
    "RoundForm",
    "RowForm",
    "ThemeDayForm",
    "activity_data",
    "both",
    "contact_lines",
    "report_data",
    "row_data",
    "shown",
    "theme_day_data",
    "wall",
]
