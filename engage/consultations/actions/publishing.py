"""What staff do with a consultation as a whole: publish, close, withdraw, or drop an unpublished one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for
from engage.consultations.actions.editing import newest, require_matched, terms_of
from engage.consultations.events import (
    CLOSED,
    CONSULTATION,
    DELETED,
    EXTENDED,
    PUBLISHED,
    STATE_CHANGED,
    ConsultationChanged,
)
from engage.consultations.models import Consultation, DraftVersion, State
from engage.consultations.rules.clauses import Clause, from_data, require_clauses, to_data
from engage.consultations.rules.comments import cleaned
from engage.consultations.rules.matching import changed
from engage.consultations.rules.periods import is_short
from engage.consultations.rules.phases import Deed
from engage.consultations.rules.terms import require_publishable, require_short_reason, require_terms
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic, publish

RESULT_IS_OUT: Final = msg(
    "The result is published. The period can be set again once the result page is taken back."
)


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
        require_matched(one)
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

    Where people were given less than the kind asks for, the reason for that is published in place of the one
    that the planned period had: it told of another end. Raises `NotFound`, `NotAllowed`, `Invalid` (field
    `short_reason`), `Conflict`.
    """
    with atomic():
        one = consultation_for(actor, Deed.CLOSE, consultation_id)
        moment = now()
        reason = _reason(short_reason)
        if one.opens_at is not None:
            require_short_reason(one.kind, one.opens_at, moment, reason)
        before = {"closes_at": one.closes_at, "short_reason": one.short_reason}
        one.closes_at, one.short_reason = moment, reason or one.short_reason
        after = {"closes_at": one.closes_at, "short_reason": one.short_reason}
        record(actor, CLOSED, CONSULTATION, one.public_id, before, after, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))


def extend(actor: Actor, consultation_id: int, closes_at: datetime | None, short_reason: str = "") -> None:
    """Set a new end for a period that is over, so that people can comment again.

    The days on which nobody could comment are none that people were given: where the others are fewer than
    the kind asks for, the reason is published. Raises `NotFound`, `NotAllowed`, `Invalid` (fields
    `closes_at`, `short_reason`), `Conflict`, also while the result is published: it speaks of a period that
    has ended.
    """
    with atomic():
        one = consultation_for(actor, Deed.EXTEND, consultation_id)
        moment, reason = now(), _reason(short_reason)
        if one.result_published_at is not None:
            raise Conflict(RESULT_IS_OUT)
        if closes_at is None or closes_at <= moment:
            raise Invalid({"closes_at": msg("Please choose an end in the future.")})
        require_terms(replace(terms_of(one), closes_at=closes_at, short_reason=reason))
        assert one.opens_at is not None
        assert one.closes_at is not None
        begins = one.opens_at + (moment - one.closes_at)
        require_short_reason(one.kind, begins, closes_at, reason)
        before = {"closes_at": one.closes_at, "short_reason": one.short_reason}
        one.closes_at = closes_at
        one.short_reason = reason if is_short(one.kind, begins, closes_at) else Localized()
        after = {"closes_at": one.closes_at, "short_reason": one.short_reason}
        record(actor, EXTENDED, CONSULTATION, one.public_id, before, after, label=one.title.text())
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


def _reason(text: str) -> Localized:
    words = cleaned(text)
    return Localized(zh_CN=words) if words else Localized()


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
