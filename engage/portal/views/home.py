"""The face of the platform: this month, what is open, what came of it, the year."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from engage.core.clock import today
from engage.core.threads import made_in_turns
from engage.portal.queries import results, things
from engage.portal.queries.things import Standing
from engage.portal.rules import chosen_year
from engage.portal.views._blueprint import blueprint
from engage.portal.views._months import activity_standing, months
from engage.portal.views._pages import kept_page
from engage.themedays.models import Activity
from engage.themedays.queries import public as theme_days
from engage.themedays.rules import ON_SITE
from engage.web.guards import public
from engage.web.site import current_site

_RESULTS = 9
_COMING = 4
_LOOKED_AT = 12
_OPEN = 12


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """This month's theme day, what is open now, what came of earlier ones, the year."""
    return kept_page("portal/home.html", _home)


@blueprint.get("/calendar")
@public
def calendar() -> ResponseReturnValue:
    """The annual schedule, with the changes made since it was published."""
    day = today(current_site().zone)
    years = theme_days.years()
    year = chosen_year(request.args.get("year", type=int), years, day.year)
    found = theme_days.theme_days_of(year)
    return render_template(
        "portal/calendar.html",
        year=year,
        years=sorted(years, reverse=True),
        months_of_year=months(found, year, day),
        planned=len(found),
        changes=theme_days.changes_of(year),
    )


def _home() -> dict[str, Any]:
    day = today(current_site().zone)
    current, found = theme_days.current(day), theme_days.theme_days_of(day.year)
    read = made_in_turns(
        {
            "following": lambda: None if current else theme_days.following(day),
            "offered": things.offered,
            "on_site": _on_site,
            "results": lambda: results.recent(_RESULTS),
            "months_of_year": lambda: months(found, day.year, day, brief=True),
        }
    )
    offered = read.pop("offered")
    return read | {
        "day": day,
        "current": current,
        "open_now": offered.now[:_OPEN],
        "coming": offered.coming[:_COMING],
        "planned": len(found),
    }


def _on_site() -> list[tuple[Activity, Standing]]:
    """Activities with a place to go to; what happens online stands among the things to take part in."""
    coming = [one for one in theme_days.coming_activities(_LOOKED_AT) if one.form in ON_SITE]
    return [(one, activity_standing(one)) for one in coming[:_COMING]]
