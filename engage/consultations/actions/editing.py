"""Preparing and publishing a consultation: its terms, its text, and the frozen versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.audit.actions import changes, record
from engage.consultations.actions._load import consultation_for, phase_of
from engage.consultations.events import (
    CLOSED,
    CONSULTATION,
    CREATED,
    EDITED,
    PUBLISHED,
    STATE_CHANGED,
    TEXT_EDITED,
    ConsultationChanged,
)
from engage.consultations.models import Consultation, DraftVersion, State
from engage.consultations.queries.published import clauses_of
from engage.consultations.rules.clauses import Clause, from_data, require_clauses, to_data
from engage.consultations.rules.matching import changed, with_keys_of
from engage.consultations.rules.phases import Deed, Phase
from engage.consultations.rules.splitting import split
from engage.consultations.rules.terms import Terms, require_publishable, require_terms
from engage.core.actor import Actor
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.themedays.models import Activity


@dataclass(frozen=True, slots=True)
class Saved:
    """What an editor goes on with: the public address and the revision of the text."""

    public_id: str
    revision: int


def create(actor: Actor, unit_id: int, terms: Terms) -> Saved:
    """A new draft of a unit. Raises `NotAllowed`, `Invalid` (fields of `Terms`, `unit`)."""
    with atomic():
        require(actor, Permission.CONSULTATION_EDIT, unit_id=unit_id)
        _require_unit(unit_id)
        require_terms(terms)
        _require_activity(actor, terms.activity_id)
        one = Consultation(unit_id=unit_id, **_columns(terms))
        db.session.add(one)
        db.session.flush()
        record(actor, CREATED, CONSULTATION, one.public_id, after={"kind": one.kind}, label=one.title.text())
        return Saved(one.public_id, one.edit_revision)


def edit_terms(actor: Actor, consultation_id: int, terms: Terms) -> None:
    """Change title, period and the like; what is published must stay publishable.

    Raises `NotFound`, `NotAllowed`, `Invalid` (fields of `Terms`), `Conflict` in the wrong phase.
    """
    with atomic():
        one = consultation_for(actor, Deed.EDIT, consultation_id)
        require_terms(terms)
        if terms.activity_id != one.activity_id:
            _require_activity(actor, terms.activity_id)
        if one.state is State.PUBLISHED:
            require_publishable(terms)
            if phase_of(one) is Phase.OPEN:
                _require_still_open(one, terms)
        before = {name: getattr(one, name) for name in _columns(terms)}
        for name, value in _columns(terms).items():
            setattr(one, name, value)
        _changed(actor, one, before, _columns(terms))


def set_text(actor: Actor, consultation_id: int, text: str, revision: int) -> Saved:
    """Split a pasted text into clauses; clauses that go on keep their ids.

    Raises like `edit_terms`, with fields `text` and `clauses`, and `Conflict` where somebody else saved.
    """
    clauses = split(text)
    with atomic():
        one = consultation_for(actor, Deed.EDIT, consultation_id)
        _require_revision(one, revision)
        kept = with_keys_of(from_data(one.edit_clauses) or _newest(one), clauses)
        return _store_clauses(actor, one, kept)


def set_clauses(actor: Actor, consultation_id: int, clauses: Sequence[Clause], revision: int) -> Saved:
    """Save the clauses as corrected by hand. Raises like `set_text`, with a field `text-<n>` for a clause."""
    with atomic():
        one = consultation_for(actor, Deed.EDIT, consultation_id)
        _require_revision(one, revision)
        if len({clause.key for clause in clauses}) != len(clauses):
            raise Invalid({"clauses": msg("This page is out of date. Please load it again.")})
        return _store_clauses(actor, one, clauses)


def publish_consultation(actor: Actor, consultation_id: int) -> None:
    """Freeze the text as a version, where it changed, and let people read it from now on.

    Raises `NotFound`, `NotAllowed`, `Invalid` (what is missing, by field), `Conflict`.
    """
    with atomic():
        one = consultation_for(actor, Deed.PUBLISH, consultation_id)
        require_publishable(terms_of(one))
        if one.closes_at is not None and one.closes_at <= now():
            raise Invalid({"closes_at": msg("The period is over already. Please choose a later end.")})
        clauses = from_data(one.edit_clauses)
        require_clauses(clauses)
        before = {"state": one.state, "version": one.version_number}
        if one.version_number is None or changed(_newest(one), clauses):
            one.version_number = (one.version_number or 0) + 1
            db.session.add(
                DraftVersion(
                    consultation_id=one.id,
                    number=one.version_number,
                    clauses=to_data(clauses),
                    published_by_id=actor.id,
                )
            )
        one.state = State.PUBLISHED
        after = {"state": one.state, "version": one.version_number}
        record(actor, PUBLISHED, CONSULTATION, one.public_id, before, after, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))


def close(actor: Actor, consultation_id: int) -> None:
    """End the period now, ahead of its time. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    with atomic():
        one = consultation_for(actor, Deed.CLOSE, consultation_id)
        before = {"closes_at": one.closes_at}
        one.closes_at = now()
        after = {"closes_at": one.closes_at}
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


def terms_of(one: Consultation) -> Terms:
    """The terms of a consultation as they stand."""
    return Terms(
        kind=one.kind,
        title=one.title,
        background=one.background,
        contact=one.contact,
        opens_at=one.opens_at,
        closes_at=one.closes_at,
        short_reason=one.short_reason,
        review_first=one.review_first,
        activity_id=one.activity_id,
    )


def _columns(terms: Terms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in Terms.__dataclass_fields__}


def _newest(one: Consultation) -> tuple[Clause, ...]:
    return clauses_of(one.id, one.version_number) if one.version_number is not None else ()


def _store_clauses(actor: Actor, one: Consultation, clauses: Sequence[Clause]) -> Saved:
    require_clauses(clauses)
    before = {"clauses": len(one.edit_clauses)}
    one.edit_clauses = to_data(clauses)
    one.edit_revision += 1
    after = {"clauses": len(clauses)}
    record(actor, TEXT_EDITED, CONSULTATION, one.public_id, before, after, label=one.title.text())
    return Saved(one.public_id, one.edit_revision)


def _require_revision(one: Consultation, revision: int) -> None:
    if one.edit_revision != revision:
        raise Conflict(
            msg("Someone else has saved this text in the meantime. Please look at it before you go on.")
        )


def _require_still_open(one: Consultation, terms: Terms) -> None:
    errors = {}
    # To the minute, the finest a form shows.
    if terms.opens_at is None or one.opens_at is None or minute(terms.opens_at) != minute(one.opens_at):
        errors["opens_at"] = msg("The consultation is open already; its beginning cannot be changed.")
    if terms.closes_at is None or terms.closes_at <= now():
        errors["closes_at"] = msg("Please choose a later end, or close the consultation.")
    if errors:
        raise Invalid(errors)


def _require_unit(unit_id: int) -> None:
    unit = db.session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Invalid({"unit": msg("Please choose the unit.")})


def _require_activity(actor: Actor, activity_id: int | None) -> None:
    """The activity must be one `actor` works on: what hangs on it stands on its public page."""
    if activity_id is None:
        return
    activity = db.session.get(Activity, activity_id)
    permission = Permission.CONSULTATION_EDIT
    if activity is None or not may(actor, permission, unit_id=activity.unit_id, activity_id=activity_id):
        raise Invalid({"activity_id": msg("Please choose an existing activity, or none.")})


def _changed(actor: Actor, one: Consultation, before: dict[str, Any], after: dict[str, Any]) -> None:
    old, new = changes(before, after)
    if new:
        record(actor, EDITED, CONSULTATION, one.public_id, old, new, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))
