"""What the staff home shows of consultations."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.consultations.queries import home as queries
from engage.core.actor import Actor
from engage.core.clock import local, today
from engage.core.messages import Message, msg
from engage.web.display import number
from engage.web.staff_home import MOST, NewThing, Part, Running, WorkItem, days_left, home_provider

_KIND, _ICON = msg("Consultation"), "scroll-text"


@home_provider(Permission.CONSULTATION_READ)
def _home(actor: Actor) -> Iterator[Part]:
    for row in queries.to_review(actor, MOST) if _may(actor, Permission.COMMENT_MODERATE) else ():
        yield WorkItem(
            _KIND,
            _ICON,
            msg("{count} comments wait for review", count=number(row.count)),
            url_for("staff_consultations.comments", public_id=row.public_id),
            msg("Review them"),
            (row.title,),
        )
    for row in queries.results_owed(actor, MOST) if _may(actor, Permission.RESULTS_PUBLISH) else ():
        yield WorkItem(
            _KIND,
            _ICON,
            row.title,
            url_for("staff_consultations.overview", public_id=row.public_id),
            msg("Look and publish"),
            (msg("Closed; its result is not published yet"),),
        )
    for row in queries.open_consultations(actor, MOST):
        yield Running(
            _KIND,
            _ICON,
            row.title,
            url_for("staff_consultations.overview", public_id=row.public_id),
            msg("Open the consultation"),
            _figures(row),
        )
    if _may(actor, Permission.CONSULTATION_EDIT):
        yield NewThing(_KIND, _ICON, url_for("staff_consultations.create"))


def _may(actor: Actor, permission: Permission) -> bool:
    return may(actor, permission, anywhere=True)


def _figures(row: queries.Row) -> tuple[Message, ...]:
    count = msg("{count} comments received", count=number(row.count))
    return (count, days_left(local(row.closes_at).date(), today())) if row.closes_at else (count,)
