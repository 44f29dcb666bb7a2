"""Staff: what waits when a session has ended is deferred or declined together."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from engage.accounts.permissions import Permission
from engage.core.errors import Invalid, NotFound
from engage.live import actions
from engage.live.rules.deeds import Deed
from engage.live.views.console import console_page, read_deed, read_reason, read_revision
from engage.live.views.staff import readable
from engage.web.actor import current_actor
from engage.web.guards import staff
from engage.web.languages import render
from engage.web.limits import limited

blueprint = Blueprint("live_leftover", __name__)


@blueprint.post("/staff/live/<public_id>/leftover")
@staff(Permission.LIVE_MODERATE)
@limited("live-leftover", per_device="60/minute")
def settle(public_id: str) -> ResponseReturnValue:
    """Defer all approved questions to written answers, or decline all that nobody has reviewed."""
    session = readable(public_id)
    form = request.form
    deed, reason, note = read_deed(form.get("deed", "")), form.get("reason", ""), form.get("note", "")
    if deed not in actions.LEFTOVER:
        raise NotFound
    upto = read_revision(form.get("upto", ""))
    try:
        count = actions.settle_leftover(
            current_actor(), session.id, deed, upto, reason=read_reason(reason), note=note
        )
    except Invalid as error:
        sentences = {field: render(sentence) for field, sentence in error.errors.items()}
        typed = {"reason": reason, "note": note}
        return console_page(session, leftover=typed, errors=sentences), error.status
    flash(_told(deed, count), "success" if count else "info")
    return redirect(url_for("live_console.console", public_id=public_id), 303)


def _told(deed: Deed, count: int) -> str:
    if not count:
        return gettext("There was nothing left to decide: somebody else has done it.")
    if deed is Deed.DEFER:
        return gettext("Deferred to written answers: %(count)s questions.", count=count)
    return gettext("Declined: %(count)s questions.", count=count)
