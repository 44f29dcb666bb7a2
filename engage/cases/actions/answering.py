"""Answering a case answers at its source, in one transaction; so does correcting the answer."""

from __future__ import annotations

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.cases.actions._load import load, require_current
from engage.cases.entries import ANSWERED, CORRECTED
from engage.cases.models import CaseState
from engage.cases.rules import require_in_hand
from engage.cases.sources import Correcting, handler_of
from engage.core.actor import Actor
from engage.core.clock import now, today
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg, too_long
from engage.core.writer import atomic

ANSWER_LIMIT = 10_000


def answer_case(actor: Actor, case_id: int, text: str, revision: int) -> None:
    """Answer at the source and close the case, in one transaction.

    Raises ``NotFound``, ``NotAllowed``, ``Invalid``, ``Conflict`` (answered, given back, changed meanwhile).
    """
    with atomic():
        case = load(case_id)
        require(actor, Permission.CASE_ANSWER, unit_id=case.unit_id, activity_id=case.activity_id)
        text = _checked(text)
        require_current(case, revision)
        require_in_hand(case.returned_at)
        handler_of(case.source_kind).answer(actor, case.source_id, text)
        case.state, case.answered_at, case.answered_by_id = CaseState.ANSWERED, now(), actor.id
        case.revision += 1
        record(actor, ANSWERED, "case", case.id, after={"late": today() > case.due_on}, label=case.title)


def correct_case(actor: Actor, case_id: int, text: str, revision: int) -> None:
    """Publish another text in place of the answer; when the case was answered stays as it is.

    Raises ``NotFound``, ``NotAllowed``, ``Invalid``, ``Conflict`` (also where the source takes none).
    """
    with atomic():
        case = load(case_id)
        require(actor, Permission.CASE_ANSWER, unit_id=case.unit_id, activity_id=case.activity_id)
        text = _checked(text)
        require_current(case, revision, CaseState.ANSWERED)
        handler = handler_of(case.source_kind)
        if not isinstance(handler, Correcting):
            raise Conflict(msg("An answer to this cannot be corrected here."))
        before = handler.view(case.source_id).answer
        if text == before:
            raise Invalid({"text": msg("This is the answer as it stands. Please change it first.")})
        handler.correct(actor, case.source_id, text)
        case.revision += 1
        record(actor, CORRECTED, "case", case.id, {"answer": before}, {"answer": text}, label=case.title)


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid({"text": msg("Please write the answer.")})
    if len(text) > ANSWER_LIMIT:
        raise Invalid({"text": too_long(len(text), ANSWER_LIMIT)})
    return text
