"""What the accounts write into the audit log."""

from __future__ import annotations

from engage.accounts.models import FactorKind, UnitKind
from engage.accounts.permissions import Role
from engage.audit.events import Key, declare
from engage.core.actor import ScopeKind
from engage.core.messages import msg

_NAME, _EMAIL = msg("Name"), msg("Email")
_ROLE, _SCOPE, _ON = Key(msg("Role"), Role), Key(msg("Scope"), ScopeKind), msg("Concerning")

ACCOUNT_CREATED = declare("account.created", msg("Account created"), name=_NAME, email=_EMAIL)
ACCOUNT_CHANGED = declare("account.changed", msg("Account changed"), name=_NAME, email=_EMAIL)
ACCOUNT_CLOSED = declare("account.closed", msg("Account closed"))
ACCOUNT_REOPENED = declare("account.reopened", msg("Account opened again"))
ROLE_GRANTED = declare("role.granted", msg("Role granted"), role=_ROLE, scope=_SCOPE, on=_ON)
ROLE_REVOKED = declare("role.revoked", msg("Role taken back"), role=_ROLE, scope=_SCOPE, on=_ON)
LINK_MADE = declare("sign-in-link.made", msg("Sign-in link made"), until=msg("Valid until"))
SIGNED_IN = declare(
    "session.started",
    msg("Signed in"),
    device=msg("Device"),
    by_link=msg("By link"),
    second=msg("With a second factor"),
)
SIGNED_OUT = declare("session.ended", msg("Signed out"), device=msg("Device"))
SESSIONS_ENDED = declare("sessions.ended", msg("Sessions ended"), count=msg("How many"))
_FACTOR = Key(msg("Second factor"), FactorKind)
FACTOR_ADDED = declare("second-factor.added", msg("Second factor set up"), kind=_FACTOR, name=msg("Name"))
FACTOR_REMOVED = declare(
    "second-factor.removed", msg("Second factor taken away"), kind=_FACTOR, name=msg("Name")
)
FACTORS_RESET = declare("second-factor.reset", msg("Second factor reset by an administrator"))
CODES_MADE = declare("recovery-codes.made", msg("Recovery codes made"), count=msg("How many"))
CODE_USED = declare("recovery-code.used", msg("Recovery code used"), left=msg("How many are left"))
FACTOR_LOCKED = declare(
    "second-factor.locked", msg("Second factor locked after wrong codes"), until=msg("Locked until")
)
PASSWORD_CHANGED = declare("password.changed", msg("Password changed"))
ACCOUNT_LOCKED = declare(
    "account.locked", msg("Sign-in locked after wrong passwords"), until=msg("Locked until")
)
ACCOUNT_UNLOCKED = declare(
    "account.unlocked", msg("Sign-in unlocked before its time"), until=msg("Locked until")
)
UNIT_CREATED = declare(
    "unit.created",
    msg("Unit created"),
    name=msg("Name of the unit"),
    code=msg("Code"),
    kind=Key(msg("Kind"), UnitKind),
)
UNIT_CHANGED = declare(
    "unit.changed",
    msg("Unit changed"),
    name=msg("Name of the unit"),
    code=msg("Code"),
    kind=Key(msg("Kind"), UnitKind),
    position=msg("Position"),
    active=msg("In use"),
)
