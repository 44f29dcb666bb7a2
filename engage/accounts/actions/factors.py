"""Second factors of staff: set up, taken away, reset. Recovery codes come with the first."""

from __future__ import annotations

import hashlib

from sqlalchemy import delete

from engage.accounts import codes, entries, factors, passkeys
from engage.accounts.actions.sessions import end_sessions_of, still_open
from engage.accounts.events import GrantsChanged
from engage.accounts.models import (
    Authenticator,
    FactorKind,
    Passkey,
    RecoveryCode,
    User,
)
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed, NotFound
from engage.core.messages import msg
from engage.core.writer import atomic, publish

MOST_PASSKEYS = 10
PASSKEY_NAME_LIMIT = 40
_BEGIN_AGAIN = msg("This took too long. Please begin again.")
_LAST = msg("Your role needs a second factor. Please set up another one before you take this one away.")


def offer_app(actor: Actor, session_id: int) -> None:
    """Draw a secret for a new authenticator app; the one in use stays until the new one is confirmed."""
    _own(actor)
    with atomic():
        factors.put_offer(session_id, "app", codes.new_secret())


def confirm_app(actor: Actor, session_id: int, code: str) -> list[str]:
    """Take the offered app into use after a code of it; answers recovery codes where there were none.

    Raises ``Invalid`` for a wrong code, ``Conflict`` where nothing is offered any more.
    """
    user_id = _own(actor)
    with atomic():
        secret = factors.read_offer(session_id, "app")
        if secret is None:
            raise Conflict(_BEGIN_AGAIN)
        step = codes.matching_step(secret, code, 0, now())
        if step is None:
            raise Invalid(
                {"code": msg("This code is not right. Please enter the six digits the app shows now.")}
            )
        factors.take_offer(session_id, "app")
        first = not factors.has_factor(user_id)
        db.session.execute(delete(Authenticator).where(Authenticator.user_id == user_id))
        db.session.add(Authenticator(user_id=user_id, secret=secret, last_step=step))
        return _added(actor, session_id, FactorKind.APP, "", first=first)


def passkey_to_make(actor: Actor, session_id: int, site: passkeys.Site) -> str:
    """What the browser is asked to make a passkey with (JSON); its answer goes to ``add_passkey``."""
    user = db.session.get_one(User, _own(actor))
    own = factors.passkeys_of(user.id)
    if len(own) >= MOST_PASSKEYS:
        raise Conflict(msg("There are {count} passkeys already. Please take one away first.", count=len(own)))
    # A name for the account that says nothing about the person (WebAuthn 6.1).
    user_key = hashlib.sha256(f"passkeys {user.public_id}".encode()).digest()
    others = [passkey.credential_id for passkey in own]
    question, challenge = passkeys.to_make(site, user_key, user.email or "", user.name, others)
    with atomic():
        factors.put_offer(session_id, "make", challenge)
    return question


def add_passkey(actor: Actor, session_id: int, site: passkeys.Site, name: str, answer: str) -> list[str]:
    """Keep the passkey the browser made; answers recovery codes where there were none. Raises ``Invalid``."""
    user_id = _own(actor)
    name = " ".join(name.split())
    if not name:
        raise Invalid({"name": msg("Please give the passkey a name, such as that of the device.")})
    with atomic():
        challenge = factors.take_offer(session_id, "make")
    new = passkeys.made(site, answer, challenge) if challenge else None
    if new is None:
        raise Invalid({"name": msg("The passkey could not be set up. Please try again.")})
    with atomic():
        first = not factors.has_factor(user_id)
        if any(new.credential_id == passkey.credential_id for passkey in factors.passkeys_of(user_id)):
            raise Conflict(msg("This passkey is set up already."))
        passkey = Passkey(
            user_id=user_id,
            credential_id=new.credential_id,
            public_key=new.public_key,
            sign_count=new.sign_count,
            name=name[:PASSKEY_NAME_LIMIT],
        )
        db.session.add(passkey)
        return _added(actor, session_id, FactorKind.PASSKEY, passkey.name, first=first)


def remove_app(actor: Actor, session_id: int) -> None:
    """Take the actor's own authenticator app away; nothing where there is none. Raises ``Conflict``."""
    user_id = _own(actor)
    with atomic():
        still_open(session_id)
        app = factors.app_of(user_id)
        if app is not None:
            db.session.delete(app)
            _removed(actor, FactorKind.APP, "")


def remove_passkey(actor: Actor, session_id: int, public_id: str) -> None:
    """Take one of the actor's own passkeys away. Raises ``NotFound``, ``Conflict`` for one they need."""
    user_id = _own(actor)
    with atomic():
        still_open(session_id)
        passkey = next((one for one in factors.passkeys_of(user_id) if one.public_id == public_id), None)
        if passkey is None:
            raise NotFound
        db.session.delete(passkey)
        _removed(actor, FactorKind.PASSKEY, passkey.name)


def make_codes(actor: Actor, session_id: int) -> list[str]:
    """Ten fresh recovery codes, shown once; those before stop working. Raises ``Conflict``."""
    user_id = _own(actor)
    with atomic():
        still_open(session_id)
        if not factors.has_factor(user_id):
            raise Conflict(msg("Please set up a second factor first."))
        return _fresh_codes(actor, user_id)


def reset_factors(actor: Actor, user_id: int) -> None:
    """As an administrator take every second factor of a staff member away, and end their sessions.

    They set one up anew at their next sign-in. Nothing where there is none.
    """
    require(actor, Permission.ACCOUNT_MANAGE)
    if user_id == actor.id:
        raise Conflict(msg("You change your own second factor under “My account”."))
    with atomic():
        user = db.session.get(User, user_id)
        if user is None:
            raise NotFound
        if not factors.has_factor(user_id):
            return
        forget_factors(user_id)
        end_sessions_of(user_id)
        record(actor, entries.FACTORS_RESET, "account", user_id, label=user.name)
        publish(GrantsChanged(user_id))


def forget_factors(user_id: int) -> None:
    """Delete every second factor and recovery code in the running transaction."""
    for kind in (Authenticator, Passkey, RecoveryCode):
        db.session.execute(delete(kind).where(kind.user_id == user_id))


def _own(actor: Actor) -> int:
    if actor.id is None or not actor.is_staff:
        raise NotAllowed
    return actor.id


def _added(actor: Actor, session_id: int, kind: FactorKind, name: str, *, first: bool) -> list[str]:
    user_id = _own(actor)
    session = still_open(session_id)
    session.second_at = session.confirmed_at = now()
    after = {"kind": kind, "name": name} if name else {"kind": kind}
    record(actor, entries.FACTOR_ADDED, "account", user_id, after=after, label=actor.label)
    if first:
        # They began without it.
        end_sessions_of(user_id, keep=session_id)
    publish(GrantsChanged(user_id))
    return [] if factors.codes_left(user_id) else _fresh_codes(actor, user_id)


def _removed(actor: Actor, kind: FactorKind, name: str) -> None:
    user = db.session.get_one(User, actor.id)
    db.session.flush()
    if not factors.has_factor(user.id):
        if factors.must_have_factor(user):
            raise Conflict(_LAST)
        forget_factors(user.id)
    before = {"kind": kind, "name": name} if name else {"kind": kind}
    record(actor, entries.FACTOR_REMOVED, "account", user.id, before=before, label=actor.label)


def _fresh_codes(actor: Actor, user_id: int) -> list[str]:
    fresh = codes.new_recovery_codes()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    db.session.add_all(
        RecoveryCode(user_id=user_id, code_hash=codes.recovery_hash(user_id, code)) for code in fresh
    )
    record(actor, entries.CODES_MADE, "account", user_id, after={"count": len(fresh)}, label=actor.label)
    return fresh
