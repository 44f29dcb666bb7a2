"""A question deferred to a written answer becomes a case; answering the case answers here."""

from __future__ import annotations

from engage.core.actor import Actor
from engage.core.calendar import add_working_days
from engage.core.clock import today
from engage.live.models import LiveQuestion, LiveSession

# What was not answered live gets a public written answer within five working days.
WRITTEN_DAYS = 5


def open_case(actor: Actor, session: LiveSession, question: LiveQuestion) -> None:
    """Make the case of ``question`` in the running transaction."""
    question.due_on = add_working_days(today(), WRITTEN_DAYS)


def close_case(actor: Actor, question: LiveQuestion) -> None:
    """Withdraw the case of ``question``: it is not owed any more."""
    question.due_on = None
