"""Staff: the list of sessions, a session's own page with its steps and links, the export."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.core.actor import Actor
from engage.core.cells import cells_into
from engage.core.clock import today
from engage.core.db import db
from engage.core.errors import Invalid, NotFound
from engage.core.ids import request_id
from engage.live import actions
from engage.live.models import LiveQuestion, LiveSession, Phase
from engage.live.queries import record as record_queries
from engage.live.queries import sessions
from engage.live.rules.life import STEPS, Act, Step, possible, steps_from
from engage.web.actor import current_actor
from engage.web.addresses import absolute
from engage.web.display import datetime_text, label, local
from engage.web.downloads import file_name
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.numbers import page_number

blueprint = Blueprint("live_staff", __name__)
PAGE = 30
EXPORT_PIECE = 200


@blueprint.get("/staff/live/")
@staff(Permission.LIVE_READ)
def index() -> str:
    """The sessions this person may read."""
    page = page_number()
    actor = current_actor()
    listed, total = sessions.of_staff(actor, page=page, size=PAGE)
    return render_template(
        "live/staff/index.html",
        listed=listed,
        page=page,
        pages=max(1, -(-total // PAGE)),
        may_create=may(actor, Permission.LIVE_EDIT, anywhere=True),
    )


@blueprint.get("/staff/live/<public_id>")
@staff(Permission.LIVE_READ)
def show(public_id: str) -> str:
    """A session: its state, next steps, ways in, guests' links and figures."""
    return _page(public_id)


@blueprint.post("/staff/live/<public_id>/steps")
@staff(Permission.LIVE_EDIT, Permission.LIVE_MODERATE, Permission.LIVE_PUBLISH)
def take_step(public_id: str) -> ResponseReturnValue:
    """One step in the life of a session."""
    session = readable(public_id)
    wanted = request.form.get("step", "")
    if wanted not in {step.value for step in Step}:
        raise NotFound
    try:
        phase = actions.step(current_actor(), session.id, Step(wanted))
    except Invalid as error:
        for sentence in error.errors.values():
            flash(render(sentence), "error")
    else:
        flash(gettext("The session is now: %(phase)s.", phase=label(phase)), "success")
    target = "live_console.console" if request.form.get("back") == "console" else "live_staff.show"
    return redirect(url_for(target, public_id=public_id), 303)


@blueprint.post("/staff/live/<public_id>/guest-links")
@staff(Permission.LIVE_EDIT, Permission.LIVE_MODERATE)
def make_link(public_id: str) -> ResponseReturnValue:
    """Make a guest link and show it once."""
    session = readable(public_id)
    label_typed, filled_in = request.form.get("label", ""), request.form.get("_request_id", "")
    try:
        token = actions.make_link(current_actor(), session.id, label_typed, request_id=filled_in)
    except Invalid as error:
        sentence = render(next(iter(error.errors.values())))
        return _page(public_id, link_error=sentence, label_typed=label_typed), 422
    return _page(public_id, new_link=absolute(url_for("live_screens.guest", token=token)))


@blueprint.post("/staff/live/<public_id>/guest-links/<int:link_id>/revoke")
@staff(Permission.LIVE_EDIT, Permission.LIVE_MODERATE)
def revoke_link(public_id: str, link_id: int) -> ResponseReturnValue:
    """Make a guest link open nothing any more."""
    actions.revoke_link(current_actor(), readable(public_id).id, link_id)
    flash(gettext("The link is revoked; screens opened with it go dark."), "success")
    return redirect(url_for("live_staff.show", public_id=public_id, _anchor="guest-links"), 303)


@blueprint.post("/staff/live/<public_id>/questions.csv")
@staff(Permission.LIVE_READ)
def export(public_id: str) -> Response:
    """All questions as CSV for staff; recorded in the audit log."""
    session = readable(public_id)
    actor = current_actor()
    require(actor, Permission.LIVE_READ, unit_id=session.unit_id, activity_id=session.activity_id)
    actions.note_export(actor, session.id)
    response = Response(stream_with_context(_pieces(session.id)), mimetype="text/csv; charset=utf-8")
    name = file_name(today(), local(session.title), gettext("Questions asked"), "csv")
    # RFC 6266: a header is ASCII, also where the title is not.
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.cache_control.no_store = True
    return response


def readable(public_id: str) -> LiveSession:
    """The session, where this person may read it; raises ``NotAllowed``."""
    session = sessions.by_public_id(public_id)
    require(current_actor(), Permission.LIVE_READ, unit_id=session.unit_id, activity_id=session.activity_id)
    return session


def allowed_steps(actor: Actor, session: LiveSession) -> list[Step]:
    """The steps that are possible now and that ``actor`` may take."""
    return [
        step
        for step in steps_from(session.phase)
        if any(may_on(actor, permission, session) for permission in STEPS[step][2])
    ]


def may_on(actor: Actor, permission: Permission, session: LiveSession) -> bool:
    """Whether ``actor`` has ``permission`` on this session."""
    return may(actor, permission, unit_id=session.unit_id, activity_id=session.activity_id)


def _page(public_id: str, *, new_link: str = "", link_error: str = "", label_typed: str = "") -> str:
    session = readable(public_id)
    actor = current_actor()
    return render_template(
        "live/staff/show.html",
        room=session,
        steps=allowed_steps(actor, session),
        ledger=record_queries.ledger(session.id),
        links=sessions.guest_links(session.id),
        new_link=new_link,
        link_error=link_error,
        label_typed=label_typed,
        fresh_id=request_id(),
        joinable=possible(Act.JOIN, session.phase),
        may_correct=any(
            may_on(actor, each, session) for each in (Permission.LIVE_EDIT, Permission.LIVE_MODERATE)
        ),
        may_edit=may_on(actor, Permission.LIVE_EDIT, session) and session.phase is not Phase.RECORDED,
        may_link=may_on(actor, Permission.LIVE_EDIT, session)
        or may_on(actor, Permission.LIVE_MODERATE, session),
    )


def _pieces(session_id: int) -> Iterator[str]:
    """The file piece by piece; between two of them the hub serves others."""
    yield "\ufeff" + _header()
    after = 0
    while rows := record_queries.questions_after(session_id, after, limit=EXPORT_PIECE):
        after = rows[-1].number
        yield "".join(_line(_cells(question)) for question in rows)
        # A slow download must neither hold a snapshot of the database open nor keep the hub.
        db.session.rollback()
        time.sleep(0)


def _header() -> str:
    return _line(
        [
            gettext("Question number"),
            gettext("Asked at"),
            gettext("Source"),
            gettext("Nickname"),
            gettext("Question"),
            gettext("State"),
            gettext("Reason"),
            gettext("Supports"),
            gettext("Answer"),
        ]
    )


def _cells(question: LiveQuestion) -> list[object]:
    return [
        question.number,
        datetime_text(question.asked_at),
        label(question.source),
        question.nickname,
        question.text,
        label(question.state),
        label(question.reason) if question.reason else "",
        question.supports,
        question.answer,
    ]


def _line(cells: list[object]) -> str:
    out = io.StringIO()
    cells_into(out)(cells)
    return out.getvalue()
