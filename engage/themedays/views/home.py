"""What the staff home shows of the year, and the page of those who receive guests at the door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from flask import render_template, url_for

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.clock import local, today
from engage.core.messages import Message, msg
from engage.themedays.models import Activity, PlanRound, PlanRowState
from engage.themedays.queries import home as queries
from engage.themedays.queries.staff import SHOWN, phase_of
from engage.themedays.views.blueprint import blueprint
from engage.web import guards
from engage.web.actor import current_actor
from engage.web.display import date_text, datetime_text, period
from engage.web.display import local as in_language
from engage.web.staff_home import MOST, NewThing, Part, Running, Words, WorkItem, home_provider

_PLAN, _PLAN_ICON = msg("Year plan"), "calendar-days"
_ACTIVITY, _ACTIVITY_ICON = msg("Activity"), "landmark"
_NAMED = 4


@blueprint.get("/staff/check-in")
@guards.staff(Permission.ACTIVITY_CHECK_IN)
def check_in() -> str:
    """The activities whose guests this person receives: when, where, and what goes on."""
    found = queries.to_check_in(current_actor(), SHOWN)
    return render_template("themedays/check_in.html", listed=[(one, phase_of(one)) for one in found])


@home_provider(
    Permission.PLAN_FILE,
    Permission.PLAN_ARRANGE,
    Permission.ACTIVITY_EDIT,
    Permission.ACTIVITY_PUBLISH,
    Permission.ACTIVITY_CHECK_IN,
)
def _home(actor: Actor) -> Iterator[Part]:
    rounds = queries.rounds_now()
    if may(actor, Permission.PLAN_ARRANGE):
        yield from _arranging(rounds)
    elif _may(actor, Permission.PLAN_FILE):
        yield from _filing(actor, rounds)
    if _may(actor, Permission.ACTIVITY_EDIT):
        yield from _reporting(actor)
    if _may(actor, Permission.ACTIVITY_PUBLISH):
        yield from _publishing(actor)
    if _may(actor, Permission.ACTIVITY_CHECK_IN):
        yield from _receiving(actor)
    if rounds and _may(actor, Permission.PLAN_FILE):
        yield NewThing(msg("Plan row"), _PLAN_ICON, url_for("themedays.new_row", year=rounds[-1].year))


def _may(actor: Actor, permission: Permission) -> bool:
    return may(actor, permission, anywhere=True)


def _arranging(rounds: Sequence[PlanRound]) -> Iterator[WorkItem]:
    for year in queries.years(rounds):
        if year.filed:
            yield _of_year(year.year, msg("{count} filed rows wait to be arranged", count=year.filed))
        if year.late:
            names = [in_language(one.unit.name) for one in year.late]
            more = (msg("and {count} more", count=len(names) - _NAMED),) if len(names) > _NAMED else ()
            sentence = msg("{count} units filed nothing by the deadline", count=len(names))
            yield _of_year(year.year, sentence, *names[:_NAMED], *more)
        if year.months:
            yield _of_year(year.year, _months(year.months))


def _of_year(year: int, sentence: Message, *context: Words) -> WorkItem:
    return WorkItem(
        msg("Year plan {year}", year=year),
        _PLAN_ICON,
        sentence,
        url_for("themedays.board", year=year),
        msg("Arrange"),
        context,
    )


def _months(months: Sequence[int]) -> Message:
    """The months that have no theme yet, in words: one run of them as such."""
    first, last = months[0], months[-1]
    if len(months) > 1 and last - first == len(months) - 1:
        return msg("No theme yet for months {first} to {last}", first=first, last=last)
    return msg("No theme yet for month {months}", months=", ".join(map(str, months)))


def _filing(actor: Actor, rounds: Sequence[PlanRound]) -> Iterator[WorkItem]:
    for one in queries.to_file(actor, rounds, MOST):
        title = msg("Year plan {year}", year=one.round.year)
        due = local(one.ends - timedelta(microseconds=1)).date()
        if one.row is None:
            page = url_for("themedays.new_row", year=one.round.year)
            yield WorkItem(title, _PLAN_ICON, msg("Nothing filed yet"), page, msg("Write a row"), due=due)
            continue
        returned = one.row.state is PlanRowState.RETURNED
        yield WorkItem(
            title,
            _PLAN_ICON,
            one.row.theme,
            url_for("themedays.row", public_id=one.row.public_id),
            msg("Finish and file"),
            (
                msg("Given back: {reason}", reason=one.row.return_reason)
                if returned
                else msg("Not filed yet"),
            ),
            due=due,
        )


def _reporting(actor: Actor) -> Iterator[WorkItem]:
    found = queries.reports_owed(actor, MOST + 1)
    for one in found[:MOST]:
        held = msg("Held on {day}", day=date_text(one.starts_at))
        yield WorkItem(
            _ACTIVITY,
            _ACTIVITY_ICON,
            one.title,
            url_for("themedays.report", public_id=one.public_id),
            msg("Write the report"),
            (held, one.unit.name),
        )
    if len(found) > MOST:
        rest = msg("More activities wait for their report")
        yield WorkItem(
            _ACTIVITY, _ACTIVITY_ICON, rest, url_for("themedays.activities"), msg("All activities"), rest=True
        )


def _publishing(actor: Actor) -> Iterator[WorkItem]:
    for one in queries.to_publish(actor, MOST):
        yield WorkItem(
            _ACTIVITY,
            _ACTIVITY_ICON,
            one.title,
            url_for("themedays.activity", public_id=one.public_id),
            msg("Look and publish"),
            (msg("Not published yet"), one.unit.name),
            due=_day(one.starts_at),
        )


def _receiving(actor: Actor) -> Iterator[Part]:
    for place, one in enumerate(queries.to_check_in(actor, MOST)):
        yield Running(
            _ACTIVITY,
            _ACTIVITY_ICON,
            one.title,
            url_for("themedays.check_in"),
            msg("Guests' check-in"),
            _when_and_where(one),
            lead=place == 0 and _day(one.starts_at) == today(),
        )


def _when_and_where(one: Activity) -> tuple[Words, ...]:
    when = period(one.starts_at, one.ends_at) if one.ends_at else datetime_text(one.starts_at)
    return (when, one.place) if one.place else (when,)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else local(moment).date()
