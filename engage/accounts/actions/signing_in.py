"""Letting staff in: by password, by one-time link; and changing the password."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from engage.accounts import entries, lockout, passwords
from engage.accounts.actions.sessions import Browser, end_sessions_of, start_session, still_open
from engage.accounts.factors import has_factor
from engage.accounts.links import new_token, token_hash
from engage.accounts.models import SignInLink, StaffSession, User
from engage.accounts.password_rules import password_problem
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import record
from engage.core.actor import ANONYMOUS, Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Gone, Invalid, NotAllowed, NotFound
from engage.core.messages import msg
from engage.core.threads import beside_the_hub
from engage.core.writer import atomic

log = logging.getLogger(__name__)

LINK_LIFE = timedelta(minutes=30)
# How long after a sign-in by link the forgotten password may be replaced.
LINK_IS_FRESH = timedelta(minutes=15)
LINK_IS_USED = msg("This sign-in link has been used or has expired. Please ask for a new one, or sign in.")

_BY_LINK_ONLY = msg(
    "A first password is set within {minutes} minutes of signing in by a one-time link. "
    "Please ask an administrator for a new sign-in link, and set it then.",
    minutes=int(LINK_IS_FRESH.total_seconds()) // 60,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``token`` goes into the browser's signed cookie and nowhere else."""

    token: str
    user_id: int
    has_password: bool
    # Without it the session waits for the second factor (``finish_sign_in``).
    complete: bool = True


def sign_in(email: str, password: str, *, origin: lockout.Origin, browser: Browser) -> SignedIn:
    """Start a session in ``browser`` for the right email and password.

    Whoever has a second factor shows it next (``SignedIn.complete``).
    Raises ``Invalid`` with one sentence whatever was wrong, ``TooMany`` while ``origin`` is locked.
    """
    wrong = Invalid({"password": msg("The email address or the password is not right.")})
    user_id, password_hash = _attempt(email, origin)
    # Outside of every transaction: the hash takes long, and the hub serves others meanwhile.
    if not passwords.password_is(password, password_hash) or user_id is None:
        # No address: whoever tries may be a citizen. Equal codes are the same name and network.
        log.warning("sign-in refused", extra={"account": origin.account[:12], "network": origin.network[:12]})
        raise wrong
    renewed = passwords.hash_password(password) if passwords.is_outdated(password_hash or "") else None
    with atomic():
        user = db.session.get_one(User, user_id)
        if not user.active or user.password_hash != password_hash:
            raise wrong
        if renewed is not None:
            user.password_hash = renewed
        lockout.forgive(origin)
        return _admit(user, browser, by_link=False)


def _attempt(email: str, origin: lockout.Origin) -> tuple[int | None, str | None]:
    """Count the attempt before the password is looked at, so that guesses sent together are all counted."""
    with atomic():
        locked = lockout.attempt(origin)
        user = db.session.scalar(select(User).where(User.email == email.strip().lower(), User.active))
        if user is None:
            return None, None
        if locked is not None:
            # Whoever it was, it was not known to be this person.
            record(
                ANONYMOUS,
                entries.ACCOUNT_LOCKED,
                "account",
                user.id,
                after={"until": locked},
                label=user.name,
            )
        return user.id, user.password_hash


def make_sign_in_link(actor: Actor, user_id: int, *, life: timedelta = LINK_LIFE) -> str:
    """A secret that signs the staff member in once within ``life``; earlier unused ones stop working."""
    require(actor, Permission.ACCOUNT_MANAGE)
    with atomic():
        user = db.session.get(User, user_id)
        if user is None or not user.active:
            raise NotFound
        token = new_token()
        moment = now()
        db.session.execute(
            delete(SignInLink).where(SignInLink.user_id == user_id, SignInLink.used_at.is_(None))
        )
        link = SignInLink(
            user_id=user_id, token_hash=token_hash(token), created_at=moment, expires_at=moment + life
        )
        db.session.add(link)
        record(
            actor, entries.LINK_MADE, "account", user_id, after={"until": link.expires_at}, label=user.name
        )
    return token


def sign_in_by_link(token: str, browser: Browser) -> SignedIn:
    """Use up a one-time link and start a session in ``browser``.

    Raises ``Gone`` for a link that is used, old or unknown.
    """
    with atomic():
        link = db.session.scalar(select(SignInLink).where(SignInLink.token_hash == token_hash(token)))
        if link is None or link.used_at is not None or link.expires_at <= now():
            raise Gone(LINK_IS_USED)
        user = db.session.get_one(User, link.user_id)
        if not user.active:
            raise Gone
        link.used_at = now()
        return _admit(user, browser, by_link=True)


def _admit(user: User, browser: Browser, *, by_link: bool) -> SignedIn:
    complete = not has_factor(user.id)
    token = start_session(user, browser, by_link=by_link, complete=complete)
    return SignedIn(token, user.id, has_password=user.password_hash is not None, complete=complete)


def change_password(
    actor: Actor, current: str, new: str, *, session_id: int, places: Sequence[str] = ()
) -> None:
    """Set the actor's own password and end their other sessions.

    The current one is asked for unless this session began by a one-time link a moment ago: a screen that is
    left alone later is not enough, not for a first password either. ``places`` are names that are guessed
    first. Raises ``Invalid`` with the field, ``TooMany`` after repeated wrong guesses at the current one, or
    ``NotAllowed`` where the session has ended meanwhile.
    """
    if actor.id is None or not actor.is_staff:
        raise NotAllowed
    user = db.session.get_one(User, actor.id)
    session = db.session.get_one(StaffSession, session_id)
    name, email, password_hash = user.name, user.email or "", user.password_hash
    if not came_by_link(session.by_link, session.created_at):
        if password_hash is None:
            raise Invalid({"new": _BY_LINK_ONLY})
        check_own_password(user.id, session_id, password_hash, current, field="current")
    problem = beside_the_hub(lambda: password_problem(new, name=name, email=email, places=places))
    if problem is not None:
        raise Invalid({"new": problem})
    new_hash = passwords.hash_password(new)
    with atomic():
        session = still_open(session_id)
        user = db.session.get_one(User, actor.id)
        user.password_hash = new_hash
        user.password_changed_at = now()
        db.session.execute(
            delete(SignInLink).where(SignInLink.user_id == user.id, SignInLink.used_at.is_(None))
        )
        session.by_link = False
        end_sessions_of(user.id, keep=session_id)
        record(actor, entries.PASSWORD_CHANGED, "account", user.id, label=user.name)


def came_by_link(by_link: bool, began: datetime) -> bool:
    """Whether a session that ``began`` then is one of a one-time link that was just used."""
    return by_link and began > now() - LINK_IS_FRESH


def check_own_password(
    user_id: int, session_id: int, password_hash: str | None, typed: str, *, field: str
) -> None:
    """Raise ``Invalid`` for ``field`` unless ``typed`` is the password, ``TooMany`` after repeated tries.

    Tries count for this session: whoever holds another one locks nobody out of theirs.
    """
    tries = lockout.own_password(user_id, session_id)
    with atomic():
        lockout.refuse_locked(tries)
        lockout.count_attempt(tries, lockout.PER_ACCOUNT)
    if not passwords.password_is(typed, password_hash):
        log.warning("own password refused", extra={"staff": user_id})
        raise Invalid({field: msg("This is not your current password.")})
    with atomic():
        lockout.clear_own(tries)
