"""A staff member's own notifications."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engage.notifications import actions, queries
from engage.notifications.words import read
from engage.web.actor import current_actor, staff_actor
from engage.web.guards import signed_in
from engage.web.languages import current_language

blueprint = Blueprint("notifications", __name__)
blueprints = (blueprint,)


@blueprint.get("/staff/notifications")
@signed_in
def mine() -> str:
    """The newest notifications of whoever is signed in."""
    language = current_language()
    rows = queries.newest(current_actor().id or 0)
    return render_template(
        "notifications/list.html",
        rows=[(row, read(row.subject, language), read(row.text, language)) for row in rows],
        unread=sum(row.read_at is None for row in rows),
        newest=rows[0].id if rows else 0,
    )


@blueprint.post("/staff/notifications/read")
@signed_in
def mark_read() -> ResponseReturnValue:
    """Mark what was shown as read."""
    up_to = request.form.get("up_to", "")
    if up_to.isascii() and up_to.isdecimal() and len(up_to) < 16:
        actions.mark_read(current_actor(), int(up_to))
    return redirect(url_for("notifications.mine"), 303)


@blueprint.app_template_global("unread_notifications")
def _unread() -> int:
    """How many notifications the signed-in person has not read, for the bell of every staff page."""
    actor = staff_actor()
    return queries.unread_count(actor.id) if actor and actor.id else 0
