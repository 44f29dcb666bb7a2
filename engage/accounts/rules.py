"""Whether an actor may do a deed on an object: pure, from the actor's grants and the one table."""

from __future__ import annotations

from engage.accounts.permissions import GRANTS, Permission, Role
from engage.core.actor import Actor, ActorKind, GrantedRole, ScopeKind
from engage.core.errors import NotAllowed
from engage.core.messages import Message, msg

# On what each role can be granted. A role over the whole site is never given by a slip of the form.
ROLE_SCOPES: dict[Role, frozenset[ScopeKind]] = {
    Role.ADMINISTRATOR: frozenset({ScopeKind.SITE}),
    Role.COORDINATOR: frozenset({ScopeKind.SITE}),
    Role.DEPARTMENT: frozenset({ScopeKind.UNIT, ScopeKind.ACTIVITY}),
    Role.APPROVER: frozenset(ScopeKind),
    Role.MODERATOR: frozenset(ScopeKind),
    Role.TYPIST: frozenset(ScopeKind),
    Role.CHECK_IN: frozenset(ScopeKind),
}


# What these roles open (every account, every unit's work) asks for more than a password.
SECOND_FACTOR_ROLES = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})


def in_force(grants: tuple[GrantedRole, ...], *, second_factor: bool) -> tuple[GrantedRole, ...]:
    """The grants that count in a session, with or without a second factor shown in it."""
    if second_factor:
        return grants
    return tuple(grant for grant in grants if _role(grant) not in SECOND_FACTOR_ROLES)


def may(
    actor: Actor,
    permission: Permission,
    *,
    unit_id: int | None = None,
    activity_id: int | None = None,
    anywhere: bool = False,
) -> bool:
    """Whether ``actor`` may do ``permission`` on an object of ``unit_id`` and ``activity_id``.

    A site grant covers every object, a unit grant the unit's objects, an activity grant that activity's.
    With ``anywhere``, one matching grant on any object is enough (for menus and route guards).
    """
    if actor.kind is ActorKind.SYSTEM:
        return True
    return any(
        permission in GRANTS.get(_role(grant), frozenset())
        and (anywhere or _covers(grant, unit_id, activity_id))
        for grant in actor.grants
    )


def require(
    actor: Actor, permission: Permission, *, unit_id: int | None = None, activity_id: int | None = None
) -> None:
    """Raise ``NotAllowed`` unless ``may``: the check every staff action makes on its object."""
    if not may(actor, permission, unit_id=unit_id, activity_id=activity_id):
        raise NotAllowed


def units_where(actor: Actor, permission: Permission) -> frozenset[int] | None:
    """The units on which ``actor`` has ``permission``; ``None`` means every unit (a site grant)."""
    if actor.kind is ActorKind.SYSTEM:
        return None
    matching = [grant for grant in actor.grants if permission in GRANTS.get(_role(grant), frozenset())]
    if any(grant.scope is ScopeKind.SITE for grant in matching):
        return None
    return frozenset(
        grant.scope_id for grant in matching if grant.scope is ScopeKind.UNIT and grant.scope_id is not None
    )


def activities_where(actor: Actor, permission: Permission) -> frozenset[int]:
    """The activities on which ``actor`` has ``permission`` by an activity grant."""
    return frozenset(
        grant.scope_id
        for grant in actor.grants
        if grant.scope is ScopeKind.ACTIVITY
        and grant.scope_id is not None
        and permission in GRANTS.get(_role(grant), frozenset())
    )


def _role(grant: GrantedRole) -> Role:
    return Role(grant.role)


def _covers(grant: GrantedRole, unit_id: int | None, activity_id: int | None) -> bool:
    match grant.scope:
        case ScopeKind.SITE:
            return True
        case ScopeKind.UNIT:
            return unit_id is not None and grant.scope_id == unit_id
        case ScopeKind.ACTIVITY:
            return activity_id is not None and grant.scope_id == activity_id


def scope_problem(role: Role, scope: ScopeKind, scope_id: int | None) -> Message | None:
    """Why ``role`` cannot be granted on that scope, or ``None`` where it can."""
    if scope not in ROLE_SCOPES[role]:
        return msg("This role cannot be granted on this scope. Please choose another scope.")
    if scope is ScopeKind.UNIT and scope_id is None:
        return msg("Please choose the unit.")
    if scope is ScopeKind.ACTIVITY and scope_id is None:
        return msg("Please enter the address of an existing activity.")
    return None
