"""Sessions and second factor of a staff member, which an administrator ends and resets."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from engage.accounts import actions
from engage.accounts.confirming import confirmed
from engage.accounts.permissions import Permission
from engage.accounts.views.blueprint import blueprint
from engage.accounts.views.people import found_person, saving_edits
from engage.web.actor import current_actor
from engage.web.guards import staff


@blueprint.post("/staff/accounts/<public_id>/second-factor/reset")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def reset_factors(public_id: str) -> ResponseReturnValue:
    """Take the second factor away from somebody who has lost it."""
    actions.reset_factors(current_actor(), found_person(public_id).id)
    flash(
        gettext(
            "The second factor is reset and all devices are signed out. "
            "A new one is set up at the next sign-in."
        ),
        "success",
    )
    return _back(public_id)


@blueprint.post("/staff/accounts/<public_id>/sessions/<session_id>/end")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def end_session_of(public_id: str, session_id: str) -> ResponseReturnValue:
    """Sign one of their devices out."""
    actions.end_session(current_actor(), session_id, user_id=found_person(public_id).id)
    flash(gettext("That device has been signed out."), "success")
    return _back(public_id)


@blueprint.post("/staff/accounts/<public_id>/sessions/end")
@staff(Permission.ACCOUNT_MANAGE)
@confirmed
@saving_edits
def end_sessions_of(public_id: str) -> ResponseReturnValue:
    """Sign all of their devices out."""
    count = actions.end_all_sessions(current_actor(), found_person(public_id).id)
    flash(
        ngettext("%(num)d device has been signed out.", "%(num)d devices have been signed out.", count),
        "success",
    )
    return _back(public_id)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("accounts.person", public_id=public_id), 303)
