"""The page of working days: what is known, and the notice of another year pasted into it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.calendar import missing_years, own_dates
from engage.core.clock import today
from engage.core.errors import Invalid
from engage.settings.actions import save_working_days
from engage.settings.notice import LONGEST, Notice, as_lines, read_notice, spans
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render

_Spans = list[tuple[date, date]]


@staff(Permission.UNIT_MANAGE)
def working_days() -> ResponseReturnValue:
    """Look at the days, at what a pasted notice says, and store it: the second button sends the same text."""
    own = own_dates()
    years = sorted({day.year for day in own})
    text, error, notice = "", "", None
    if request.method == "POST":
        text = request.form.get("text", "")
        try:
            notice = read_notice(text)
        except Invalid as refusal:
            error = render(refusal.errors["text"])
        else:
            if request.form.get("do") == "save":
                save_working_days(current_actor(), notice)
                flash(gettext("The working days of %(year)s are stored.", year=notice.year), "success")
                return redirect(url_for("settings.working_days"), 303)
    elif (chosen := request.args.get("year", type=int)) in years:
        chosen_days = {day: works for day, works in own.items() if day.year == chosen}
        text = as_lines(chosen_days, gettext("holiday"), gettext("workday"))
    page = render_template(
        "settings/working_days.html",
        missing=missing_years(today()),
        years=[
            (year, _listed({day: works for day, works in own.items() if day.year == year})) for year in years
        ],
        text=text,
        error=error,
        notice=notice,
        listed=_listed(notice.days) if notice else ([], []),
        replaced=_replaced(notice, own) if notice else 0,
        limit=LONGEST,
    )
    return page, 422 if error else 200


def _listed(days: Mapping[date, bool]) -> tuple[_Spans, _Spans]:
    """Holidays, and days worked in their place, each from its first to its last day."""
    return spans(days, works=False), spans(days, works=True)


def _replaced(notice: Notice, own: Mapping[date, bool]) -> int:
    """How many of the days stored for the year of ``notice`` are no longer said by it."""
    return sum(day.year == notice.year and notice.days.get(day) is not works for day, works in own.items())
