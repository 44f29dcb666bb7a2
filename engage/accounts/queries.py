"""Reading staff members, units and sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import selectinload

from engage.accounts.actions.sessions import IDLE, LIFE
from engage.accounts.links import token_hash
from engage.accounts.models import Grant, SignInLink, StaffSession, Unit, User
from engage.accounts.permissions import Role
from engage.accounts.rules import in_force
from engage.accounts.scopes import activity_names
from engage.core.actor import Actor, ActorKind, GrantedRole, ScopeKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session and who it belongs to."""

    id: int
    user_id: int
    label: str
    by_link: bool
    began: datetime
    last_seen_at: datetime
    confirmed_at: datetime | None
    grants: tuple[GrantedRole, ...]
    # A role of theirs does not count before they have set up a second factor.
    needs_second: bool
    # A demonstration account that only printed links let in: nothing more is asked of it.
    exempt: bool

    def actor(self, address: str | None = None) -> Actor:
        """The staff member as the actor of a deed done from ``address``."""
        return Actor(ActorKind.STAFF, self.user_id, self.label, grants=self.grants, address=address)


def _exempt() -> ColumnElement[bool]:
    """Who need not show a second factor: demonstration accounts, which no password of the world opens."""
    return and_(User.is_demo, User.password_hash.is_(None))


_IS_OPEN = (
    StaffSession.ended_at.is_(None),
    StaffSession.complete.is_(True),
    StaffSession.last_seen_at > bindparam("seen_since"),
    StaffSession.created_at > bindparam("begun_since"),
)
# Put together once: every request of staff asks these, and putting them together took a fifth of it.
_OPEN_SESSION = (
    select(StaffSession, User.name, _exempt().label("exempt"))
    .join(User, User.id == StaffSession.user_id)
    .where(StaffSession.token_hash == bindparam("token_hash"), *_IS_OPEN, User.active)
)
_GRANTS = (
    select(Grant.role, Grant.scope, Grant.scope_id)
    .where(Grant.user_id == bindparam("user_id"))
    .order_by(Grant.id)
)


def open_session(token: str) -> OpenSession | None:
    """The session of a token, unless it or its account has ended; two queries."""
    row = db.session.execute(_OPEN_SESSION, {"token_hash": token_hash(token), **_open_since()}).first()
    if row is None:
        return None
    found: StaffSession = row.StaffSession
    granted = grants_of(found.user_id)
    counted = in_force(granted, second_factor=row.exempt or found.second_at is not None)
    return OpenSession(
        id=found.id,
        user_id=found.user_id,
        label=row.name,
        by_link=found.by_link,
        began=found.created_at,
        last_seen_at=found.last_seen_at,
        confirmed_at=found.confirmed_at,
        grants=counted,
        needs_second=len(counted) < len(granted),
        exempt=row.exempt,
    )


def _open_since() -> dict[str, datetime]:
    """After when an open session must have begun and been seen."""
    moment = now()
    return {"seen_since": moment - IDLE, "begun_since": moment - LIFE}


def actors_of(session_ids: Collection[int]) -> dict[int, Actor]:
    """Whom each of these sessions lets in now, with their grants; those that have ended are left out."""
    rows = db.session.execute(
        select(
            StaffSession.id,
            StaffSession.user_id,
            User.name,
            or_(_exempt(), StaffSession.second_at.is_not(None)).label("second"),
            Grant.role,
            Grant.scope,
            Grant.scope_id,
        )
        .join(User, User.id == StaffSession.user_id)
        .outerjoin(Grant, Grant.user_id == User.id)
        .where(StaffSession.id.in_(session_ids), *_IS_OPEN, User.active)
        .order_by(Grant.id),
        _open_since(),
    ).all()
    grants: dict[int, list[GrantedRole]] = {row.id: [] for row in rows}
    for row in rows:
        if row.role is not None:
            grants[row.id].append(GrantedRole(row.role.value, row.scope, row.scope_id))
    return {
        row.id: Actor(
            ActorKind.STAFF,
            row.user_id,
            row.name,
            grants=in_force(tuple(grants[row.id]), second_factor=row.second),
        )
        for row in rows
    }


def grants_of(user_id: int) -> tuple[GrantedRole, ...]:
    """The grants of a staff member as plain values."""
    rows = db.session.execute(_GRANTS, {"user_id": user_id})
    return tuple(GrantedRole(row.role.value, row.scope, row.scope_id) for row in rows)


def actor_of(user_id: int) -> Actor | None:
    """An active staff member as an actor without a session, for commands."""
    user = db.session.get(User, user_id)
    if user is None or not user.active:
        return None
    return Actor(ActorKind.STAFF, user.id, user.name, grants=grants_of(user.id))


def sessions_of(user_id: int) -> Sequence[StaffSession]:
    """The live sessions of a staff member, latest used first."""
    return db.session.scalars(
        select(StaffSession)
        .where(StaffSession.user_id == user_id, *_IS_OPEN)
        .order_by(StaffSession.last_seen_at.desc(), StaffSession.id.desc()),
        _open_since(),
    ).all()


def person(public_id: str) -> User | None:
    """A staff member with their grants."""
    return db.session.scalar(
        select(User).where(User.public_id == public_id).options(selectinload(User.grants))
    )


def person_by_email(email: str) -> User | None:
    """An account by its email address, whatever its case."""
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def people(*, search: str = "", closed: bool = False, limit: int = 200) -> Sequence[User]:
    """Staff members by name, active or closed, whose name or email contains ``search``; with grants."""
    query = select(User).where(User.active.is_(not closed)).options(selectinload(User.grants))
    if search:
        query = query.where(
            User.name.icontains(search, autoescape=True) | User.email.icontains(search, autoescape=True)
        )
    return db.session.scalars(query.order_by(User.name, User.id).limit(limit)).all()


def demo_people() -> Sequence[User]:
    """The active demonstration accounts, with grants."""
    return db.session.scalars(
        select(User).where(User.is_demo, User.active).options(selectinload(User.grants)).order_by(User.id)
    ).all()


def link_holder(token: str) -> User | None:
    """Whom an unused, unexpired sign-in link is for."""
    return db.session.scalar(
        select(User)
        .join(SignInLink, SignInLink.user_id == User.id)
        .where(
            SignInLink.token_hash == token_hash(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now(),
            User.active,
        )
    )


def units(*, active_only: bool = True) -> Sequence[Unit]:
    """The units in their order."""
    query = select(Unit).order_by(Unit.position, Unit.id)
    return db.session.scalars(query.where(Unit.active) if active_only else query).all()


def unit(public_id: str) -> Unit | None:
    """A unit by its public id."""
    return db.session.scalar(select(Unit).where(Unit.public_id == public_id))


def unit_names(ids: Iterable[int] | None = None) -> dict[int, Localized]:
    """Names of units by id; of all of them where no ids are given."""
    query = select(Unit.id, Unit.name)
    if ids is not None:
        query = query.where(Unit.id.in_(list(ids)))
    return {row.id: row.name for row in db.session.execute(query)}


def public_id_of(user_id: int) -> str:
    """The public id of an existing staff member."""
    return db.session.scalars(select(User.public_id).where(User.id == user_id)).one()


def email_of(user_id: int) -> str:
    """The email address of an existing staff member; empty where it has been deleted."""
    return db.session.scalars(select(User.email).where(User.id == user_id)).one() or ""


ScopeNames = dict[tuple[ScopeKind, int | None], Localized | str]


def scope_names(people: Iterable[User]) -> ScopeNames:
    """What the scopes in the grants of ``people`` are called; two queries however many there are."""
    return names_of_scopes(grant for person in people for grant in person.grants)


def names_of_scopes(grants: Iterable[Grant | GrantedRole]) -> ScopeNames:
    """What the scopes of ``grants`` are called, by scope and scope id; site grants are left out."""
    wanted: dict[ScopeKind, set[int]] = {kind: set() for kind in ScopeKind}
    for grant in grants:
        if grant.scope_id is not None:
            wanted[grant.scope].add(grant.scope_id)
    names: ScopeNames = {}
    if wanted[ScopeKind.UNIT]:
        for unit_id, name in unit_names(wanted[ScopeKind.UNIT]).items():
            names[ScopeKind.UNIT, unit_id] = name
    for activity_id, title in activity_names(wanted[ScopeKind.ACTIVITY]).items():
        names[ScopeKind.ACTIVITY, activity_id] = title
    return names


def has_administrator() -> bool:
    """Whether anyone can administer this installation yet."""
    return (
        db.session.scalar(
            select(Grant.id)
            .join(User, User.id == Grant.user_id)
            .where(Grant.role == Role.ADMINISTRATOR, Grant.scope == ScopeKind.SITE, User.active)
            .limit(1)
        )
        is not None
    )
