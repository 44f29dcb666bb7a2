"""What staff read: their consultations, the text being written, and one comment with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import activities_where, may, require, units_where
from engage.consultations.models import (
    Comment,
    CommentExport,
    CommentState,
    Consultation,
    DraftVersion,
)
from engage.consultations.queries.published import Published, as_published
from engage.consultations.rules.clauses import Clause, from_data
from engage.consultations.rules.phases import ALLOWED, Deed, Phase, phase, possible
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.messages import msg
from engage.themedays.models import Activity, ActivityState

_PAGE = 50
_ACTIVITIES = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A consultation in the staff list; `pending` waits for review, `comments` have words."""

    consultation: Consultation
    phase: Phase
    comments: int
    pending: int


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the staff list; `number` and `pages` count from 1."""

    items: list[Listed]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Work:
    """A consultation as one staff member may work on it: `may` holds the deeds possible to them now."""

    consultation: Consultation
    phase: Phase
    may: frozenset[Deed]
    clauses: tuple[Clause, ...]


def listed(actor: Actor, number: int = 1) -> ListPage:
    """A page of the consultations `actor` may read, newest first; three queries."""
    mine = within(actor, Permission.CONSULTATION_READ)
    count = db.session.scalar(select(func.count()).select_from(Consultation).where(*mine)) or 0
    pages = max(1, -(-count // _PAGE))
    number = min(max(1, number), pages)
    rows = db.session.scalars(
        select(Consultation)
        .options(joinedload(Consultation.unit))
        .where(*mine)
        .order_by(Consultation.id.desc())
        .offset((number - 1) * _PAGE)
        .limit(_PAGE)
    ).all()
    found_counts = counts([row.id for row in rows])
    moment = now()
    found = []
    for row in rows:
        stands = phase(row.state, row.opens_at, row.closes_at, moment)
        comments, pending = found_counts.get(row.id, (0, 0))
        found.append(Listed(row, stands, comments, pending if possible(Deed.MODERATE, stands) else 0))
    return ListPage(found, number, pages)


def within(actor: Actor, permission: Permission) -> list[ColumnElement[bool]]:
    """What narrows a list to the consultations on which `actor` has a permission."""
    units = units_where(actor, permission)
    if units is None:
        return []
    activities = activities_where(actor, permission)
    return [or_(Consultation.unit_id.in_(units), Consultation.activity_id.in_(activities))]


def work(actor: Actor, public_id: str, deed: Deed = Deed.READ_QUEUE) -> Work:
    """A consultation `actor` may do `deed` on, whatever its phase. Raises `NotFound`, `NotAllowed`."""
    one = db.session.scalar(
        select(Consultation).options(joinedload(Consultation.unit)).where(Consultation.public_id == public_id)
    )
    if one is None:
        raise NotFound
    permission = ALLOWED[deed][0]
    if permission is not None:
        require(actor, permission, unit_id=one.unit_id, activity_id=one.activity_id)
    stands = phase(one.state, one.opens_at, one.closes_at, now())
    deeds = frozenset(
        each
        for each, (needed, _) in ALLOWED.items()
        if possible(each, stands)
        and (needed is None or may(actor, needed, unit_id=one.unit_id, activity_id=one.activity_id))
    )
    return Work(one, stands, deeds, published_clauses(one))


def published_clauses(one: Consultation) -> tuple[Clause, ...]:
    """The clauses of the newest published version; empty before the first."""
    if one.version_number is None:
        return ()
    data = db.session.scalar(
        select(DraftVersion.clauses).where(
            DraftVersion.consultation_id == one.id, DraftVersion.number == one.version_number
        )
    )
    return from_data(data or ())


def left_behind(work: Work) -> list[tuple[str, int]]:
    """The published clauses that the text being written lacks, by name, with the comments on each.

    One query where there are any; those nobody commented on are left out.
    """
    kept = {one["key"] for one in work.consultation.edit_clauses}
    names = {one.key: one.name for one in work.clauses if one.key not in kept}
    if not names:
        return []
    rows = db.session.execute(
        select(Comment.clause, func.count().label("comments"))
        .where(
            Comment.consultation_id == work.consultation.id,
            Comment.clause.in_(names),
            Comment.state != CommentState.ERASED,
        )
        .group_by(Comment.clause)
    )
    found = {row.clause: row.comments for row in rows}
    return [(name, found[key]) for key, name in names.items() if key in found]


def comment_of(work: Work, public_id: str) -> Comment:
    """One comment of a consultation. Raises `NotFound`."""
    comment = db.session.scalar(
        select(Comment).where(Comment.consultation_id == work.consultation.id, Comment.public_id == public_id)
    )
    if comment is None:
        raise NotFound
    return comment


def export_of(work: Work, public_id: str) -> CommentExport:
    """An export of the comments of a consultation. Raises `NotFound`."""
    export = db.session.scalar(
        select(CommentExport).where(
            CommentExport.consultation_id == work.consultation.id, CommentExport.public_id == public_id
        )
    )
    if export is None:
        raise NotFound(msg("This file is no longer kept. Please have it made again."))
    return export


def units_for(actor: Actor) -> Sequence[Unit]:
    """The units for which `actor` may prepare a consultation."""
    query = select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)
    allowed = units_where(actor, Permission.CONSULTATION_EDIT)
    return db.session.scalars(query if allowed is None else query.where(Unit.id.in_(allowed))).all()


def all_units() -> Sequence[Unit]:
    """Every active unit: whom a comment can be assigned to."""
    return db.session.scalars(select(Unit).where(Unit.active).order_by(Unit.position, Unit.id)).all()


def preview(work: Work) -> Published:
    """The text being written as people would read it once it is published."""
    one = work.consultation
    version = (one.version_number or 0) + 1
    return as_published(one, one.unit.name, version, now(), one.edit_clauses)


def activities_for(actor: Actor, stored_id: int | None = None) -> Sequence[Activity]:
    """The newest activities a consultation of `actor` can belong to, and the one it belongs to already."""
    query = select(Activity).where(Activity.state != ActivityState.CANCELLED)
    allowed = units_where(actor, Permission.CONSULTATION_EDIT)
    if allowed is not None:
        mine = activities_where(actor, Permission.CONSULTATION_EDIT)
        query = query.where(or_(Activity.unit_id.in_(allowed), Activity.id.in_(mine)))
    found = list(db.session.scalars(query.order_by(Activity.id.desc()).limit(_ACTIVITIES)))
    stored = db.session.get(Activity, stored_id) if stored_id else None
    # Old, cancelled or of another unit: saving other terms must not take it away.
    return found if stored is None or stored in found else [*found, stored]


def counts(ids: list[int]) -> dict[int, tuple[int, int]]:
    """By consultation id its comments that have words, and those that wait for review; one query."""
    rows = db.session.execute(
        select(
            Comment.consultation_id,
            func.count().label("comments"),
            func.count().filter(Comment.state == CommentState.PENDING).label("pending"),
        )
        .where(Comment.consultation_id.in_(ids), Comment.has_text, Comment.state != CommentState.ERASED)
        .group_by(Comment.consultation_id)
    )
    return {row.consultation_id: (row.comments, row.pending) for row in rows}
