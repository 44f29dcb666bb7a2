"""Showing a second factor: to finish a sign-in, and to confirm that it is still the same person."""

from __future__ import annotations

import logging

from engage.accounts import codes, entries, factors, lockout, passkeys
from engage.accounts.actions.sessions import Browser, start_session, still_open
from engage.accounts.actions.signing_in import SignedIn, check_own_password
from engage.accounts.models import Passkey, RecoveryCode, User
from engage.audit.actions import record
from engage.core.actor import ANONYMOUS, Actor, ActorKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Gone, Invalid, NotFound
from engage.core.messages import msg
from engage.core.writer import atomic

log = logging.getLogger(__name__)

BEGIN_AGAIN = msg("This sign-in took too long. Please begin again.")
_WRONG_CODE = msg("This code is not right, or it has been used. Please enter the code the app shows now.")
_WRONG_PASSKEY = msg("The passkey was not accepted. Please try again.")


def finish_sign_in(
    token: str,
    browser: Browser,
    *,
    origin: lockout.Origin,
    code: str = "",
    answer: str = "",
    site: passkeys.Site | None = None,
) -> SignedIn:
    """Let in whoever waits under ``token`` and shows a code, or the ``answer`` of a passkey of ``site``.

    Raises ``Gone`` where nobody waits, ``Invalid`` for what is not right, ``TooMany`` after repeated
    tries from ``origin`` or others like it.
    """
    waiting = factors.waiting_session(token)
    if waiting is None:
        raise Gone(BEGIN_AGAIN)
    _check(waiting.id, waiting.user_id, code, answer, site, lockout.tries_from(waiting.user_id, origin))
    with atomic():
        waiting = factors.waiting_session(token)
        user = db.session.get_one(User, waiting.user_id) if waiting else None
        if waiting is None or user is None or not user.active:
            raise Gone(BEGIN_AGAIN)
        waiting.ended_at = now()
        session_token = start_session(user, browser, by_link=waiting.by_link, second=True)
        return SignedIn(session_token, user.id, has_password=user.password_hash is not None)


def confirm(
    actor: Actor,
    session_id: int,
    *,
    password: str = "",
    code: str = "",
    answer: str = "",
    site: passkeys.Site | None = None,
) -> None:
    """Note that the session's holder has shown once more who they are.

    By their second factor if they have one, else by their password. Raises ``Invalid``, ``TooMany``.
    """
    user = db.session.get_one(User, actor.id)
    if factors.has_factor(user.id):
        _check(session_id, user.id, code, answer, site, lockout.tries_in_session(user.id, session_id))
    else:
        check_own_password(user.id, session_id, user.password_hash, password, field="password")
    with atomic():
        still_open(session_id).confirmed_at = now()


def passkey_to_use(session_id: int, user_id: int, site: passkeys.Site) -> str:
    """What the browser is asked to show a passkey with (JSON). Raises ``NotFound`` where there is none."""
    own = [passkey.credential_id for passkey in factors.passkeys_of(user_id)]
    if not own:
        raise NotFound
    question, challenge = passkeys.to_use(site, own)
    with atomic():
        factors.put_offer(session_id, "use", challenge)
    return question


def _check(
    session_id: int, user_id: int, code: str, answer: str, site: passkeys.Site | None, tries: lockout.Tries
) -> None:
    if answer and site is not None:
        _check_passkey(session_id, user_id, answer, site)
    else:
        _check_code(user_id, code, tries)


def _check_code(user_id: int, code: str, tries: lockout.Tries) -> None:
    with atomic():
        # Nobody guesses one (49 bits), so no lock that others brought about stands before whoever has one.
        if _take_recovery_code(user_id, code):
            return
        locked = tries.count()
        if locked is not None:
            user = db.session.get_one(User, user_id)
            after = {"until": locked}
            record(ANONYMOUS, entries.FACTOR_LOCKED, "account", user_id, after=after, label=user.name)
    with atomic():
        right = _take_app_code(user_id, code)
        if right:
            tries.forgive()
    if not right:
        log.warning("second factor refused", extra={"staff": user_id, "kind": "code"})
        raise Invalid({"code": _WRONG_CODE})


def _take_app_code(user_id: int, code: str) -> bool:
    app = factors.app_of(user_id)
    if app is None:
        return False
    step = codes.matching_step(app.secret, code, app.last_step, now())
    if step is not None:
        app.last_step = step
    return step is not None


def _take_recovery_code(user_id: int, code: str) -> bool:
    found = db.session.get(RecoveryCode, codes.recovery_hash(user_id, code))
    if found is None or found.user_id != user_id:
        return False
    db.session.delete(found)
    db.session.flush()
    user = db.session.get_one(User, user_id)
    actor = Actor(ActorKind.STAFF, user_id, user.name)
    after = {"left": factors.codes_left(user_id)}
    record(actor, entries.CODE_USED, "account", user_id, after=after, label=user.name)
    return True


def _check_passkey(session_id: int, user_id: int, answer: str, site: passkeys.Site) -> None:
    with atomic():
        challenge = factors.take_offer(session_id, "use")
    wanted = passkeys.which(answer)
    own = next((one for one in factors.passkeys_of(user_id) if one.credential_id == wanted), None)
    count = None
    if own is not None and challenge:
        before = own.sign_count
        count = passkeys.shown(site, answer, challenge, own.public_key, before)
    if own is None or count is None:
        log.warning("second factor refused", extra={"staff": user_id, "kind": "passkey"})
        raise Invalid({"code": _WRONG_PASSKEY})
    with atomic():
        stored = db.session.get(Passkey, own.id)
        if stored is None or stored.sign_count != before:
            raise Invalid({"code": _WRONG_PASSKEY})
        stored.sign_count, stored.last_used_at = count, now()
