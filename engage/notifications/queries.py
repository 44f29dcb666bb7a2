"""Whom to tell, and what a person was told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, or_, select

from engage.accounts.models import Grant, User
from engage.accounts.permissions import GRANTS, Permission
from engage.core.actor import ScopeKind
from engage.core.db import db
from engage.notifications.models import Notification

SHOWN = 100


def holders(permission: Permission, unit_id: int | None = None) -> list[int]:
    """Active staff who hold ``permission`` by a grant on that unit; on the whole site without a unit."""
    roles = [role for role, permissions in GRANTS.items() if permission in permissions]
    scope = (
        Grant.scope == ScopeKind.SITE
        if unit_id is None
        else and_(Grant.scope == ScopeKind.UNIT, Grant.scope_id == unit_id)
    )
    query = select(Grant.user_id).join(User, User.id == Grant.user_id)
    return sorted(set(db.session.scalars(query.where(Grant.role.in_(roles), scope, User.active))))


def holders_by_unit(permission: Permission, unit_ids: Sequence[int]) -> dict[int | None, list[int]]:
    """The same for several units in one query; ``None`` are those with the whole site."""
    roles = [role for role, permissions in GRANTS.items() if permission in permissions]
    rows = db.session.execute(
        select(Grant.scope, Grant.scope_id, Grant.user_id)
        .join(User, User.id == Grant.user_id)
        .where(
            Grant.role.in_(roles),
            User.active,
            or_(
                Grant.scope == ScopeKind.SITE,
                and_(Grant.scope == ScopeKind.UNIT, Grant.scope_id.in_(unit_ids)),
            ),
        )
        .order_by(Grant.user_id)
    )
    found: dict[int | None, list[int]] = {}
    for scope, scope_id, user_id in rows:
        found.setdefault(None if scope is ScopeKind.SITE else scope_id, []).append(user_id)
    return found


def newest(user_id: int) -> Sequence[Notification]:
    """What a person was told, newest first, at most ``SHOWN``."""
    return db.session.scalars(
        select(Notification)
        .where(Notification.user_id == user_id)
        .order_by(Notification.id.desc())
        .limit(SHOWN)
    ).all()


def unread_count(user_id: int) -> int:
    """How many a person has not read."""
    return (
        db.session.scalar(
            select(func.count()).where(Notification.user_id == user_id, Notification.read_at.is_(None))
        )
        or 0
    )
