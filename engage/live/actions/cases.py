"""A question deferred to a written answer becomes a case of the session's unit, due in five working days."""

from __future__ import annotations

from engage.cases import actions as cases
from engage.core.actor import Actor
from engage.live.actions._marks import name_of
from engage.live.models import LiveQuestion, LiveSession

SOURCE_KIND = "live-question"


def open_case(actor: Actor, session: LiveSession, question: LiveQuestion) -> None:
    """Open the case of ``question`` (again) in the running transaction."""
    case = cases.open_case(
        actor,
        SOURCE_KIND,
        question.id,
        session.unit_id,
        name_of(session, question),
        activity_id=session.activity_id,
        is_demo=session.is_demo,
    )
    question.case_id, question.due_on = case.id, case.due_on


def close_case(actor: Actor, question: LiveQuestion) -> None:
    """Withdraw the case of ``question``: no written answer is owed any more."""
    cases.withdraw_case_of(actor, SOURCE_KIND, question.id, "")
    question.case_id = question.due_on = None
