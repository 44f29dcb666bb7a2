"""The clock that clears away what sign-ins leave behind."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from engage.accounts.lockout import WINDOW
from engage.accounts.models import SignInFailure, SignInLink
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import periodic
from engage.core.writer import atomic

_LINK_DAYS = 30


@periodic("accounts.clear", seconds=3600)
def clear() -> None:
    """Delete counts of wrong passwords that count no more, and links long past their use."""
    moment = now()
    with atomic():
        # Older than the window and the lock together.
        db.session.execute(delete(SignInFailure).where(SignInFailure.last_at < moment - 4 * WINDOW))
        db.session.execute(
            delete(SignInLink).where(SignInLink.expires_at < moment - timedelta(days=_LINK_DAYS))
        )
