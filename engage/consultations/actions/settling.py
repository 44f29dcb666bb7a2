"""Publishing the result, and marking a consultation as settled (办结) once nothing is missing."""

from __future__ import annotations

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for, phase_of
from engage.consultations.events import (
    CONSULTATION,
    RESULT_PUBLISHED,
    RESULT_WITHDRAWN,
    STATE_CHANGED,
    ConsultationChanged,
)
from engage.consultations.models import CommentState, Consultation, State
from engage.consultations.queries.tallies import progress, state_counts
from engage.consultations.rules.phases import Deed
from engage.consultations.rules.settling import missing
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg, too_long
from engage.core.types import Localized
from engage.core.writer import atomic, publish

NOTE_LIMIT = 10_000


def publish_result(actor: Actor, consultation_id: int, note: Localized) -> None:
    """Publish the result page with the words of the unit, or publish changed words.

    Raises `NotFound`, `NotAllowed`, `Invalid` (field `note`), and `Conflict` before the period has ended or
    while comments wait for review.
    """
    with atomic():
        one = consultation_for(actor, Deed.PUBLISH_RESULT, consultation_id)
        longest = max((len(text) for text in note.values()), default=0)
        if longest > NOTE_LIMIT:
            raise Invalid({"note": too_long(longest, NOTE_LIMIT)})
        pending = state_counts(one.id).get(CommentState.PENDING, 0)
        if pending:
            raise Conflict(
                msg("Comments still waiting for review: {count}. Please review them first.", count=pending)
            )
        one.result_note = note
        one.result_published_at = one.result_published_at or now()
        record(
            actor,
            RESULT_PUBLISHED,
            CONSULTATION,
            one.public_id,
            after={"note": note},
            label=one.title.text(),
        )
        publish(ConsultationChanged(one.id, one.public_id))


def withdraw_result(actor: Actor, consultation_id: int) -> None:
    """Take the result page back. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    with atomic():
        one = consultation_for(actor, Deed.PUBLISH_RESULT, consultation_id)
        one.result_published_at = None
        record(actor, RESULT_WITHDRAWN, CONSULTATION, one.public_id, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))


def settle(actor: Actor, consultation_id: int) -> None:
    """Mark as settled. Raises `NotFound`, `NotAllowed`, and `Conflict` with all that is still missing."""
    with atomic():
        one = consultation_for(actor, Deed.SETTLE, consultation_id)
        lacking = missing(phase_of(one), progress(one))
        if lacking:
            raise Conflict(
                msg("It cannot be settled yet. {first}", first=lacking[0])
                if len(lacking) == 1
                else msg(
                    "It cannot be settled yet. {first} Further points: {more}.",
                    first=lacking[0],
                    more=len(lacking) - 1,
                )
            )
        one.settled_at = now()
        _state(actor, one, State.SETTLED)


def reopen(actor: Actor, consultation_id: int) -> None:
    """Take the mark back, to correct something. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    with atomic():
        one = consultation_for(actor, Deed.REOPEN, consultation_id)
        one.settled_at = None
        _state(actor, one, State.PUBLISHED)


def _state(actor: Actor, one: Consultation, state: State) -> None:
    before = {"state": one.state}
    one.state = state
    after = {"state": state}
    record(actor, STATE_CHANGED, CONSULTATION, one.public_id, before, after, label=one.title.text())
    publish(ConsultationChanged(one.id, one.public_id))
