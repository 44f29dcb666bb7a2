"""A theme day with its activities and its story, and an activity with its page and report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from engage.core.clock import today
from engage.portal.queries.story import Story, story
from engage.portal.queries.things import Standing
from engage.portal.rules import progress
from engage.portal.views._blueprint import blueprint
from engage.portal.views._months import activity_standing, standing
from engage.portal.views._pages import kept_page
from engage.themedays.models import Activity, ThemeDayState
from engage.themedays.queries import public as queries
from engage.themedays.rules import ON_SITE
from engage.web.guards import public
from engage.web.site import current_site

_GOING_ON = (Standing.OPEN, Standing.LIVE)


@blueprint.get("/theme-days/<public_id>")
@public
def theme_day(public_id: str) -> ResponseReturnValue:
    """All activities of a theme day with what can be done now, and what came of it."""
    return kept_page("portal/theme_day.html", lambda: _theme_day(public_id))


@blueprint.get("/activities/<public_id>")
@public
def activity(public_id: str) -> ResponseReturnValue:
    """One activity: place, agenda, contact, what belongs to it, and its report."""
    found = queries.activity(public_id)
    return render_template(
        "portal/activity.html",
        activity=found,
        standing=activity_standing(found),
        on_site=found.form in ON_SITE,
        story=story([found.id]),
    )


def _theme_day(public_id: str) -> dict[str, Any]:
    day = queries.theme_day(public_id)
    activities = queries.activities_of([day.id])
    told = story(queries.activity_ids_of(day.id))
    shown = {one.id for one in activities}
    steps = progress(
        begun=_begun(activities, told),
        going_on=any(part.standing in _GOING_ON for part in told.parts),
        said=told.said,
        handled=told.handled,
        adopted=told.adopted + told.partly,
        results=any(part.result_url for part in told.drafts),
    )
    return {
        "day": day,
        "cancelled": day.state is ThemeDayState.CANCELLED,
        "standing": standing(day, today(current_site().zone)),
        "activities": [(one, activity_standing(one), told.of(one.id)) for one in activities],
        "others": [part for part in told.parts if part.activity_id not in shown],
        "story": told,
        "people": _people(activities, on_site=True),
        "people_online": _people(activities, on_site=False),
        "reports": [one for one in activities if activity_standing(one) is Standing.HELD and one.reported_at],
        "on_site": ON_SITE,
        "steps": steps,
    }


def _people(activities: Sequence[Activity], *, on_site: bool) -> int:
    """How many took part on site, or not on site, as the units reported."""
    return sum(one.people_reached or 0 for one in activities if (one.form in ON_SITE) is on_site)


def _begun(activities: Sequence[Activity], told: Story) -> bool:
    """Whether anything has happened yet, so that there is something to tell."""
    return any(activity_standing(one) in (Standing.OPEN, Standing.HELD) for one in activities) or any(
        part.standing is not Standing.SOON for part in told.parts
    )
