"""Staff members, units and signed-in sessions for tests; call inside an application context."""

from __future__ import annotations

import itertools
from typing import Any

import pyotp

from engage.accounts import codes
from engage.accounts.actions.sessions import Browser, start_session
from engage.accounts.models import Authenticator, Grant, RecoveryCode, Unit, UnitKind, User
from engage.accounts.passwords import hash_password
from engage.accounts.permissions import Role
from engage.accounts.queries import actor_of
from engage.core.actor import Actor, ScopeKind
from engage.core.db import db
from engage.core.sealing import seal
from engage.core.types import Localized
from engage.core.writer import atomic

_number = itertools.count(1)


def make_unit(name: str = "市民政局", **fields: Any) -> Unit:
    """A unit of its own short name."""
    with atomic():
        number = next(_number)
        fields = {"code": f"unit-{number}", "kind": UnitKind.DEPARTMENT, "position": number, **fields}
        unit = Unit(name=Localized(zh_CN=name, en=fields.pop("name_en", "Civil Affairs Bureau")), **fields)
        db.session.add(unit)
    return unit


def make_user(
    role: Role | None = None,
    *,
    unit: Unit | int | None = None,
    activity_id: int | None = None,
    password: str | None = None,
    **fields: Any,
) -> User:
    """A staff member with at most one role: of the unit, of the activity, else of the whole site."""
    number = next(_number)
    password_hash = hash_password(password) if password else None
    fields = {"email": f"person{number}@example.com", "name": f"王小明{number}", **fields}
    with atomic():
        user = User(password_hash=password_hash, **fields)
        if role is not None:
            user.grants.append(_grant(role, unit, activity_id))
        db.session.add(user)
    return user


def make_actor(role: Role | None = None, **options: Any) -> Actor:
    """A fresh staff member as the actor of a deed."""
    actor = actor_of(make_user(role, **options).id)
    assert actor is not None
    return actor


def make_session(user: User, device_label: str = "Firefox · Linux", *, second: bool = True) -> str:
    """A session token of ``user``, as the cookie carries it; ``second``: a second factor was shown."""
    with atomic():
        return start_session(
            db.session.get_one(User, user.id),
            Browser("127.0.0.1", device_label),
            by_link=False,
            second=second,
        )


def make_authenticator(user: User) -> str:
    """An authenticator app of ``user``; answers its secret."""
    secret = pyotp.random_base32()
    with atomic():
        db.session.add(Authenticator(user_id=user.id, secret=seal(codes.PURPOSE, secret)))
    return secret


def make_recovery_code(user: User) -> str:
    """One recovery code of ``user``."""
    code = codes.new_recovery_codes()[0]
    with atomic():
        db.session.add(RecoveryCode(user_id=user.id, code_hash=codes.recovery_hash(user.id, code)))
    return code


def _grant(role: Role, unit: Unit | int | None, activity_id: int | None) -> Grant:
    if unit is not None:
        return Grant(role=role, scope=ScopeKind.UNIT, scope_id=unit if isinstance(unit, int) else unit.id)
    if activity_id is not None:
        return Grant(role=role, scope=ScopeKind.ACTIVITY, scope_id=activity_id)
    return Grant(role=role, scope=ScopeKind.SITE)
