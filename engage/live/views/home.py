"""What the staff home shows of live sessions: queues to review, what to publish, the next session."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.clock import local, today
from engage.core.messages import Message, msg
from engage.live.models import Phase
from engage.live.queries import home as queries
from engage.live.queries.sessions import Listed
from engage.live.views.staff import may_on
from engage.web.display import datetime_text, label, number
from engage.web.staff_home import MOST, NewThing, Part, Running, WorkItem, home_provider

_KIND, _ICON = msg("Live room"), "radio"


@home_provider(Permission.LIVE_READ)
def _home(actor: Actor) -> Iterator[Part]:
    rooms = queries.going_on(actor, MOST)
    running = [_running(actor, room, first=place == 0) for place, room in enumerate(rooms)]
    yield from running
    if may(actor, Permission.LIVE_MODERATE, anywhere=True):
        # The large one tells what waits in it.
        yield from (
            item
            for item in _reviews(actor)
            if not (running and running[0].lead and item.url == running[0].url)
        )
    if may(actor, Permission.LIVE_PUBLISH, anywhere=True):
        yield from _publishing(actor)
    if may(actor, Permission.LIVE_EDIT, anywhere=True):
        yield NewThing(_KIND, _ICON, url_for("live_editing.new"))


def _reviews(actor: Actor) -> Iterator[WorkItem]:
    for room in queries.to_review(actor, MOST):
        yield WorkItem(
            _KIND,
            _ICON,
            msg("{count} questions wait for review", count=number(room.pending)),
            url_for("live_console.console", public_id=room.session.public_id),
            msg("Review them"),
            (room.session.title,),
            urgent=room.session.phase is Phase.LIVE,
        )


def _publishing(actor: Actor) -> Iterator[WorkItem]:
    for session in queries.to_publish(actor, MOST):
        ended = session.phase is Phase.ENDED
        starts = local(session.starts_at).date() if session.starts_at and not ended else None
        yield WorkItem(
            _KIND,
            _ICON,
            session.title,
            url_for("live_staff.show", public_id=session.public_id),
            msg("Look and publish"),
            (msg("Over; its record is not published yet") if ended else msg("Not announced yet"),),
            due=starts,
        )


def _running(actor: Actor, room: Listed, *, first: bool) -> Running:
    """Large for a moderator, whose work it is; for others while it is live or on its day."""
    session = room.session
    moderates = may_on(actor, Permission.LIVE_MODERATE, session)
    today_on = session.starts_at is not None and local(session.starts_at).date() == today()
    near = session.phase is Phase.LIVE or today_on or not may(actor, Permission.LIVE_EDIT, anywhere=True)
    return Running(
        _KIND,
        _ICON,
        session.title,
        url_for("live_console.console" if moderates else "live_staff.show", public_id=session.public_id),
        msg("Enter the moderator console") if moderates else msg("Open the session"),
        _figures(room),
        lead=first and moderates and near,
    )


def _figures(room: Listed) -> tuple[Message | str, ...]:
    figures: list[Message | str] = [label(room.session.phase)]
    if room.session.starts_at is not None and room.session.phase is not Phase.LIVE:
        figures.append(datetime_text(room.session.starts_at))
    if room.received:
        figures.append(msg("{count} questions", count=number(room.received)))
    if room.pending:
        figures.append(msg("{count} to review", count=number(room.pending)))
    return tuple(figures)
