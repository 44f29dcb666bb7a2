"""Counting wrong passwords so that guessing is slow and nobody is shut out by what strangers do elsewhere.

An attempt is counted for the account as tried from one network, and for the network over all accounts. Each
locks for a quarter of an hour. A browser that signed in to the account before has a count of its own and does
not ask the others. Of the account as a whole only how hard it is tried is counted: under attack each network
has fewer tries, but no account is ever locked everywhere. Source: OWASP Authentication Cheat Sheet and "Slow
down online guessing attacks with device cookies".
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from engage.accounts.models import SignInFailure
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import TooMany
from engage.core.messages import msg

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)
# Of one account from one network; of one browser that is known to the account.
PER_ACCOUNT = 6
# Several offices can sit behind one address.
PER_NETWORK = 40
# As many tries in a window, wherever from, are an attack on this account ...
ATTACK = 60
# ... in which an unknown browser has so many from its network.
UNDER_ATTACK = 2
# Codes of a second factor. Of a million three are right at any moment: at so many tries in a quarter of an
# hour, from wherever, a guess takes half a year, and its every lock stands in the audit log.
CODES_PER_PLACE = 5
CODES_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an attempt comes from, as keyed hashes.

    ``account`` is of the typed email, ``network`` of the network; ``browser`` of a browser known to that
    account, empty for all others.
    """

    account: str
    network: str
    browser: str = ""

    @property
    def counted(self) -> dict[str, int]:
        """What locks: subject and limit."""
        if self.browser:
            return {self.browser: PER_ACCOUNT}
        return {_pair(self.account, self.network): PER_ACCOUNT, self.network: PER_NETWORK}


def attempt(origin: Origin) -> datetime | None:
    """Count one attempt in the running transaction; until when the account is locked by it from there.

    Raises ``TooMany`` while it is locked from there.
    """
    counted = origin.counted
    refuse_locked(*counted)
    everywhere = count_attempt(origin.account, None)
    locked = None
    for subject, limit in counted.items():
        tight = subject not in (origin.network, origin.browser) and everywhere.count > ATTACK
        failure = count_attempt(subject, UNDER_ATTACK if tight else limit)
        if subject != origin.network:
            failure.account_hash = origin.account
            locked = failure.locked_until
    return locked


@dataclass(frozen=True, slots=True)
class Tries:
    """Where codes of one person's second factor are tried: ``place`` locks at once, ``alike`` are all such.

    Browsers known to the account, all others, and sessions that are open already lock only their like.
    """

    place: str
    alike: str
    account: str = ""

    def count(self) -> datetime | None:
        """Count one try in the running transaction; until when it locked. Raises ``TooMany`` while locked."""
        refuse_locked(self.place, self.alike, link_helps=False)
        counted = count_attempt(self.place, CODES_PER_PLACE), count_attempt(self.alike, CODES_ALIKE)
        for failure in counted:
            failure.account_hash = self.account or None
        return max((failure.locked_until for failure in counted if failure.locked_until), default=None)

    def forgive(self) -> None:
        """A right code: the place begins anew, the others take this try back."""
        clear_own(self.place)
        failure = db.session.get(SignInFailure, self.alike)
        if failure is None:
            return
        if failure.locked_until is not None:
            failure.locked_until, failure.count = None, CODES_ALIKE
        failure.count = max(0, failure.count - 1)


def tries_from(user_id: int, origin: Origin) -> Tries:
    """Tries to finish a sign-in."""
    place = _own(user_id, "code", origin.browser or origin.network)
    return Tries(place, _own(user_id, "code", "known" if origin.browser else "unknown"), origin.account)


def tries_in_session(user_id: int, session_id: int) -> Tries:
    """Tries to confirm in an open session that it is still the same person."""
    return Tries(_own(user_id, "code", "session", str(session_id)), _own(user_id, "code", "sessions"))


def own_password(user_id: int, session_id: int) -> str:
    """The subject of tries at one's own password in an open session; other sessions are not locked."""
    return _own(user_id, "password", "session", str(session_id))


def _own(user_id: int, *what: str) -> str:
    return hashlib.sha256(" ".join((str(user_id), *what)).encode()).hexdigest()


def refuse_locked(*subjects: str, link_helps: bool = True) -> None:
    """Raise ``TooMany`` with the waiting time where one of the subjects is locked."""
    moment = now()
    for subject in subjects:
        failure = db.session.get(SignInFailure, subject)
        if failure is not None and failure.locked_until is not None and failure.locked_until > moment:
            seconds = math.ceil((failure.locked_until - moment).total_seconds())
            minutes = max(1, math.ceil(seconds / 60))
            if not link_helps:
                words = msg(
                    "Too many wrong attempts. Please wait {minutes} minutes and try again, "
                    "or use a recovery code.",
                    minutes=minutes,
                )
                raise TooMany(seconds, words)
            raise TooMany(
                seconds,
                msg(
                    "Too many wrong attempts. Please wait {minutes} minutes and try again, "
                    "or ask an administrator for a sign-in link.",
                    minutes=minutes,
                ),
            )


def locked_until(account: str) -> datetime | None:
    """Until when the account is locked from some network or browser; ``None`` where it is from none."""
    return db.session.scalar(
        select(func.max(SignInFailure.locked_until)).where(
            SignInFailure.account_hash == account, SignInFailure.locked_until > now()
        )
    )


def unlock(account: str) -> None:
    """Forget what was counted for the account, from everywhere, in the running transaction."""
    of_it = (SignInFailure.account_hash == account) | (SignInFailure.subject_hash == account)
    db.session.execute(delete(SignInFailure).where(of_it))


def count_attempt(subject: str, limit: int | None) -> SignInFailure:
    """Count one attempt in the running transaction; the attempt that reaches ``limit`` locks the subject."""
    moment = now()
    failure = db.session.get(SignInFailure, subject)
    if failure is None:
        failure = SignInFailure(subject_hash=subject, count=0, last_at=moment)
        db.session.add(failure)
    elif failure.last_at < moment - WINDOW:
        failure.count, failure.locked_until = 0, None
    failure.count += 1
    failure.last_at = moment
    if limit is not None and failure.count >= limit:
        failure.locked_until = moment + LOCK
        failure.count = 0
    return failure


def forgive(origin: Origin) -> None:
    """A right password: from there the account starts anew, the other counts take this one attempt back."""
    for subject in (*origin.counted, origin.account):
        failure = db.session.get(SignInFailure, subject)
        if failure is None:
            continue
        if subject in (origin.network, origin.account):
            failure.count = max(0, failure.count - 1)
        else:
            db.session.delete(failure)


def clear_own(subject: str) -> None:
    """A right answer of somebody who is known: they start anew."""
    db.session.execute(delete(SignInFailure).where(SignInFailure.subject_hash == subject))


def _pair(account: str, network: str) -> str:
    return hashlib.sha256(f"{account} {network}".encode()).hexdigest()
