"""Staff: the written answers of a session, each to be corrected where people read it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.cases.actions import ANSWER_LIMIT
from engage.core.errors import Conflict, Invalid
from engage.live import actions
from engage.live.queries import record as record_queries
from engage.live.rules.deeds import Deed
from engage.live.views.console import first_sentence, read_revision
from engage.live.views.staff import readable
from engage.web.actor import current_actor
from engage.web.guards import staff

blueprint = Blueprint("live_written", __name__)


@blueprint.get("/staff/live/<public_id>/written")
@staff(Permission.LIVE_EDIT, Permission.LIVE_MODERATE)
def written(public_id: str) -> str:
    """The answers that are there."""
    return _page(public_id)


@blueprint.post("/staff/live/<public_id>/written")
@staff(Permission.LIVE_EDIT, Permission.LIVE_MODERATE)
def correct(public_id: str) -> ResponseReturnValue:
    """Correct one; the room, the record and the asker's page show the new words at once."""
    session = readable(public_id)
    question, answer = request.form.get("question", ""), request.form.get("answer", "")
    revision = read_revision(request.form.get("revision", ""))
    try:
        actions.decide(current_actor(), session.id, question, Deed.CORRECT, revision, answer=answer)
    except (Conflict, Invalid) as error:
        return _page(public_id, question, answer, first_sentence(error)), error.status
    flash(gettext("The answer is corrected."), "success")
    return redirect(url_for("live_written.written", public_id=public_id, _anchor=f"q-{question}"), 303)


def _page(public_id: str, question: str = "", typed: str = "", error: str = "") -> str:
    session = readable(public_id)
    return render_template(
        "live/staff/written.html",
        room=session,
        answers=record_queries.written_answers(session.id),
        question=question,
        typed=typed,
        error=error,
        most=ANSWER_LIMIT,
    )
