"""Units, staff members, what they are granted, and the sessions and links that let them in."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engage.accounts.permissions import Role
from engage.core.actor import ScopeKind
from engage.core.clock import now
from engage.core.db import EnumText, LocalizedText, Model, UtcDateTime
from engage.core.ids import PUBLIC_ID_LENGTH, public_id
from engage.core.messages import msg
from engage.core.personal import personal
from engage.core.types import Localized

# Counted from the day an account is closed; open accounts keep their data.
CLOSED_ACCOUNT_DAYS = 365
SESSION_DAYS = 90
# A passkey that nobody has used for so long is taken away.
UNUSED_PASSKEY_DAYS = 730


class UnitKind(StrEnum):
    """What a unit is in the city's organisation."""

    DEPARTMENT = "department"
    TOWNSHIP = "township"
    INSTITUTION = "institution"
    COORDINATOR = "coordinator"


class FactorKind(StrEnum):
    """What shows beside the password that it is them."""

    APP = "app"
    PASSKEY = "passkey"


class Unit(Model):
    """A unit (单位): it holds activities and answers citizens. ``code`` stands for it in addresses
    and commands."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[Localized] = mapped_column(LocalizedText)
    kind: Mapped[UnitKind] = mapped_column(EnumText(UnitKind), default=UnitKind.DEPARTMENT)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)


class User(Model):
    """A staff member. ``email`` is lower case; without ``password_hash`` only a sign-in link lets them in."""

    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    email: Mapped[str | None] = mapped_column(
        String(254),
        unique=True,
        info=personal(
            msg("Staff: to sign in and to be reached."),
            what=msg("Staff: email address"),
            days=CLOSED_ACCOUNT_DAYS,
            since="closed_at",
        ),
    )
    name: Mapped[str] = mapped_column(
        String(60),
        info=personal(
            msg("Staff: to show colleagues who did what."),
            what=msg("Staff: name"),
            days=CLOSED_ACCOUNT_DAYS,
            since="closed_at",
            erase="",
        ),
    )
    password_hash: Mapped[str | None] = mapped_column(
        String(200),
        info=personal(
            msg("Staff: to sign in and to be reached."),
            what=msg("Staff: password, as a code that cannot be turned back"),
            days=CLOSED_ACCOUNT_DAYS,
            since="closed_at",
        ),
    )
    active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_signed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    grants: Mapped[list[Grant]] = relationship(
        order_by="Grant.id", cascade="all, delete-orphan", foreign_keys="Grant.user_id"
    )


class Grant(Model):
    """A role over the site, one unit or one activity (``scope_id`` is the unit's or activity's id)."""

    __table_args__ = (Index("ix_grant_scope", "scope", "scope_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    scope: Mapped[ScopeKind] = mapped_column(EnumText(ScopeKind), default=ScopeKind.SITE)
    scope_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class StaffSession(Model):
    """One signed-in browser. Only a hash of its token is stored; it ends by idleness, by age or by hand.

    ``second_at``: when a second factor was shown in it; ``confirmed_at``: when its holder last showed that it
    is still them; ``offer``: what the next answer of a passkey must be made for, or the secret of an app that
    is being set up.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device_label: Mapped[str] = mapped_column(
        String(80),
        info=personal(
            msg("Staff: to recognise their own signed-in devices."),
            what=msg("Staff: kind of device signed in"),
            days=SESSION_DAYS,
            since="last_seen_at",
            whole_row=True,
        ),
    )
    address: Mapped[str | None] = mapped_column(
        String(45),
        info=personal(
            msg("Staff: to recognise a sign-in that was not theirs."),
            what=msg("Staff: network address signed in from"),
            days=SESSION_DAYS,
            since="last_seen_at",
            whole_row=True,
        ),
    )
    by_link: Mapped[bool] = mapped_column(default=False)
    # False between the password and the second factor: such a session opens nothing.
    complete: Mapped[bool] = mapped_column(default=True)
    second_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offer: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInLink(Model):
    """A link that signs one staff member in once; only a hash of its token is stored."""

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInFailure(Model):
    """Failed sign-ins counted for an account name, a network or a browser (keyed hashes), known or not.

    ``account_hash`` names the account where it is tried from one network or one browser.
    """

    subject_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Authenticator(Model):
    """The authenticator app of a staff member: a secret (sealed) that codes of six digits are made from.

    ``last_step``: the 30 seconds (counted from 1970) of the last code taken: none works twice.
    """

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class Passkey(Model):
    """A passkey (WebAuthn credential) of a staff member; ``credential_id`` is base64url."""

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=public_id)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0)
    name: Mapped[str] = mapped_column(
        String(40),
        info=personal(
            msg("Staff: to sign in and to be reached."),
            what=msg("Staff: what they call a passkey of theirs"),
            days=UNUSED_PASSKEY_DAYS,
            since="last_used_at",
            whole_row=True,
        ),
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class RecoveryCode(Model):
    """A code that stands in for a lost second factor once; its keyed hash is stored until it is used."""

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
