"""The second factors of staff as they are stored, for the actions and queries of this domain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, or_, select

from engage.accounts.links import token_hash
from engage.accounts.models import Authenticator, Passkey, RecoveryCode, StaffSession, User
from engage.accounts.rules import SECOND_FACTOR_ROLES
from engage.core.clock import now
from engage.core.db import db

# Between the password and the second factor; also how long a shown app may take to be confirmed.
WAITING = timedelta(minutes=15)
_ANSWER_WITHIN = timedelta(minutes=5)


def has_factor(user_id: int) -> bool:
    """Whether a second factor is set up, which each sign-in then asks for."""
    found = select(
        or_(
            exists().where(Authenticator.user_id == user_id),
            exists().where(Passkey.user_id == user_id),
        )
    )
    return bool(db.session.scalar(found))


def must_have_factor(user: User) -> bool:
    """Whether a role of theirs counts with a second factor only."""
    exempt = user.is_demo and user.password_hash is None
    return not exempt and any(grant.role in SECOND_FACTOR_ROLES for grant in user.grants)


def app_of(user_id: int) -> Authenticator | None:
    """The authenticator app of a staff member."""
    return db.session.get(Authenticator, user_id)


def passkeys_of(user_id: int) -> Sequence[Passkey]:
    """The passkeys of a staff member, oldest first."""
    return db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def codes_left(user_id: int) -> int:
    """How many recovery codes have not been used."""
    return db.session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id)) or 0


def waiting_session(token: str) -> StaffSession | None:
    """The session that waits for its second factor, unless it has waited for too long."""
    return db.session.scalar(
        select(StaffSession).where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.ended_at.is_(None),
            StaffSession.complete.is_(False),
            StaffSession.created_at > now() - WAITING,
        )
    )


def put_offer(session_id: int, kind: str, value: str) -> None:
    """Keep in the running transaction what the next answer in this session must fit."""
    db.session.get_one(StaffSession, session_id).offer = f"{kind} {int(now().timestamp())} {value}"


def read_offer(session_id: int, kind: str) -> str | None:
    """What was kept last, if it is of this kind and not too old."""
    kept, moment, value = ((db.session.get_one(StaffSession, session_id).offer or "") + "  ").split(" ", 2)
    life = WAITING if kind == "app" else _ANSWER_WITHIN
    if kept != kind or now().timestamp() - int(moment) > life.total_seconds():
        return None
    return value.strip()


def take_offer(session_id: int, kind: str) -> str | None:
    """The same in the running transaction, and gone afterwards: each is answered once."""
    value = read_offer(session_id, kind)
    db.session.get_one(StaffSession, session_id).offer = None
    return value
