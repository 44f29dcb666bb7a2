"""The staff home: what whoever signed in has to do today."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from engage.accounts import queries
from engage.accounts.identity import current_session
from engage.accounts.labels import ROLE_TEXTS
from engage.accounts.permissions import Role
from engage.accounts.views.blueprint import blueprint
from engage.core.clock import today
from engage.core.messages import Message
from engage.web.actor import current_actor
from engage.web.display import date_text, local, message
from engage.web.guards import signed_in
from engage.web.staff_home import Words, due_words, home_of


@blueprint.get("/staff/")
@signed_in
def home() -> ResponseReturnValue:
    """The work list by deadline, what runs now, and the person's roles in words."""
    if current_session().needs_second:
        return redirect(url_for("accounts.second_factor"))
    actor = current_actor()
    day = today()
    return render_template(
        "accounts/home.html",
        actor=actor,
        home=home_of(actor),
        day=day,
        say=_say,
        due_words=lambda due: due_words(due, day),
        roles=[(Role(grant.role), grant) for grant in actor.grants],
        role_texts=ROLE_TEXTS,
        scope_names=queries.names_of_scopes(actor.grants),
    )


def _say(words: Words | date) -> str:
    """Content, a sentence or a day in the reader's language."""
    if isinstance(words, date):
        return date_text(words)
    return message(words) if isinstance(words, Message) else local(words)
