"""What staff do with a consultation as a whole: publish, close, withdraw, or drop an unpublished one."""

from __future__ import annotations

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for
from engage.consultations.actions.editing import newest, terms_of
from engage.consultations.events import (
    CLOSED,
    CONSULTATION,
    DELETED,
    PUBLISHED,
    STATE_CHANGED,
    ConsultationChanged,
)
from engage.consultations.models import Consultation, DraftVersion, State
from engage.consultations.rules.clauses import Clause, from_data, require_clauses, to_data
from engage.consultations.rules.comments import cleaned
from engage.consultations.rules.matching import changed
from engage.consultations.rules.phases import Deed
from engage.consultations.rules.terms import require_publishable, require_short_reason
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic, publish


def publish_consultation(actor: Actor, consultation_id: int) -> None:
    """Freeze the text as a version, where it changed, and let people read it from now on.

    One that people could not read until now opens now at the earliest, whatever its terms say, so that the
    period they are given is what is checked. Raises `NotFound`, `NotAllowed`, `Invalid` (what is missing, by
    field), `Conflict`.
    """
    with atomic():
        one = consultation_for(actor, Deed.PUBLISH, consultation_id)
        moment = now()
        if one.closes_at is not None and one.closes_at <= moment:
            raise Invalid({"closes_at": msg("The period is over already. Please choose a later end.")})
        before = {"state": one.state, "version": one.version_number, "opens_at": one.opens_at}
        if one.state is not State.PUBLISHED and one.opens_at is not None:
            one.opens_at = max(one.opens_at, moment)
        require_publishable(terms_of(one))
        clauses = from_data(one.edit_clauses)
        require_clauses(clauses)
        if one.version_number is None or changed(newest(one), clauses):
            _freeze(actor, one, clauses)
        one.state = State.PUBLISHED
        after = {"state": one.state, "version": one.version_number, "opens_at": one.opens_at}
        record(actor, PUBLISHED, CONSULTATION, one.public_id, before, after, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))


def close(actor: Actor, consultation_id: int, short_reason: str = "") -> None:
    """End the period now, ahead of its time.

    Where people were given less than the kind asks for, the reason is published. Raises `NotFound`,
    `NotAllowed`, `Invalid` (field `short_reason`), `Conflict`.
    """
    with atomic():
        one = consultation_for(actor, Deed.CLOSE, consultation_id)
        moment = now()
        reason = one.short_reason
        if cleaned(short_reason):
            reason = Localized({**reason, "zh_CN": cleaned(short_reason)})
        if one.opens_at is not None:
            require_short_reason(one.kind, one.opens_at, moment, reason)
        before = {"closes_at": one.closes_at, "short_reason": one.short_reason}
        one.closes_at, one.short_reason = moment, reason
        after = {"closes_at": one.closes_at, "short_reason": one.short_reason}
        record(actor, CLOSED, CONSULTATION, one.public_id, before, after, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))


def withdraw(actor: Actor, consultation_id: int) -> None:
    """Take the consultation back; its address says so. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    with atomic():
        one = consultation_for(actor, Deed.WITHDRAW, consultation_id)
        before = {"state": one.state}
        one.state, one.result_published_at = State.WITHDRAWN, None
        after = {"state": one.state}
        record(actor, STATE_CHANGED, CONSULTATION, one.public_id, before, after, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))


def delete_draft(actor: Actor, consultation_id: int) -> None:
    """Drop a draft that was never published. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    with atomic():
        one = consultation_for(actor, Deed.DELETE, consultation_id)
        record(actor, DELETED, CONSULTATION, one.public_id, label=one.title.text())
        db.session.delete(one)


def _freeze(actor: Actor, one: Consultation, clauses: tuple[Clause, ...]) -> None:
    one.version_number = (one.version_number or 0) + 1
    db.session.add(
        DraftVersion(
            consultation_id=one.id,
            number=one.version_number,
            clauses=to_data(clauses),
            published_by_id=actor.id,
        )
    )
