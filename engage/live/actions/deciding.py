"""The moderator's decisions: one question, one deed, never over somebody else's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.cases.actions import ANSWER_LIMIT
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.messages import Message, msg
from engage.core.writer import atomic
from engage.live.actions._load import question_row, require_any, session_row
from engage.live.actions._marks import mark, note_deed, on_air_besides, told, values_of
from engage.live.actions.cases import close_case, open_case
from engage.live.actions.log import Change, forget_words
from engage.live.actions.undoing import undo
from engage.live.models import LiveDecision, LiveQuestion, LiveSession, QuestionState
from engage.live.rules.deeds import DEEDS, Deed, require_deed
from engage.live.rules.text import clean, require_answer, require_note
from engage.moderation.actions import places, screen
from engage.moderation.models import ReasonClass
from engage.moderation.rules.masking import masked

MODERATE = frozenset({Permission.LIVE_MODERATE})
# Whose session it is also mends what they wrote.
_CORRECT = MODERATE | {Permission.LIVE_EDIT}

DONE: dict[str, Message] = {
    Deed.APPROVE: msg("approved it"),
    Deed.DECLINE: msg("declined it"),
    Deed.MASK: msg("covered the numbers and approved it"),
    Deed.AIR: msg("put it on air"),
    Deed.BACK: msg("took it off air"),
    Deed.ANSWER: msg("marked it as answered"),
    Deed.DEFER: msg("deferred it to a written answer"),
    Deed.CORRECT: msg("corrected the answer"),
    Deed.TAKE_DOWN: msg("took it down"),
    Deed.UNDO: msg("undid a decision on it"),
    "displace": msg("put another question on air"),
    "end": msg("ended the session"),
    "written": msg("answered it in writing"),
    "withdraw": msg("withdrew it"),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """The state after the deed and the revision that the next decision must name.

    ``decision`` is what ``undo_own`` takes back; ``None`` after an undo.
    """

    question: str
    state: QuestionState
    revision: int
    decision: int | None = None


def decide(
    actor: Actor,
    session_id: int,
    question: str,
    deed: Deed,
    revision: int,
    *,
    reason: ReasonClass | None = None,
    note: str = "",
    answer: str | None = None,
    confirmed: bool = False,
) -> Decided:
    """Do ``deed`` on a question that stands at ``revision``; sending it again changes nothing more.

    Putting a question on air marks the one before it as answered, since the host has moved on; undo brings
    both back. ``note`` adds words to a reason. What would show personal data has to be ``confirmed``. A
    corrected answer leaves its case answered. Raises ``NotAllowed``, ``NotFound``, ``Invalid`` (``reason``,
    ``answer``), and ``Conflict`` with who did what where someone else was faster.
    """
    with atomic():
        session = session_row(session_id)
        require_any(actor, _who(deed), session)
        row = question_row(session_id, question)
        if row.revision != revision:
            done = _done_already(actor, row, deed, revision)
            if done is not None and _same_words(row, deed, answer):
                return Decided(question, row.state, row.revision, done or None)
            raise Conflict(who_did_what(row))
        done = 0
        if deed is Deed.UNDO:
            undo(actor, session, row)
        else:
            noted = require_note(deed, reason, note)
            done = _do(actor, session, row, _Decision(deed, reason, noted, answer, confirmed))
        return Decided(question, row.state, row.revision, done or None)


def _who(deed: Deed) -> frozenset[Permission]:
    return _CORRECT if deed is Deed.CORRECT else MODERATE


@dataclass(frozen=True, slots=True)
class _Decision:
    deed: Deed
    reason: ReasonClass | None
    note: str
    answer: str | None
    confirmed: bool


def _do(actor: Actor, session: LiveSession, row: LiveQuestion, decision: _Decision) -> int:
    """The id of what is kept of the decision."""
    deed = decision.deed
    target = require_deed(
        deed,
        row.state,
        session.phase,
        answered=bool(row.answer),
        personal=bool(row.hits),
        confirmed=decision.confirmed,
    )
    change = Change(session)
    change.touch(row)
    before, known = values_of(row), told(row)
    other = on_air_besides(session, row) if deed is Deed.AIR else None
    other_before = values_of(other) if other else None
    if other is not None:
        change.touch(other)
        mark(other, QuestionState.ANSWERED, actor, "displace")
    _set(actor, session, row, decision, target)
    kept = LiveDecision(
        question_id=row.id,
        deed=deed.value,
        before=before,
        revision=row.revision,
        displaced_id=other.id if other else None,
        displaced_before=other_before,
        displaced_revision=other.revision if other else None,
        decided_by_id=actor.id,
    )
    db.session.add(kept)
    change.write()
    note_deed(actor, session, row, deed, known)
    db.session.flush()
    return kept.id


def _set(
    actor: Actor, session: LiveSession, row: LiveQuestion, decision: _Decision, target: QuestionState
) -> None:
    deed = decision.deed
    if row.state is QuestionState.WRITTEN and deed is Deed.TAKE_DOWN:
        close_case(actor, row)
    row.reason = decision.reason if DEEDS[deed].reason else None
    row.reason_note = decision.note if DEEDS[deed].reason else ""
    if deed is Deed.MASK:
        # For good: nobody who comes back after a while hears the numbers from the log.
        forget_words(session.id, row.public_id)
        row.text = masked(row.text, places)
        row.nickname = "" if screen(row.nickname).held else row.nickname
        row.hits = []
    if deed is Deed.ANSWER and decision.answer is not None:
        row.answer = require_answer(decision.answer, needed=False)
    if deed is Deed.CORRECT:
        row.answer = require_answer(decision.answer or "", needed=True, most=ANSWER_LIMIT)
    if target is QuestionState.APPROVED:
        # It waits for an answer (again): an old one beside it would pass for the one that is to come.
        row.answer = ""
    if deed is Deed.DEFER:
        row.answer = ""
        open_case(actor, session, row)
    mark(row, target, actor, deed.value)


def _done_already(actor: Actor, row: LiveQuestion, deed: Deed, revision: int) -> int | None:
    """The decision that this retry repeats (0 for an undo, of which none is kept), or ``None``."""
    if row.revision != revision + 1 or row.decided_deed != deed:
        return None
    if deed is Deed.UNDO:
        return 0 if row.decided_by_id == actor.id else None
    return db.session.scalar(
        select(LiveDecision.id).where(
            LiveDecision.question_id == row.id,
            LiveDecision.revision == row.revision,
            LiveDecision.deed == deed.value,
            LiveDecision.decided_by_id == actor.id,
        )
    )


def _same_words(row: LiveQuestion, deed: Deed, answer: str | None) -> bool:
    """Whether an answer sent again is the one that was taken: another one must not be dropped in silence."""
    return deed not in (Deed.ANSWER, Deed.CORRECT) or answer is None or clean(answer) == row.answer


def who_did_what(row: LiveQuestion) -> Message:
    """What a moderator is told who comes after somebody else."""
    done = DONE.get(row.decided_deed, msg("changed it"))
    if row.decided_deed == "withdraw":
        return msg("The asker has withdrawn this question in the meantime.")
    return msg(
        "{who} was faster and {done}. Your decision was not applied; please look at the question again.",
        who=row.decided_by or msg("Someone else"),
        done=done,
    )
