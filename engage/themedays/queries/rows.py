"""Plan rows as those who may read them see them: their unit, its co-hosts, the coordinator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import NotAllowed, NotFound
from engage.themedays.models import PlanExtension, PlanRound, PlanRow, PlanRowCohost, PlanRowState
from engage.themedays.rules import ROW_DEEDS, RowDeed, filing_ends, row_deeds


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A row with its round, the end of filing for its unit and the deeds that are possible now.

    ``own`` says that the reader's unit filed it or that they arrange the plan: a co-host reads what is
    planned, but not whom the coordinator can call.
    """

    row: PlanRow
    round: PlanRound
    ends: datetime
    passed: bool
    deeds: frozenset[RowDeed]
    own: bool


def row_for(actor: Actor, public_id: str) -> OpenRow:
    """A row as ``actor`` may see it. Raises ``NotFound``, ``NotAllowed``."""
    row = db.session.scalar(
        select(PlanRow)
        .options(
            joinedload(PlanRow.unit),
            selectinload(PlanRow.contacts),
            selectinload(PlanRow.cohosts).joinedload(PlanRowCohost.unit),
        )
        .where(PlanRow.public_id == public_id)
    )
    if row is None:
        raise NotFound
    own = may(actor, Permission.PLAN_ARRANGE) or may(actor, Permission.PLAN_FILE, unit_id=row.unit_id)
    if not own and not _cohosts(actor, row):
        raise NotAllowed
    plan = db.session.get_one(PlanRound, row.round_id)
    until = db.session.scalar(
        select(PlanExtension.until).where(
            PlanExtension.round_id == plan.id, PlanExtension.unit_id == row.unit_id
        )
    )
    moment, ends = now(), filing_ends(plan.deadline, until)
    deeds = frozenset(
        deed
        for deed in row_deeds(row.state, moment, ends)
        if may(actor, ROW_DEEDS[deed][0], unit_id=row.unit_id)
    )
    return OpenRow(row, plan, ends, moment >= ends, deeds, own)


def readable(actor: Actor, rows: Sequence[PlanRow]) -> frozenset[int]:
    """The ids of those of ``rows`` (read with their co-hosts) that ``actor`` may open."""
    return frozenset(
        row.id
        for row in rows
        if may(actor, Permission.PLAN_ARRANGE)
        or may(actor, Permission.PLAN_FILE, unit_id=row.unit_id)
        or _cohosts(actor, row)
    )


def cohosted(round_id: int, unit_ids: Sequence[int]) -> Sequence[PlanRow]:
    """What other units have filed in a round that names one of ``unit_ids`` as co-host."""
    named = select(PlanRowCohost.plan_row_id).where(PlanRowCohost.unit_id.in_(unit_ids))
    return db.session.scalars(
        select(PlanRow)
        .options(joinedload(PlanRow.unit))
        .where(
            PlanRow.round_id == round_id,
            PlanRow.id.in_(named),
            PlanRow.unit_id.not_in(unit_ids),
            PlanRow.state != PlanRowState.DRAFT,
        )
        .order_by(PlanRow.planned_on, PlanRow.id)
    ).all()


def _cohosts(actor: Actor, row: PlanRow) -> bool:
    """Drafts are seen by their own unit only."""
    return row.state is not PlanRowState.DRAFT and any(
        may(actor, Permission.PLAN_FILE, unit_id=one.unit_id) for one in row.cohosts
    )
