"""What the staff home shows of surveys: what takes responses now, whose results are owed."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.clock import local, today
from engage.core.messages import Message, msg
from engage.surveys.queries import home as queries
from engage.web.display import number
from engage.web.staff_home import MOST, NewThing, Part, Running, WorkItem, days_left, home_provider

_KIND, _ICON = msg("Survey"), "clipboard-list"


@home_provider(
    Permission.SURVEY_EDIT, Permission.SURVEY_RESULTS, Permission.SURVEY_ENTER, Permission.RESULTS_PUBLISH
)
def _home(actor: Actor) -> Iterator[Part]:
    """Results first for whoever may read them; those who only type in get the way there."""
    reads = may(actor, Permission.SURVEY_RESULTS, anywhere=True)
    permission = Permission.SURVEY_RESULTS if reads else Permission.SURVEY_ENTER
    page, action = (
        ("analysis.dashboard", msg("See the results"))
        if reads
        else ("surveys_entering.enter", msg("Type in a response"))
    )
    if reads or may(actor, Permission.SURVEY_ENTER, anywhere=True):
        for found in queries.open_surveys(actor, permission, MOST):
            survey = found.survey
            yield Running(
                _KIND, _ICON, survey.title, url_for(page, public_id=survey.public_id), action, _figures(found)
            )
    for survey in queries.results_owed(actor, MOST):
        yield WorkItem(
            _KIND,
            _ICON,
            survey.title,
            url_for("analysis.dashboard", public_id=survey.public_id),
            msg("Look and publish"),
            (msg("Closed; its results are not published yet"),),
        )
    if may(actor, Permission.SURVEY_ENTER, anywhere=True) and not may(
        actor, Permission.SURVEY_READ, anywhere=True
    ):
        yield NewThing(msg("Survey responses on paper"), "keyboard", url_for("surveys_entering.index"))
    if may(actor, Permission.SURVEY_EDIT, anywhere=True):
        yield NewThing(_KIND, _ICON, url_for("surveys_staff.create"))


def _figures(found: queries.OpenSurvey) -> tuple[Message, ...]:
    count = number(found.responses)
    figures = [
        msg("{count} responses (+{today} today)", count=count, today=number(found.today))
        if found.today
        else msg("{count} responses", count=count)
    ]
    if found.survey.closes_at is not None:
        figures.append(days_left(local(found.survey.closes_at).date(), today()))
    return tuple(figures)
