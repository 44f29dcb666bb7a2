"""Counting wrong passwords: per account name, known or not, and per network."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from engage.accounts.models import SignInFailure
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import TooMany
from engage.core.messages import msg

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)
PER_ACCOUNT = 6
# Several offices can sit behind one address.
PER_NETWORK = 40


def refuse_locked(*subjects: str) -> None:
    """Raise ``TooMany`` with the waiting time where one of the subjects is locked."""
    moment = now()
    for subject in subjects:
        failure = db.session.get(SignInFailure, subject)
        if failure is not None and failure.locked_until is not None and failure.locked_until > moment:
            seconds = math.ceil((failure.locked_until - moment).total_seconds())
            raise TooMany(
                seconds,
                msg(
                    "Too many wrong attempts. Please wait {minutes} minutes and try again, "
                    "or ask an administrator for a sign-in link.",
                    minutes=max(1, math.ceil(seconds / 60)),
                ),
            )


def locked_until(subject: str) -> datetime | None:
    """Until when the subject is locked; ``None`` where it is not."""
    failure = db.session.get(SignInFailure, subject)
    if failure is None or failure.locked_until is None or failure.locked_until <= now():
        return None
    return failure.locked_until


def count_attempt(subject: str, limit: int) -> SignInFailure:
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
    if failure.count >= limit:
        failure.locked_until = moment + LOCK
        failure.count = 0
    return failure


def forgive(account: str, network: str) -> None:
    """A right password: the account starts anew, the network takes this one attempt back."""
    by_account = db.session.get(SignInFailure, account)
    if by_account is not None:
        db.session.delete(by_account)
    by_network = db.session.get(SignInFailure, network)
    if by_network is not None and by_network.count:
        by_network.count -= 1
