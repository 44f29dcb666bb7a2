"""Preparing a consultation: its terms and its text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.audit.actions import changes, record
from engage.consultations.actions._load import consultation_for, phase_of
from engage.consultations.events import (
    CONSULTATION,
    CREATED,
    EDITED,
    TEXT_EDITED,
    ConsultationChanged,
)
from engage.consultations.models import Consultation, State
from engage.consultations.queries.published import clauses_of
from engage.consultations.rules.clauses import Clause, from_data, require_clauses, require_size, to_data
from engage.consultations.rules.comments import cleaned
from engage.consultations.rules.matching import is_heavy, with_keys_of
from engage.consultations.rules.phases import Deed, Phase
from engage.consultations.rules.splitting import split
from engage.consultations.rules.terms import Terms, require_contact, require_publishable, require_terms
from engage.core.actor import Actor
from engage.core.clock import as_shown, minute, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.jobs import enqueue
from engage.core.messages import msg
from engage.core.threads import beside_the_hub
from engage.core.types import Localized
from engage.core.writer import atomic, publish
from engage.participation.actions import made_once
from engage.themedays.models import Activity
from engage.themedays.queries.names import in_words

MATCH_JOB = "consultations.match_clauses"


@dataclass(frozen=True, slots=True)
class Saved:
    """What an editor goes on with: the public address and the revision of the text."""

    public_id: str
    revision: int


def create(actor: Actor, unit_id: int, terms: Terms, *, request_id: str = "") -> str:
    """A new draft of a unit, made once for `request_id`; answers its public id.

    Raises `NotAllowed`, `Invalid` (fields of `Terms`, `unit`).
    """

    def make() -> str:
        one = Consultation(unit_id=unit_id, **_columns(terms))
        db.session.add(one)
        db.session.flush()
        record(actor, CREATED, CONSULTATION, one.public_id, after={"kind": one.kind}, label=one.title.text())
        return one.public_id

    with atomic():
        require(actor, Permission.CONSULTATION_EDIT, unit_id=unit_id)
        _require_unit(unit_id)
        require_terms(terms)
        _require_activity(actor, terms.activity_id)
        return made_once(actor, request_id, "consultation.create", [unit_id, terms], make)


def edit_terms(actor: Actor, consultation_id: int, terms: Terms) -> None:
    """Change title, period and the like; what is published must stay publishable.

    Raises `NotFound`, `NotAllowed`, `Invalid` (fields of `Terms`), `Conflict` in the wrong phase.
    """
    with atomic():
        one = consultation_for(actor, Deed.EDIT, consultation_id)
        terms = replace(
            terms,
            opens_at=as_shown(terms.opens_at, one.opens_at),
            closes_at=as_shown(terms.closes_at, one.closes_at),
        )
        require_terms(terms)
        if terms.activity_id != one.activity_id:
            _require_activity(actor, terms.activity_id)
        if one.state is State.PUBLISHED:
            require_publishable(terms)
            if phase_of(one) is Phase.OPEN:
                _require_still_open(one, terms)
            else:
                _require_ahead(one, terms)
        before = {name: getattr(one, name) for name in _columns(terms)}
        for name, value in _columns(terms).items():
            setattr(one, name, value)
        _changed(actor, one, before, _columns(terms))


def correct_contact(actor: Actor, consultation_id: int, contact: Localized) -> None:
    """Say whom people can turn to now that the period is over; all else stays as it was consulted on.

    Raises `NotFound`, `NotAllowed`, `Invalid` (field `contact`), `Conflict`.
    """
    with atomic():
        one = consultation_for(actor, Deed.CORRECT, consultation_id)
        terms = replace(terms_of(one), contact=contact)
        require_terms(terms)
        require_contact(terms)
        before = {"contact": one.contact}
        one.contact = contact
        _changed(actor, one, before, {"contact": contact})


def set_text(actor: Actor, consultation_id: int, text: str, revision: int) -> Saved:
    """Split a pasted text into clauses; clauses that go on keep their ids.

    Where more are changed than can be compared at once, the worker finds which go on (`finish_matching`);
    until then the text can be pasted anew, but neither corrected nor published. A clause that is too long is
    kept as it is, to be corrected by hand; it cannot be published. Raises like
    `edit_terms`, with fields `text` and `clauses`, and `Conflict` where somebody else saved.
    """
    words = cleaned(text)
    one = consultation_for(actor, Deed.EDIT, consultation_id)
    before = from_data(one.edit_clauses if one.matched_from is None else one.matched_from) or newest(one)
    clauses, heavy = beside_the_hub(lambda: _continued(before, split(words)))
    with atomic():
        one = consultation_for(actor, Deed.EDIT, consultation_id)
        require_size(clauses)
        if heavy and one.edit_revision == revision + 1 and _same_words(from_data(one.edit_clauses), clauses):
            # The same once more, while the worker compares.
            return Saved(one.public_id, one.edit_revision)
        saved = _store_clauses(actor, one, clauses, revision)
        one.matched_from = to_data(before) if heavy else None
        if heavy:
            enqueue(MATCH_JOB, {"consultation_id": one.id, "revision": saved.revision})
        return saved


def finish_matching(consultation_id: int, revision: int, clauses: Sequence[Clause]) -> None:
    """Give the clauses of `revision` the keys that the worker found; nothing where the text changed since."""
    with atomic():
        one = db.session.get(Consultation, consultation_id)
        if one is not None and one.edit_revision == revision and one.matched_from is not None:
            one.edit_clauses = to_data(clauses)
            one.matched_from = None


def set_clauses(actor: Actor, consultation_id: int, clauses: Sequence[Clause], revision: int) -> Saved:
    """Save the clauses as corrected by hand. Raises like `set_text`, with a field `text-<n>` for a clause."""
    with atomic():
        one = consultation_for(actor, Deed.EDIT, consultation_id)
        require_matched(one)
        if len({clause.key for clause in clauses}) != len(clauses):
            raise Invalid({"clauses": msg("This page is out of date. Please load it again.")})
        require_clauses(clauses)
        return _store_clauses(actor, one, clauses, revision)


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


def newest(one: Consultation) -> tuple[Clause, ...]:
    """The clauses of the newest published version, none before the first."""
    return clauses_of(one.id, one.version_number) if one.version_number is not None else ()


def require_matched(one: Consultation) -> None:
    """Raises `Conflict` while the worker looks for the clauses that go on."""
    if one.matched_from is not None:
        raise Conflict(
            msg("The clauses are still being compared with the text before. Please try again in a moment.")
        )


def _continued(before: Sequence[Clause], clauses: Sequence[Clause]) -> tuple[Sequence[Clause], bool]:
    """The clauses with the keys of those they continue, or as they are where that is the worker's to find."""
    heavy = is_heavy(before, clauses)
    return (clauses if heavy else with_keys_of(before, clauses)), heavy


def _same_words(first: Sequence[Clause], second: Sequence[Clause]) -> bool:
    return [replace(one, key="") for one in first] == [replace(one, key="") for one in second]


def _store_clauses(actor: Actor, one: Consultation, clauses: Sequence[Clause], revision: int) -> Saved:
    if one.edit_revision in (revision, revision + 1) and one.edit_clauses == to_data(clauses):
        # Nothing was changed, or the same is sent once more: the answer was lost, not the text.
        return Saved(one.public_id, one.edit_revision)
    _require_revision(one, revision)
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
    if terms.opens_at != one.opens_at:
        errors["opens_at"] = msg("The consultation is open already; its beginning cannot be changed.")
    if terms.closes_at is None or terms.closes_at <= now():
        errors["closes_at"] = msg("Please choose a later end, or close the consultation.")
    if errors:
        raise Invalid(errors)


def _require_ahead(one: Consultation, terms: Terms) -> None:
    """Days before people could read it must not count as days they were given."""
    if terms.opens_at is not None and terms.opens_at != one.opens_at and terms.opens_at < minute(now()):
        raise Invalid({"opens_at": msg("Please choose a beginning that is not in the past.")})


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
        told = in_words(old), in_words(new)
        record(actor, EDITED, CONSULTATION, one.public_id, *told, label=one.title.text())
        publish(ConsultationChanged(one.id, one.public_id))
